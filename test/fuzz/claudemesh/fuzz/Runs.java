package claudemesh.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Runs a range of one target's inputs on all processors, and watches that none takes for ever. */
final class Runs {

  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final Duration PROGRESS = Duration.ofSeconds(2);
  private static final int BLOCK = 1_000;

  /**
   * An input that the watch sees so often hangs. Looks are counted, not seconds: while this process
   * is stopped, nobody looks.
   */
  private static final int HANGS = 30;

  private static final long ALLOCATED_FOR_BYTE = 600;

  private static final com.sun.management.ThreadMXBean MEMORY =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long seed;
  private final Failures failures;

  Runs(long seed, Failures failures) {
    this.seed = seed;
    this.failures = failures;
  }

  /** One thread's present input, for the watch. */
  private static final class Present {
    private volatile byte[] input;
    private byte[] seen; // the watch's, as are looks
    private int looks;
  }

  /** Checks the inputs that are kept. */
  void seeds(Target target) throws IOException {
    for (byte[] input : Seeds.of(target)) {
      check(target, input, true);
    }
  }

  /**
   * Checks a range of inputs.
   *
   * @param target what to feed
   * @param from the first input's number; what inputs below 0 allocate is not looked at, since
   *     classes are loaded meanwhile
   * @param to the number after the last
   */
  void run(Target target, long from, long to) throws IOException, InterruptedException {
    List<byte[]> kept = Seeds.of(target);
    AtomicLong next = new AtomicLong(from);
    List<Present> presents = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Present present = new Present();
      presents.add(present);
      threads.add(Thread.ofPlatform().daemon().start(() -> work(target, kept, next, to, present)));
    }
    long began = System.nanoTime();
    for (Thread thread : threads) {
      while (!thread.join(PROGRESS)) {
        requireMoving(target, presents);
        progress(target, Math.min(next.get(), to), to, began);
      }
    }
  }

  private void work(Target target, List<byte[]> kept, AtomicLong next, long to, Present present) {
    for (long at = next.getAndAdd(BLOCK); at < to; at = next.getAndAdd(BLOCK)) {
      for (long number = at; number < Math.min(at + BLOCK, to); number++) {
        byte[] input = input(target, kept, number);
        present.input = input;
        check(target, input, number >= 0);
        present.input = null;
      }
    }
  }

  private byte[] input(Target target, List<byte[]> kept, long number) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ number);
    byte[] base = random.nextInt(4) == 0 ? kept(kept, random) : target.generate(random);
    return random.nextInt(3) == 0
        ? base
        : new Mutator(random, target.dictionary()).mutate(base, kept(kept, random));
  }

  private static byte[] kept(List<byte[]> kept, SplittableRandom random) {
    return kept.get(random.nextInt(kept.size()));
  }

  private void check(Target target, byte[] input, boolean warm) {
    try {
      long before = MEMORY.getCurrentThreadAllocatedBytes();
      target.check(input);
      long allocated = MEMORY.getCurrentThreadAllocatedBytes() - before;
      long allowed = target.allowedBytes() + ALLOCATED_FOR_BYTE * input.length;
      Failed.unless(
          "allocated %,d bytes for an input of %,d".formatted(allocated, input.length),
          !warm || allocated <= allowed);
    } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
      failures.add(target, input, e);
    }
  }

  private void requireMoving(Target target, List<Present> presents) {
    for (Present present : presents) {
      byte[] input = present.input;
      present.looks = input == present.seen ? present.looks + 1 : 0;
      present.seen = input;
      if (input != null && present.looks >= HANGS) {
        failures.add(target, input, "no end after " + HANGS * PROGRESS.toSeconds() + " s");
        System.out.println("fuzz: stopped, since a thread hangs");
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private static void progress(Target target, long done, long all, long began) {
    long seconds = Math.max(1, (System.nanoTime() - began) / 1_000_000_000);
    System.err.printf("%-8s %,d of %,d, %,d a second%n", target.name(), done, all, done / seconds);
  }
}

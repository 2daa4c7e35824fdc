package claudemesh.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process holds at rest.
 *
 * @param heap bytes that are still in use after a collection
 * @param descriptors open files and sockets; 0 where the system does not tell
 * @param threads those of the system
 */
record Footprint(long heap, long descriptors, int threads) {

  private static final long MORE_HEAP = 8 << 20;

  // What comes and goes with the runtime: carriers of virtual threads, compilers, a reference
  // cleaner.
  private static final int MORE_DESCRIPTORS = 8;
  private static final int MORE_THREADS = 8;
  private static final Path OPEN = Path.of("/proc/self/fd");

  static Footprint now() throws IOException {
    long heap = usedHeap(); // first: collecting closes what was only forgotten
    return new Footprint(
        heap, openDescriptors(), ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }

  private static long openDescriptors() throws IOException {
    if (!Files.isDirectory(OPEN)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(OPEN)) {
      return all.count();
    }
  }

  /** What is more than it was before, beyond what comes and goes; one line each. */
  List<String> leaks(Footprint before) {
    List<String> leaks = new ArrayList<>();
    add(leaks, "bytes of heap", heap, before.heap, MORE_HEAP);
    add(leaks, "descriptors", descriptors, before.descriptors, MORE_DESCRIPTORS);
    add(leaks, "threads", threads, before.threads, MORE_THREADS);
    return leaks;
  }

  private static void add(List<String> leaks, String what, long now, long before, long most) {
    if (now - before > most) {
      leaks.add(
          "%s: expected at most %,d more than before, found %,d after %,d"
              .formatted(what, most, now, before));
    }
  }

  @Override
  public String toString() {
    return "%,d KB of heap, %,d descriptors, %,d threads"
        .formatted(heap >> 10, descriptors, threads);
  }
}

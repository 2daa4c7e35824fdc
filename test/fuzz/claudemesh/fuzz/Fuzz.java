package claudemesh.fuzz;

import claudemesh.http.FrameTarget;
import claudemesh.http.PemTarget;
import claudemesh.http.RequestReadersTarget;
import claudemesh.http.TlsSocketTarget;
import claudemesh.http.TlsTarget;
import claudemesh.protocol.CodecTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Feeds broken inputs to everything that reads what strangers send. Every input follows from the
 * seed and its own number, so a run can be repeated, on any number of threads. Afterwards heap,
 * descriptors and threads must be what they were.
 *
 * <pre>
 *   make fuzz                                  5 million inputs and those of TLS, another seed each
 *                                              time
 *   make fuzz ARGS="seed 7 inputs 100000"      a run again, or a shorter one
 *   make fuzz ARGS="target frames"             one target alone: frames, requests, codec, pem,
 *                                              tls, sockets
 *   make fuzz ARGS="replay FILE"               one input again, with its stack trace
 * </pre>
 *
 * <p>A failing input is written to a file in the given folder; the first few are explained.
 */
public final class Fuzz {

  private static final long INPUTS = 5_000_000;
  private static final int SHARES = 1_000;
  private static final List<Target> TARGETS =
      List.of(
          new PemTarget(),
          new TlsTarget(),
          new TlsSocketTarget(),
          new FrameTarget(),
          new RequestReadersTarget(),
          new CodecTarget());

  private Fuzz() {}

  /**
   * Runs it.
   *
   * @param args the folder for failing inputs, then pairs of a word and its value
   * @throws Exception if files cannot be read or written
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> options = options(args);
    Path folder = Files.createDirectories(Path.of(args[0]));
    if (options.containsKey("replay")) {
      replay(Path.of(options.get("replay")));
      return;
    }
    long seed = Long.parseLong(options.getOrDefault("seed", Long.toString(System.nanoTime())));
    long inputs = Long.parseLong(options.getOrDefault("inputs", Long.toString(INPUTS)));
    String only = options.getOrDefault("target", "");
    List<Target> targets =
        TARGETS.stream().filter(target -> only.isEmpty() || target.name().equals(only)).toList();
    if (targets.isEmpty()) {
      throw new IllegalArgumentException(
          "target: expected one of "
              + TARGETS.stream().map(Target::name).toList()
              + ", got "
              + only);
    }
    System.out.printf("fuzz: seed %d, %,d inputs%n", seed, inputs);
    System.exit(run(targets, seed, inputs, new Failures(folder)) ? 0 : 1);
  }

  private static Map<String, String> options(String[] args) {
    Set<String> known = Set.of("seed", "inputs", "target", "replay");
    Map<String, String> options = new TreeMap<>();
    for (int i = 1; i < args.length; i += 2) {
      if (!known.contains(args[i]) || i + 1 == args.length) {
        throw new IllegalArgumentException("expected pairs of " + known + " and a value");
      }
      options.put(args[i], args[i + 1]);
    }
    return options;
  }

  private static boolean run(List<Target> targets, long seed, long inputs, Failures failures)
      throws Exception {
    Runs runs = new Runs(seed, failures);
    // First a little of everything: classes and caches that stay are not leaks.
    for (Target target : targets) {
      runs.run(target, -target.share(), 0);
      runs.seeds(target);
      requireNothingHeld(target, failures);
    }
    Footprint before = Footprint.now();
    long done = 0;
    for (Target target : targets) {
      long count = targets.size() == 1 ? inputs : inputs * target.share() / SHARES;
      runs.run(target, 0, count);
      requireNothingHeld(target, failures);
      System.out.printf("%-8s %,d inputs%n", target.name(), count);
      done += count;
    }
    Footprint after = Footprint.now();
    after.leaks(before).forEach(failures::add);
    System.out.println("before   " + before + "\nafter    " + after);
    System.out.printf("fuzz: %,d inputs, %,d failures%n", done, failures.count());
    return failures.count() == 0;
  }

  private static void requireNothingHeld(Target target, Failures failures) throws Exception {
    int held = target.held();
    if (held > 0) {
      failures.add(target.name() + ": " + held + " still open when all inputs were through");
    }
  }

  private static void replay(Path file) throws Exception {
    String name = file.getFileName().toString().split("-")[0];
    Target target =
        TARGETS.stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        file + ": expected a name that begins with a target"));
    byte[] input = Files.readAllBytes(file);
    System.out.println(Seeds.encode(input));
    target.check(input);
    System.out.println("no failure");
  }
}

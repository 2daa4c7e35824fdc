package claudemesh.bench;

import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a person or a script waits for: whole processes of the command line, from their start to
 * their end, and the most memory they held. All commands in turn, round after round, so that a busy
 * moment of the machine falls on all of them; medians. Beside them Node doing nothing and the
 * cheapest process there is, in the same rounds.
 *
 * <p>A budget is missed if a median is over it by the clock and also after allowing for the machine
 * (Node doing nothing took 60 ms where the budgets were set); then the exit code is 1.
 */
public final class CliBench {

  private static final int ROUNDS = 20;
  private static final int MESSAGES = 1_000_000;
  private static final int MEMORY_ROUNDS = 3;
  private static final double NODE_MILLIS = 60;
  private static final Path TIME = Path.of("/usr/bin/time");

  /** One command, and what it may cost (0: nothing decided). */
  private record Row(String what, List<String> command, int millis, int mebibytes) {}

  private final Map<String, String> environment;
  private final Path scratch;
  private final List<Row> rows = new ArrayList<>();

  private CliBench(Path scratch) {
    this.scratch = scratch;
    this.environment =
        Map.of(
            "PATH", System.getenv("PATH"),
            "HOME", scratch.toString(),
            "LC_ALL", "C.UTF-8",
            "CLAUDEMESH_CONFIG_DIR", scratch.toString(),
            "CLAUDEMESH_JAR", System.getenv().getOrDefault("CLAUDEMESH_JAR", ""));
  }

  /**
   * Runs all measurements.
   *
   * @param args the bundle's launcher, then that of the plain jar; then {@code inbox} and perhaps
   *     how many messages, for what a large inbox costs and nothing else
   * @throws Exception if a process fails
   */
  public static void main(String[] args) throws Exception {
    boolean inboxOnly = args.length > 2 && args[2].equals("inbox");
    boolean held = true;
    if (!inboxOnly) {
      Path scratch = Files.createTempDirectory("claudemesh-bench-cli");
      held = new CliBench(scratch).run(args[0], args[1]);
    }
    held &= InboxBench.run(args[0], args.length > 3 ? Integer.parseInt(args[3]) : MESSAGES);
    if (!held) {
      System.exit(1);
    }
  }

  private boolean run(String bundle, String plain) throws Exception {
    Process broker = start(List.of(bundle, "up", "--listen", "127.0.0.1:0", "--json"));
    Optional<Process> daemon = Optional.empty();
    try {
      awaitLine(broker);
      warmUp(plain);
      row("the cheapest process", 0, 0, "/bin/true");
      if (isCommand("node")) {
        row("node -e 0", 0, 0, "node", "-e", "0");
      }
      row("version", 30, 0, bundle, "version");
      row("help", 0, 0, bundle, "help");
      row("list --json", 0, 0, bundle, "list", "--json");
      row("version, plain jar", 0, 0, plain, "version");
      row("list --json, plain jar", 0, 0, plain, "list", "--json");
      connected(bundle, "", "own connection");
      row("send, plain jar, own connection", 0, 0, plain, "send", "echo", "hello");
      boolean held = measure("no daemon runs");
      rows.removeIf(row -> !row.what().startsWith("node"));
      daemon = startDaemon(bundle);
      if (daemon.isPresent()) {
        daemonRows(bundle);
        held &= measure("a daemon runs");
      }
      Path file = Path.of("build", "bench-cli.json");
      Files.writeString(file, Json.array(results).toPrettyString() + "\n");
      System.out.println("the same as JSON: " + file);
      return held;
    } finally {
      daemon.ifPresent(Process::destroy);
      broker.destroy();
      broker.waitFor();
    }
  }

  // ── what is measured ─────────────────────────────────────────────────────────────────────────

  private void row(String what, int millis, int mebibytes, String... command) {
    rows.add(new Row(what, List.of(command), millis, mebibytes));
  }

  private void connected(String bundle, String suffix, String how) {
    row("peer list --json, " + how + suffix, 0, 0, bundle, "peer", "list", "--json");
    row("send, " + how + suffix, 150, 0, bundle, "send", "echo", "hello");
  }

  private void daemonRows(String bundle) {
    row("peer list --json, by the daemon", 50, 60, bundle, "peer", "list", "--json");
    row("send, by the daemon", 50, 60, bundle, "send", "echo", "hello");
    row("inbox, by the daemon", 50, 60, bundle, "inbox");
  }

  private boolean hasVerb(String bundle, String... verb) throws Exception {
    List<String> command = new ArrayList<>(List.of(bundle, "help"));
    command.addAll(List.of(verb));
    return start(command).waitFor() == 0;
  }

  /**
   * A daemon, once its socket is there, if there is one and the verbs ask it: inbox came with that.
   */
  private Optional<Process> startDaemon(String bundle) throws Exception {
    if (!hasVerb(bundle, "daemon", "up") || !hasVerb(bundle, "inbox")) {
      System.out.println(
          "no verbs `daemon up` and `inbox` yet: nothing answered by a daemon was measured");
      return Optional.empty();
    }
    Process daemon = start(List.of(bundle, "daemon", "up"));
    Path socket = scratch.resolve("daemon").resolve("daemon.sock");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!Files.exists(socket)) {
      if (System.nanoTime() > deadline || !daemon.isAlive()) {
        daemon.destroy();
        throw new IOException("the daemon never listened on " + socket);
      }
      daemon.waitFor(20, TimeUnit.MILLISECONDS);
    }
    return Optional.of(daemon);
  }

  /**
   * The plain jar's launcher makes its archive of classes in the background after a first start.
   */
  private void warmUp(String plain) throws Exception {
    start(List.of(plain, "version")).waitFor();
    Path cache = scratch.resolve(".cache/claudemesh");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    Process waiting = start(List.of("/bin/sleep", "120"));
    while (System.nanoTime() < deadline) {
      try (var files = Files.newDirectoryStream(cache, "*.jsa")) {
        if (files.iterator().hasNext()) {
          break;
        }
      }
      waiting.waitFor(100, TimeUnit.MILLISECONDS);
    }
    waiting.destroy();
  }

  // ── measuring ────────────────────────────────────────────────────────────────────────────────

  private final List<Json> results = new ArrayList<>();

  private boolean measure(String scene) throws Exception {
    double[][] millis = new double[rows.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < rows.size(); i++) {
        millis[i][round] = millis(rows.get(i).command());
      }
    }
    double node = 0;
    boolean held = true;
    System.out.printf(
        "%n%-40s %9s %8s %7s %9s   (%s, medians of %d)%n",
        "what", "ms", "budget", "× node", "MiB", scene, ROUNDS);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double median = median(millis[i]);
      node = row.what().startsWith("node") ? median : node;
      double ratio = node == 0 ? 0 : median / node;
      long memory = memory(row.command());
      boolean over = isOver(row, median, ratio, memory);
      held &= !over;
      print(row, median, ratio, memory, over);
      results.add(json(scene, row, median, ratio, memory));
    }
    return held;
  }

  private static boolean isOver(Row row, double median, double ratio, long memory) {
    boolean slow = row.millis() > 0 && median > row.millis();
    boolean slowHere = ratio == 0 || ratio * NODE_MILLIS > row.millis();
    return slow && slowHere || row.mebibytes() > 0 && memory > row.mebibytes();
  }

  private static void print(Row row, double median, double ratio, long memory, boolean over) {
    System.out.printf(
        "%-40s %9.1f %8s %7s %9s%s%n",
        row.what(),
        median,
        row.millis() == 0 ? "" : "≤ " + row.millis(),
        ratio == 0 ? "" : String.format("%.2f", ratio),
        memory < 0 ? "?" : Long.toString(memory),
        over ? "   OVER" : "");
  }

  private static Json json(String scene, Row row, double median, double ratio, long memory) {
    return Json.object()
        .put("scene", scene)
        .put("what", row.what())
        .put("median_us", Math.round(median * 1000))
        .put("budget_ms", row.millis())
        .put("percent_of_node", Math.round(ratio * 100))
        .put("peak_mib", memory)
        .build();
  }

  private double millis(List<String> command) throws Exception {
    long started = System.nanoTime();
    int code = start(command).waitFor();
    double millis = (System.nanoTime() - started) / 1e6;
    if (code != 0) {
      throw new IOException(command + " ended with " + code);
    }
    return millis;
  }

  /** The most that was resident, in MiB, by the kernel's own account; -1 without GNU time. */
  private long memory(List<String> command) throws Exception {
    if (!Files.isExecutable(TIME)) {
      return -1;
    }
    long[] kibibytes = new long[MEMORY_ROUNDS];
    Path file = scratch.resolve("memory");
    for (int i = 0; i < MEMORY_ROUNDS; i++) {
      List<String> timed =
          new ArrayList<>(List.of(TIME.toString(), "-f", "%M", "-o", file.toString()));
      timed.addAll(command);
      start(timed).waitFor();
      kibibytes[i] = Long.parseLong(Files.readString(file).strip());
    }
    Arrays.sort(kibibytes);
    return kibibytes[MEMORY_ROUNDS / 2] >> 10;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  // ── processes ────────────────────────────────────────────────────────────────────────────────

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    boolean spoken = command.contains("up") && command.contains("--json");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    if (!spoken) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    return builder.start();
  }

  private static void awaitLine(Process process) throws IOException {
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null) {
      throw new IOException("the broker ended without a word");
    }
  }

  private boolean isCommand(String name) throws Exception {
    return start(List.of("/bin/sh", "-c", "command -v " + name)).waitFor() == 0;
  }
}

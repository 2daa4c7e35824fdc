package claudemesh.bench;

import claudemesh.bench.Report.Budget;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonException;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an inbox costs that has grown for years: a real daemon on a store of 1 000 000 messages, and
 * beside it one on an empty store, each verb asked of both in turn, so that the difference is what
 * the messages cost. Whole processes of the command line, and the daemon's own answers on its
 * socket, which a connected program waits for.
 */
final class InboxBench {

  private static final int ROUNDS = 20;
  private static final double BUDGET_MILLIS = 60;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** A verb of the command line, and the same as it is asked of the daemon. */
  private record Row(List<String> verb, List<String> query) {
    static Row of(String verb, String... query) {
      return new Row(List.of(verb.split(" ")), List.of(query));
    }

    String path() {
      return verb.getFirst().equals("status") ? "/v1/status" : "/v1/inbox";
    }
  }

  private static final List<Row> ROWS =
      List.of(
          Row.of("inbox --limit 20 --json", "limit", "20"),
          Row.of("inbox --unread --limit 20", "limit", "20", "unread_only", "true"),
          Row.of("inbox --from " + FullInbox.FREQUENT, "from", FullInbox.FREQUENT),
          Row.of("inbox --from " + FullInbox.RARE, "from", FullInbox.RARE),
          Row.of("inbox --from nobody", "from", "nobody"),
          Row.of("inbox --limit 20 --since 2d", "limit", "20", "since", "2026-01-01T00:00:00Z"),
          Row.of("status --json"));

  private final Report report = new Report();
  private final String launcher;

  private InboxBench(String launcher) {
    this.launcher = launcher;
  }

  /** A daemon, what it works with, and how long it took until it answered. */
  private record Side(Child broker, Child daemon, Path home, DaemonClient client, double up)
      implements AutoCloseable {
    @Override
    public void close() {
      daemon.close();
      broker.close();
    }
  }

  /**
   * Runs all measurements.
   *
   * @param launcher the bundle's launcher
   * @param messages how many messages the large inbox has
   * @return whether the budget is kept
   */
  static boolean run(String launcher, int messages) throws Exception {
    Path scratch = Files.createTempDirectory("claudemesh-bench-inbox");
    try {
      return new InboxBench(launcher).run(scratch, messages);
    } finally {
      DaemonBench.delete(scratch);
    }
  }

  private boolean run(Path scratch, int messages) throws Exception {
    report.section(String.format("an inbox of %,d messages beside an empty one", messages));
    try (Side empty = start(Files.createDirectory(scratch.resolve("empty")), 0);
        Side full = start(Files.createDirectory(scratch.resolve("full")), messages)) {
      report.row("daemon up until it answers, empty", empty.up, "s");
      report.row("daemon up until it answers", full.up, "s");
      boolean kept = true;
      for (Row row : ROWS) {
        kept &= measure(row, full, empty);
      }
      report.row(
          "the daemon's most resident memory",
          Memory.statusKb(Long.toString(full.daemon.pid()), "VmHWM") / 1e3,
          "MB");
      clear(full, "--from", "peer-2");
      clear(full);
      restart(full);
      return kept;
    } finally {
      report.write(Path.of("build", "bench-inbox.json"));
    }
  }

  // ── daemons ──────────────────────────────────────────────────────────────────────────────────

  private Side start(Path home, int messages) throws Exception {
    Child broker = Child.java(List.of(), DaemonBench.BrokerOf.class, home, 1);
    broker.line();
    ConfigFolder config = new ConfigFolder(home);
    JoinedMesh mesh = Config.load(config).meshes().getFirst();
    if (messages > 0) {
      double seconds =
          FullInbox.fill(home.resolve("daemon"), mesh.meshId(), mesh.pubkey(), messages);
      report.row("appended as they come from a broker", messages / seconds, "a second");
      report.row("the store's file", Files.size(home.resolve("daemon/daemon.db")) / 1e6, "MB");
    }
    return up(broker, home);
  }

  private Side up(Child broker, Path home) throws IOException {
    long started = System.nanoTime();
    Child daemon = new Child(command(home, List.of("daemon", "up", "--json")));
    daemon.line();
    double seconds = (System.nanoTime() - started) / 1e9;
    Path socket = home.resolve("daemon/daemon.sock");
    DaemonClient client = DaemonClient.at(socket, Optional.empty()).within(PATIENCE);
    return new Side(broker, daemon, home, client, seconds);
  }

  private void restart(Side before) throws Exception {
    before.daemon.close();
    Side after = up(before.broker, before.home);
    report.row("daemon up once all is cleared", after.up, "s");
    after.daemon.close();
  }

  private ProcessBuilder command(Path home, List<String> verb) {
    List<String> command = new ArrayList<>(List.of(launcher));
    command.addAll(verb);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", home.toString(),
                "LC_ALL", "C.UTF-8",
                "CLAUDEMESH_CONFIG_DIR", home.toString()));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  // ── measuring ────────────────────────────────────────────────────────────────────────────────

  private boolean measure(Row row, Side full, Side empty) throws Exception {
    double[][] whole = new double[2][ROUNDS];
    double[][] answer = new double[2][ROUNDS];
    Side[] sides = {full, empty};
    for (int round = -2; round < ROUNDS; round++) { // the first ones do not count
      for (int side = 0; side < sides.length; side++) {
        double process = processMillis(sides[side].home, row.verb);
        double daemon = answerMillis(sides[side].client, row);
        if (round >= 0) {
          whole[side][round] = process;
          answer[side][round] = daemon;
        }
      }
    }
    String verb = String.join(" ", row.verb);
    double median = median(whole[0]);
    boolean budgeted = row == ROWS.getFirst();
    if (budgeted) {
      report.row(verb + ", whole process", median, "ms", Budget.atMost(BUDGET_MILLIS));
    } else {
      report.row(verb + ", whole process", median, "ms");
    }
    report.row("  the same on the empty one", median(whole[1]), "ms");
    report.row("  the daemon's answer", median(answer[0]), "ms");
    report.row("  the same on the empty one", median(answer[1]), "ms");
    return !budgeted || median <= BUDGET_MILLIS;
  }

  private double processMillis(Path home, List<String> verb) throws Exception {
    long started = System.nanoTime();
    Process process = command(home, verb).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    if (process.waitFor() != 0) {
      throw new IOException(verb + " ended with " + process.exitValue());
    }
    return (System.nanoTime() - started) / 1e6;
  }

  private static double answerMillis(DaemonClient client, Row row) throws DaemonException {
    long started = System.nanoTime();
    client.get(row.path(), row.query.toArray(String[]::new));
    return (System.nanoTime() - started) / 1e6;
  }

  /** Removes some, and asks meanwhile whether others still get answers. */
  private void clear(Side side, String... which) throws Exception {
    List<String> verb = new ArrayList<>(List.of("inbox", "clear", "--json"));
    verb.addAll(List.of(which));
    long started = System.nanoTime();
    try (Child clear = new Child(command(side.home, verb))) {
      double worst = 0;
      while (clear.isAlive()) {
        worst = Math.max(worst, answerMillis(side.client, ROWS.getFirst()));
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      Json done = Json.parseObject(clear.line());
      String what = String.join(" ", verb);
      report.row(what, seconds, "s");
      report.row("  removed", done.number("removed"), "messages");
      report.row("  longest answer to another meanwhile", worst, "ms");
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}

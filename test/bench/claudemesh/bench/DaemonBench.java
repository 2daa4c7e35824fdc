package claudemesh.bench;

import claudemesh.bench.Report.Budget;
import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.Mesh;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonHold;
import claudemesh.daemon.JoinedMesh;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an idle session costs a daemon: a broker, and a daemon with so many sessions, each in a
 * process of its own. {@code make bench-daemon ARGS="1000 10000"}.
 *
 * <p>A hundred sessions share a mesh, as deployed brokers have it: who is in one hears of everybody
 * who comes, which with ten thousand would be all that is measured.
 */
public final class DaemonBench {

  private static final int SESSIONS_A_MESH = 100;
  private static final int MOST_CLASSES = 24;
  private static final double BUDGET_KB = 35;

  private DaemonBench() {}

  /**
   * Runs one measurement after another.
   *
   * @param args how many sessions, each; 1 000 and 10 000 unless given
   * @throws Exception if a process fails
   */
  public static void main(String[] args) throws Exception {
    List<String> counts = args.length == 0 ? List.of("1000", "10000") : List.of(args);
    Report report = new Report();
    for (String count : counts) {
      measure(report, Integer.parseInt(count));
    }
    report.write(Path.of("build", "bench-daemon.json"));
  }

  private static void measure(Report report, int sessions) throws Exception {
    Path home = Files.createTempDirectory("bench-daemon-");
    int meshes = Math.max(1, sessions / SESSIONS_A_MESH);
    try (Child broker = Child.java(List.of(), DaemonBench.BrokerOf.class, home, meshes)) {
      broker.line();
      try (Child daemon = Child.java(List.of(), DaemonHold.class, home, sessions)) {
        daemon.line();
        Memory before = Memory.of(daemon.pid());
        String open = daemon.ask("");
        Memory after = Memory.of(daemon.pid());
        report.section(String.format("a daemon with %,d sessions on %,d meshes", sessions, meshes));
        report.row("all open after", Double.parseDouble(open.replace("open ", "")), "s");
        report.row(
            "held for each session",
            (after.held() - before.held()) / 1024.0 / sessions,
            "KB",
            Budget.atMost(BUDGET_KB));
        report.row(
            "  of it heap, with the stacks of virtual threads",
            (after.heap() - before.heap()) / 1024.0 / sessions,
            "KB");
        report.row(
            "  of it direct buffers", (after.direct() - before.direct()) / 1024.0 / sessions, "KB");
        report.row(
            "resident for each session",
            (after.resident() - before.resident()) / 1024.0 / sessions,
            "KB");
        histogram(report, daemon.pid(), sessions);
        String closed = daemon.ask("");
        report.row(
            "left after SIGTERM's way", Double.parseDouble(closed.replace("closed ", "")), "s");
      }
    } finally {
      delete(home);
    }
  }

  /** What the heap consists of, by class, for each session. */
  private static void histogram(Report report, long pid, int sessions) throws IOException {
    Process tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = tool.inputReader()) {
      lines
          .lines()
          .map(line -> line.strip().split("\\s+"))
          .filter(words -> words.length >= 4 && words[0].matches("\\d+:"))
          .limit(MOST_CLASSES)
          .forEach(
              words ->
                  report.row(
                      "  %s, %.1f".formatted(words[3], Double.parseDouble(words[1]) / sessions),
                      Double.parseDouble(words[2]) / 1024 / sessions,
                      "KB for each session"));
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** A broker with a number of meshes, and a config that has joined them: {@code HOME MESHES}. */
  public static final class BrokerOf {

    private BrokerOf() {}

    /**
     * Runs until standard input ends.
     *
     * @param args where to keep its data and the config, and how many meshes
     * @throws Exception if it cannot be started
     */
    public static void main(String[] args) throws Exception {
      Path home = Path.of(args[0]);
      int most = 100_000;
      BrokerOptions options =
          BrokerOptions.on(home.resolve("broker"), 0)
              .withMaxSocketsPerMesh(most)
              .withMaxSocketsPerMember(most)
              .withMaxStrangersPerAddress(most);
      try (Broker broker = Broker.start(options)) {
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
          join(broker, new ConfigFolder(home), "mesh-" + i);
        }
        System.out.println(broker.url());
        while (System.in.read() >= 0) {}
      }
    }

    private static void join(Broker broker, ConfigFolder config, String slug) throws IOException {
      Ed25519KeyPair keys = Ed25519KeyPair.generate();
      Mesh mesh = broker.directory().createMesh(slug, "owner", keys.publicHex());
      String memberId = mesh.member(keys.publicHex()).orElseThrow().memberId();
      String url = broker.url().toString();
      Instant now = Instant.now();
      JoinedMesh joined =
          JoinedMesh.of(mesh.id(), memberId, slug, keys, url, mesh.rootKey(), "owner", now);
      Config.update(config, before -> before.with(joined));
    }
  }
}

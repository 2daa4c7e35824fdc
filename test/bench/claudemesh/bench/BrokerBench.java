package claudemesh.bench;

import claudemesh.bench.Report.Budget;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures the broker and prints a table, and the same as JSON. The broker, whatever loads it and a
 * server to compare with are processes of their own; keys, signatures and boxes are real. Machines
 * are shared and noisy: what carries over are ratios within one run.
 *
 * <p>Arguments: any of {@code messages saturated idle echo restart curves}, all if none is named,
 * and {@code quick} for a tenth of everything.
 */
public final class BrokerBench {

  private static final List<String> SECTIONS =
      List.of("messages", "saturated", "idle", "echo", "restart", "curves");
  private static final int PEERS = 100;
  private static final int MOST_IN_ONE_MESH = 2_000;
  private static final long MEGA = 1 << 20;

  /** Until the JVM has compiled everything on the way of a connection. */
  private static final int WARM_CONNECTIONS = 30_000;

  private final Report report = new Report();
  private final Path folder;
  private final boolean quick;
  private int broker;

  private BrokerBench(Path folder, boolean quick) {
    this.folder = folder;
    this.quick = quick;
  }

  /**
   * Runs what was asked for.
   *
   * @param args see above
   * @throws Exception if a process fails
   */
  public static void main(String[] args) throws Exception {
    List<String> asked = new ArrayList<>(List.of(args));
    boolean quick = asked.remove("quick");
    for (String section : asked) {
      if (!SECTIONS.contains(section)) {
        System.err.println(
            "bench-broker: expected any of "
                + String.join(", ", SECTIONS)
                + " and quick, found \""
                + section
                + "\"");
        Runtime.getRuntime().exit(2);
      }
    }
    Path folder = Files.createTempDirectory(Path.of("build"), "bench-broker");
    BrokerBench bench = new BrokerBench(folder, quick);
    try {
      bench.run(asked.isEmpty() ? Set.copyOf(SECTIONS) : Set.copyOf(asked));
      bench.report.write(Path.of("build", "bench-broker.json"));
    } finally {
      delete(folder);
    }
  }

  private void run(Set<String> sections) throws Exception {
    if (sections.contains("messages")) {
      messages();
    }
    if (sections.contains("saturated")) {
      saturated();
    }
    if (sections.contains("idle")) {
      idle();
    }
    if (sections.contains("echo")) {
      echo();
    }
    if (sections.contains("restart")) {
      restarts();
    }
    if (sections.contains("curves")) {
      new BrokerCurves(report, folder, quick).run();
    }
  }

  private Path freshData() {
    return folder.resolve("broker-" + broker++);
  }

  // ── messages ─────────────────────────────────────────────────────────────────────────────────

  private void messages() throws Exception {
    int all = quick ? 10_000 : 100_000;
    report.section(PEERS + " peers, " + all / PEERS + " direct messages each, durable, sealed");
    report.row("processors of this machine", Runtime.getRuntime().availableProcessors(), "");
    String warmUp = all / 2 + ":0";
    try (Messages full =
        new Messages("full", warmUp, all / 10 + ":500", all + ":2000", all + ":0")) {
      full.next("warm-up");
      full.latencies("500/s offered", full.next("500/s"), false);
      full.latencies("2 000/s offered", full.next("2 000/s"), true);
      full.saturated("saturated by the project's clients", full.next("saturated"), false);
      report.row("peak memory of the broker", full.peak(), "MB", Budget.atMost(300));
    }
  }

  private void saturated() throws Exception {
    int all = quick ? 10_000 : 100_000;
    report.section("the same from clients that do as little as can be done");
    String warmUp = all / 2 + ":0";
    try (Messages lean = new Messages("lean", warmUp, all + ":2000", all + ":0", all + ":0")) {
      lean.next("warm-up");
      lean.latencies("2 000/s offered by lean clients", lean.next("2 000/s"), true);
      lean.next("saturated once, unmeasured");
      lean.saturated("saturated by lean clients", lean.next("saturated"), true);
      report.row("peak memory of the broker", lean.peak(), "MB", Budget.atMost(300));
    }
  }

  /** A broker and a load that sends rounds of messages through it. */
  private final class Messages implements AutoCloseable {
    private final BrokerUnderTest broker;
    private final Child load;
    private long brokerMicros;

    Messages(String clients, String... rounds) throws IOException {
      Path data = freshData();
      Path people = People.write(People.create(data, 1, PEERS), folder.resolve("people"));
      broker = BrokerUnderTest.start(data);
      List<Object> arguments = new ArrayList<>(List.of(clients, broker.port, people));
      arguments.addAll(List.of(rounds));
      load = Child.java(List.of(), MessageLoad.class, arguments.toArray());
    }

    Json next(String what) throws IOException {
      long before = broker.cpuMicros();
      System.err.println("… " + what);
      Json result = Json.parseObject(load.line());
      brokerMicros = broker.cpuMicros() - before;
      return result;
    }

    double peak() throws IOException {
      return broker.peak() / (double) MEGA;
    }

    void latencies(String title, Json result, boolean held) {
      delivered(title, result);
      report.row(title + ": throughput", result.number("per_second"), "a second");
      for (String which : new String[] {"ack", "end"}) {
        for (String percent : new String[] {"p50", "p95", "p99", "p100"}) {
          String what =
              title
                  + ": "
                  + (which.equals("ack") ? "ack " : "end to end ")
                  + percent.replace("p100", "max");
          double millis = result.number(which + "_" + percent) / 1e3;
          if (held && percent.equals("p99") && which.equals("end")) {
            report.row(what, millis, "ms", Budget.atMost(250));
          } else {
            report.row(what, millis, "ms");
          }
        }
      }
      report.row(
          title + ": processor time of the broker",
          (double) brokerMicros / result.number("count"),
          "µs each");
    }

    void saturated(String title, Json result, boolean held) {
      if (held) {
        report.row(
            title + ": throughput",
            result.number("per_second"),
            "a second",
            Budget.atLeast(20_000));
      }
      latencies(title, result, false);
    }

    private void delivered(String title, Json result) {
      report.row(
          title + ": delivered",
          100.0 * result.number("delivered") / result.number("count"),
          "%",
          Budget.atLeast(100));
      report.row(title + ": delivered more than once", result.number("repeated"), "messages");
    }

    @Override
    public void close() {
      load.close();
      broker.close();
    }
  }

  // ── idle connections ─────────────────────────────────────────────────────────────────────────

  private void idle() throws Exception {
    int count = quick ? 1_000 : 10_000;
    report.section(String.format("%,d idle connections, lean clients", count));
    accepts(count, "bare", "accepted and upgraded", Budget.atLeast(10_000));
    accepts(count, "session", "with session hellos (2 signatures)", null);
    try (BrokerUnderTest broker = BrokerUnderTest.start(freshData())) {
      Path people = people(broker.data, count / PEERS, PEERS);
      warmUp(broker, people, "session");
      Memory before = broker.memory();
      try (Child load = idleLoad(broker, people, "member", count)) {
        Json connected = Json.parseObject(load.line());
        report.row("with member hellos (1 signature)", connected.number("per_second"), "a second");
        Memory after = broker.memory();
        report.row(
            "live heap and direct buffers",
            (after.held() - before.held()) / 1024.0 / count,
            "KB each",
            Budget.atMost(12));
        report.row(
            "resident memory more than before",
            (after.resident() - before.resident()) / 1024.0 / count,
            "KB each");
        broadcasts(load, PEERS + " meshes of " + count / PEERS);
      }
    }
    oneMesh(Math.min(count, MOST_IN_ONE_MESH));
  }

  // Everybody hears of everybody who comes: 10 000 would be fifty million events.
  private void oneMesh(int count) throws Exception {
    try (BrokerUnderTest broker = BrokerUnderTest.start(freshData())) {
      Path people = people(broker.data, 1, count);
      try (Child load = idleLoad(broker, people, "member", count)) {
        Json connected = Json.parseObject(load.line());
        String title = String.format("one mesh of %,d: ", count);
        report.row(title + "hellos", connected.number("per_second"), "a second");
        report.row(title + "presence events sent meanwhile", connected.number("events"), "events");
        broadcasts(load, "one mesh");
        report.row(title + "peak memory of the broker", broker.peak() / (double) MEGA, "MB");
      }
    }
  }

  private void accepts(int count, String mode, String what, Budget budget) throws Exception {
    boolean bare = mode.equals("bare");
    long[] rates = new long[bare ? 3 : 1]; // signing for 10 000 sessions takes the load long
    for (int i = 0; i < rates.length; i++) {
      try (BrokerUnderTest broker = BrokerUnderTest.start(freshData())) {
        Path people = people(broker.data, bare ? 1 : count / PEERS, PEERS);
        warmUp(broker, people, mode);
        try (Child load = idleLoad(broker, people, mode, count)) {
          rates[i] = Json.parseObject(load.line()).number("per_second");
        }
      }
    }
    Arrays.sort(rates);
    if (bare) {
      report.row(what + ", median of " + rates.length, rates[1], "a second", budget);
    } else {
      report.row(what, rates[0], "a second");
    }
  }

  // Hellos are verified by interpreted code at first; connections warm up in the load itself.
  private void warmUp(BrokerUnderTest broker, Path people, String mode) throws IOException {
    if (mode.equals("session")) {
      try (Child load = idleLoad(broker, people, mode, 2_000)) {
        load.line();
      }
    }
  }

  private void broadcasts(Child load, String where) throws IOException {
    long[] micros = new long[5];
    long receivers = 0;
    for (int i = 0; i < micros.length; i++) {
      Json result = Json.parseObject(load.ask("broadcast"));
      micros[i] = result.number("us");
      receivers = result.number("receivers");
    }
    Arrays.sort(micros);
    report.row(
        String.format("a broadcast to %,d in %s, until all have it", receivers, where),
        micros[micros.length / 2] / 1e3,
        "ms (median of 5)");
  }

  private Path people(Path data, int meshes, int each) throws IOException {
    return People.write(People.create(data, meshes, each), folder.resolve("people"));
  }

  private static Child idleLoad(BrokerUnderTest broker, Path people, String mode, int count)
      throws IOException {
    return Child.java(
        List.of("-XX:+UseSerialGC"),
        IdleLoad.class,
        broker.port,
        people,
        mode,
        count,
        WARM_CONNECTIONS);
  }

  // ── echo ─────────────────────────────────────────────────────────────────────────────────────

  private void echo() throws Exception {
    report.section("echo of 100-byte frames through the bare server, " + PEERS + " connections");
    var missing = NodeEcho.missing();
    for (int underWay : new int[] {1, 16}) {
      String title = "one under way a connection";
      if (underWay > 1) {
        title = underWay + " under way a connection";
      }
      double[] ratios = new double[3];
      long[] ours = new long[3];
      long[] nodes = new long[3];
      for (int i = 0; i < ratios.length; i++) {
        ours[i] = echoOurs(underWay);
        nodes[i] = missing.isPresent() ? 1 : echoNode(underWay);
        ratios[i] = (double) ours[i] / nodes[i];
      }
      report.row(title + ": this server", median(ours), "a second (median of 3)");
      if (missing.isPresent()) {
        report.missing(title + ": Node ws", missing.get());
      } else {
        report.row(title + ": Node ws", median(nodes), "a second (median of 3)");
        Arrays.sort(ratios);
        report.row(title + ": ratio", ratios[1], "times", Budget.atLeast(1.5));
      }
    }
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private long echoOurs(int underWay) throws IOException {
    try (Bench.Server server = new Bench.Server()) {
      return echoRate(server.port, underWay);
    }
  }

  private long echoNode(int underWay) throws IOException {
    try (Child node = NodeEcho.start()) {
      return echoRate(Integer.parseInt(node.line()), underWay);
    }
  }

  private long echoRate(int port, int underWay) throws IOException {
    int seconds = quick ? 2 : 5;
    try (Child load = Child.java(List.of(), EchoLoad.class, port, PEERS, 100, underWay, seconds)) {
      return Json.parseObject(load.line()).number("per_second");
    }
  }

  // ── restart ──────────────────────────────────────────────────────────────────────────────────

  private void restarts() throws Exception {
    restart(1_000);
    if (!quick) {
      restart(10_000);
    }
  }

  private void restart(int count) throws Exception {
    report.section(
        String.format(
            "broker restarted under %,d clients of this project, meshes of %d", count, PEERS));
    Path data = freshData();
    Path people = people(data, count / PEERS, PEERS);
    BrokerUnderTest broker = BrokerUnderTest.start(data);
    int port = broker.port;
    try (Child load = Child.java(List.of(), RestartLoad.class, port, people)) {
      load.line();
      for (String how : new String[] {"kill -9", "SIGTERM"}) {
        load.ask("arm");
        long loadBefore = load.cpuMicros();
        long ended = System.currentTimeMillis();
        if (how.equals("SIGTERM")) {
          broker.close();
          report.row(
              how + ": until the broker had ended", System.currentTimeMillis() - ended, "ms");
        } else {
          broker.kill();
        }
        broker = BrokerUnderTest.start(data, port);
        report.row(how + ": start of the broker", broker.startMillis, "ms");
        restarted(how, count, Json.parseObject(load.ask(Long.toString(ended))));
        String each = how + ": processor time for a client, ";
        double spent = load.cpuMicros() - loadBefore;
        report.row(each + "the clients' process", spent / 1e3 / count, "ms");
        report.row(each + "the new broker", broker.cpuMicros() / 1e3 / count, "ms");
      }
    } finally {
      broker.close();
    }
  }

  private void restarted(String how, int count, Json result) {
    report.row(how + ": clients back", result.number("back"), "", Budget.atLeast(count));
    report.row(how + ": half of them back after", result.number("median_ms") / 1e3, "s");
    report.row(
        how + ": all of them back after", result.number("last_ms") / 1e3, "s", Budget.atMost(60));
    report.row(
        how + ": worst 100 ms",
        100.0 * result.number("worst_bucket") / count,
        "% of them",
        Budget.atMost(5));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

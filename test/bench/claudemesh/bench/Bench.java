package claudemesh.bench;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures and prints a table, and the same as JSON. Client and server run in processes of their
 * own. Machines are shared and noisy: what carries over are ratios within one run.
 *
 * <p>{@code make bench ARGS="quick"} leaves out the 10 000 connections and the buffer sizes.
 */
public final class Bench {

  private static final int START_UPS = 11;
  private static final List<String> BUFFER_PROPERTIES =
      List.of(
          "jdk.httpclient.websocket.writeBufferSize",
          "jdk.httpclient.websocket.intermediateBufferSize",
          "jdk.httpclient.bufsize");

  private final Report report = new Report();

  private Bench() {}

  /**
   * Runs all measurements.
   *
   * @param args {@code quick}, or nothing
   * @throws Exception if a process fails
   */
  public static void main(String[] args) throws Exception {
    boolean quick = args.length > 0 && args[0].equals("quick");
    Bench bench = new Bench();
    bench.throughput("1 lifecycle, 100-byte messages echoed", 1, 100);
    bench.throughput("100 lifecycles, 100-byte messages echoed", 100, 100);
    bench.roundTrip();
    bench.idle(1_000);
    if (!quick) {
      bench.idle(10_000);
      bench.buffers();
    }
    bench.startUp();
    bench.report.write(Path.of("build", "bench.json"));
  }

  private void throughput(String what, int connections, int bytes) throws Exception {
    try (Server server = new Server()) {
      Json result = load(server, List.of(), "throughput", connections, bytes, 5);
      report.row(what, result.number("per_second"), "a second");
    }
  }

  private void roundTrip() throws Exception {
    try (Server server = new Server()) {
      Json result = load(server, List.of(), "roundtrip", 20_000);
      report.row("round trip of a small message, p50", result.number("p50_us"), "µs");
      report.row("round trip of a small message, p99", result.number("p99_us"), "µs");
    }
  }

  private void idle(int connections) throws Exception {
    try (Server server = new Server()) {
      Memory before = server.memory();
      try (Child client = startLoad(server, List.of(), "idle", connections)) {
        Json result = Json.parseObject(client.line());
        Memory after = server.memory();
        String at = String.format("at %,d connections: ", connections);
        report.row(at + "connects", result.number("connects_per_second"), "a second");
        report.row(at + "client holds", result.number("held_each"), "bytes each");
        report.row(at + "client resident", result.number("resident_each"), "bytes each");
        report.row(at + "server holds", (after.held() - before.held()) / connections, "bytes each");
        report.row(
            at + "server resident",
            (after.resident() - before.resident()) / connections,
            "bytes each");
      }
    }
  }

  // What smaller buffers of the JDK's client save, and what they cost with messages of 4 KB.
  private void buffers() throws Exception {
    for (int size : new int[] {1024, 2048, 4096, 8192, 16384}) {
      List<String> flags =
          BUFFER_PROPERTIES.stream().map(name -> "-D" + name + "=" + size).toList();
      try (Server server = new Server()) {
        Json rate = load(server, flags, "throughput", 1, 4096, 4);
        report.row("buffers of " + size + ": 4 KB messages", rate.number("per_second"), "a second");
      }
      try (Server server = new Server();
          Child client = startLoad(server, flags, "idle", 500)) {
        Json idle = Json.parseObject(client.line());
        report.row("buffers of " + size + ": client holds", idle.number("held_each"), "bytes each");
      }
    }
  }

  private void startUp() throws Exception {
    String jar = System.getenv("CLAUDEMESH_JAR");
    if (jar == null) {
      throw new IllegalStateException("CLAUDEMESH_JAR is not set: use `make bench`");
    }
    List<String> flags = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar);
    List<String> command = new ArrayList<>(List.of(Child.javaProgram()));
    command.addAll(flags);
    command.add("version");
    long[] millis = new long[START_UPS];
    for (int i = 0; i < START_UPS; i++) {
      long started = System.nanoTime();
      try (Child process = Child.start(command)) {
        process.line();
        process.awaitEnd();
      }
      millis[i] = (System.nanoTime() - started) / 1_000_000;
    }
    Arrays.sort(millis);
    report.row(
        "start-up of `version`, plain jar, whole process", millis[START_UPS / 2], "ms (median)");
  }

  // ── processes ────────────────────────────────────────────────────────────────────────────────

  private static Json load(Server server, List<String> flags, Object... arguments)
      throws Exception {
    try (Child client = startLoad(server, flags, arguments)) {
      return Json.parseObject(client.line());
    }
  }

  private static Child startLoad(Server server, List<String> flags, Object... arguments)
      throws IOException {
    List<Object> all = new ArrayList<>(List.of(server.port));
    all.addAll(List.of(arguments));
    return Child.java(flags, Load.class, all.toArray());
  }

  /** The echo server's process. */
  static final class Server extends Child {
    final int port;

    Server() throws IOException {
      super(
          new ProcessBuilder(javaCommand(List.of(), EchoServer.class))
              .redirectError(ProcessBuilder.Redirect.INHERIT));
      this.port = Integer.parseInt(line());
    }

    Memory memory() throws IOException {
      return Memory.decode(ask(""));
    }
  }
}

package claudemesh.bench;

import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

  private final List<Json> rows = new ArrayList<>();

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
    System.out.printf("%-52s %12s  %s%n", "what", "value", "unit");
    bench.throughput("1 lifecycle, 100-byte messages echoed", 1, 100);
    bench.throughput("100 lifecycles, 100-byte messages echoed", 100, 100);
    bench.roundTrip();
    bench.idle(1_000);
    if (!quick) {
      bench.idle(10_000);
      bench.buffers();
    }
    bench.startUp();
    Path file = Path.of("build", "bench.json");
    Files.writeString(file, Json.array(bench.rows).toPrettyString() + "\n");
    System.out.println("the same as JSON: " + file);
  }

  private void row(String what, long value, String unit) {
    System.out.printf("%-52s %,12d  %s%n", what, value, unit);
    rows.add(Json.object().put("what", what).put("value", value).put("unit", unit).build());
  }

  private void throughput(String what, int connections, int bytes) throws Exception {
    try (Server server = new Server()) {
      Json result = load(server, List.of(), "throughput", connections, bytes, 5);
      row(what, result.number("per_second"), "a second");
    }
  }

  private void roundTrip() throws Exception {
    try (Server server = new Server()) {
      Json result = load(server, List.of(), "roundtrip", 20_000);
      row("round trip of a small message, p50", result.number("p50_us"), "µs");
      row("round trip of a small message, p99", result.number("p99_us"), "µs");
    }
  }

  private void idle(int connections) throws Exception {
    try (Server server = new Server()) {
      Memory before = server.memory();
      try (Process client = start(loadCommand(server, List.of(), "idle", connections))) {
        Json result = Json.parseObject(client.line());
        Memory after = server.memory();
        String at = String.format("at %,d connections: ", connections);
        row(at + "connects", result.number("connects_per_second"), "a second");
        row(at + "client holds", result.number("held_each"), "bytes each");
        row(at + "client resident", result.number("resident_each"), "bytes each");
        row(at + "server holds", (after.held() - before.held()) / connections, "bytes each");
        row(
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
        row("buffers of " + size + ": 4 KB messages", rate.number("per_second"), "a second");
      }
      try (Server server = new Server();
          Process client = start(loadCommand(server, flags, "idle", 500))) {
        Json idle = Json.parseObject(client.line());
        row("buffers of " + size + ": client holds", idle.number("held_each"), "bytes each");
      }
    }
  }

  private void startUp() throws Exception {
    String jar = System.getenv("CLAUDEMESH_JAR");
    if (jar == null) {
      throw new IllegalStateException("CLAUDEMESH_JAR is not set: use `make bench`");
    }
    List<String> flags = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar);
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(flags);
    command.add("version");
    long[] millis = new long[START_UPS];
    for (int i = 0; i < START_UPS; i++) {
      long started = System.nanoTime();
      try (Process process = start(command)) {
        process.line();
        process.awaitEnd();
      }
      millis[i] = (System.nanoTime() - started) / 1_000_000;
    }
    Arrays.sort(millis);
    row("start-up of `version`, plain jar, whole process", millis[START_UPS / 2], "ms (median)");
  }

  // ── processes ────────────────────────────────────────────────────────────────────────────────

  private static Json load(Server server, List<String> flags, Object... arguments)
      throws Exception {
    try (Process client = start(loadCommand(server, flags, arguments))) {
      return Json.parseObject(client.line());
    }
  }

  private static List<String> loadCommand(Server server, List<String> flags, Object... arguments) {
    List<String> command = javaCommand(flags, Load.class);
    command.add(Integer.toString(server.port));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  private static List<String> javaCommand(List<String> flags, Class<?> main) {
    List<String> command = new ArrayList<>(List.of(java(), "-Xmx2g"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return command;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Process start(List<String> command) throws IOException {
    return new Process(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** One process that talks in lines. */
  private static class Process implements AutoCloseable {
    private final java.lang.Process process;
    private final BufferedReader out;

    Process(java.lang.Process process) {
      this.process = process;
      this.out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the process ended without an answer: " + process.info());
      }
      return line;
    }

    void ask() throws IOException {
      OutputStream in = process.getOutputStream();
      in.write('\n');
      in.flush();
    }

    void awaitEnd() throws InterruptedException {
      process.waitFor();
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }

  /** The echo server's process. */
  private static final class Server extends Process {
    final int port;

    Server() throws IOException {
      super(start(javaCommand(List.of(), EchoServer.class)).process);
      this.port = Integer.parseInt(line());
    }

    Memory memory() throws IOException {
      ask();
      return Memory.decode(line());
    }
  }
}

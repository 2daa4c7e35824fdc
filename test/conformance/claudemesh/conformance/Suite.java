package claudemesh.conformance;

import claudemesh.json.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One side of the Autobahn|Testsuite as a process. It is written for Python 2, so Jython runs it,
 * on the Java that runs this. What it prints goes to {@code suite.txt} in its folder, its reports
 * to {@code reports}.
 */
final class Suite implements AutoCloseable {

  private static final Path DRIVER = Path.of("test", "conformance", "wstest.py");
  private static final Duration START_UP = Duration.ofMinutes(2);
  private static final int HANDSHAKE_SECONDS = 20;

  private final Path folder;
  private final Process process;

  private Suite(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param side {@code client}, to test a server, or {@code server}
   * @param folder where its files go; made anew
   * @param cases which cases, as {@code 1.*}
   * @param servers for a client, what to connect to: objects with agent and url
   * @return the running suite
   * @throws IOException if it cannot be started
   */
  static Suite start(String side, Path folder, List<String> cases, List<Json> servers)
      throws IOException {
    Files.createDirectories(folder.resolve("reports"));
    Path spec = folder.resolve("spec.json").toAbsolutePath();
    Files.writeString(spec, spec(side, cases, servers).toPrettyString());
    List<String> command = new ArrayList<>(List.of(java(), "-Xmx1g"));
    command.add("--enable-native-access=ALL-UNNAMED"); // Jython loads a library of its own
    command.add("-Dpython.cachedir=" + folder.resolveSibling("jython-cache").toAbsolutePath());
    command.add("-Dpython.path=" + jar("autobahntestsuite"));
    command.add("-cp");
    command.add(jar("jython"));
    command.add("org.python.util.jython");
    command.addAll(List.of(DRIVER.toAbsolutePath().toString(), side, spec.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("suite.txt").toFile())
            .start();
    return new Suite(folder, process);
  }

  private static Json spec(String side, List<String> cases, List<Json> servers) {
    return Json.object()
        .put("url", "ws://127.0.0.1:1") // the port is corrected when it is known
        .put("outdir", "./reports")
        .put("options", options(side))
        .put("servers", Json.array(servers))
        .put("cases", Json.strings(cases))
        .put("exclude-cases", Json.array(List.of()))
        .put("exclude-agent-cases", Json.object().build())
        .build();
  }

  // One second is its own time-out for an answer to its close frame, and it may be the suite that
  // does not get round to reading it: it is then busy with another megabyte.
  private static Json options(String side) {
    Json.Builder options = Json.object().put("failByDrop", false);
    options.put("openHandshakeTimeout", HANDSHAKE_SECONDS);
    options.put("closeHandshakeTimeout", HANDSHAKE_SECONDS);
    if (side.equals("client")) {
      options.put("serverConnectionDropTimeout", HANDSHAKE_SECONDS);
    }
    return options.build();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** A jar that the build put on our own class path for this. */
  private static String jar(String name) {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (path.getFileName().toString().startsWith(name)) {
        return path.toAbsolutePath().toString();
      }
    }
    throw new IllegalStateException("no jar named " + name + "… on the class path");
  }

  /**
   * Waits for a server to listen.
   *
   * @return its port
   */
  int awaitPort() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_UP.toNanos();
    do {
      Optional<String> line = output().stream().filter(l -> l.startsWith("PORT ")).findFirst();
      if (line.isPresent()) {
        return Integer.parseInt(line.get().substring("PORT ".length()));
      }
    } while (!process.waitFor(200, TimeUnit.MILLISECONDS) && System.nanoTime() < end);
    throw failed("did not listen within " + START_UP.toSeconds() + " s");
  }

  /** Waits for a client to be through. */
  void awaitEnd(Duration timeout) throws IOException, InterruptedException {
    if (!process.waitFor(timeout.toSeconds(), TimeUnit.SECONDS)) {
      throw failed("was not through after " + timeout.toSeconds() + " s");
    }
    if (process.exitValue() != 0) {
      throw failed("ended with exit code " + process.exitValue());
    }
  }

  private IOException failed(String how) throws IOException {
    output().stream().skip(Math.max(0, output().size() - 20)).forEach(System.err::println);
    return new IOException("the suite " + how + "; what it said is in " + file("suite.txt"));
  }

  private List<String> output() throws IOException {
    return Files.readAllLines(file("suite.txt"));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  /** Its verdicts: for each agent, for each case, an object. */
  Json reports() throws IOException {
    return Json.parseObject(Files.readString(folder.resolve("reports").resolve("index.json")));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

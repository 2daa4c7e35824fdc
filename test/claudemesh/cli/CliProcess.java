package claudemesh.cli;

import claudemesh.json.LineReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line in a process of its own, on the JVM and classes of the tests. */
public final class CliProcess extends RunningCli {

  private static final int SIGINT = 2;

  private final Process process;
  private final Path err;

  private CliProcess(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  static CliProcess start(Path scratch, Map<String, String> environment, String... args)
      throws IOException {
    CliProcess started = startUnread(scratch, environment, args);
    Thread.ofPlatform().daemon().start(started::readLines);
    return started;
  }

  /** One whose standard output the test reads, or closes, itself. */
  static CliProcess startUnread(Path scratch, Map<String, String> environment, String... args)
      throws IOException {
    return startUnread(scratch, environment, List.of(), args);
  }

  /** One that other programs start, such as a shell that sets something up before. */
  public static CliProcess start(
      Path scratch, Map<String, String> environment, List<String> starter, String... args)
      throws IOException {
    CliProcess started = startUnread(scratch, environment, starter, args);
    Thread.ofPlatform().daemon().start(started::readLines);
    return started;
  }

  private static CliProcess startUnread(
      Path scratch, Map<String, String> environment, List<String> starter, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(starter);
    command.addAll(java());
    command.addAll(List.of(args));
    Path err = Files.createTempFile(scratch, "stderr", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    return new CliProcess(builder.start(), err);
  }

  /** How to start the command line: the tests' own classes, without a jar. */
  public static List<String> java() {
    String classPath =
        Stream.of(
                "claudemesh.cli.Cli",
                "com.eclipsesource.json.Json",
                "software.pando.crypto.nacl.CryptoBox",
                "org.sqlite.JDBC")
            .flatMap(CliProcess::whereIs)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        classPath,
        "claudemesh.cli.Cli");
  }

  private static Stream<String> whereIs(String className) {
    try {
      var source = Class.forName(className).getProtectionDomain().getCodeSource();
      return Stream.of(Path.of(source.getLocation().toURI()).toString());
    } catch (ClassNotFoundException notUsed) {
      return Stream.empty();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private void readLines() {
    LineReader reader = new LineReader(process.getInputStream(), LineReader.DEFAULT_LIMIT);
    try {
      for (String line = reader.read(); line != null; line = reader.read()) {
        printed(line);
      }
    } catch (IOException closed) {
      // the test has closed it
    }
    printedAll();
  }

  InputStream out() {
    return process.getInputStream();
  }

  public Process process() {
    return process;
  }

  public String err() throws IOException {
    return Files.readString(err);
  }

  @Override
  OutputStream in() {
    return process.getOutputStream();
  }

  @Override
  public int exitCode() throws InterruptedException, IOException {
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
      throw new AssertionError("still running; stderr: " + err() + "; stdout: " + seen());
    }
    return process.exitValue();
  }

  /**
   * Whether a process started from here can be interrupted. A background job of a shell ignores
   * SIGINT, its children inherit that, and a JVM leaves a signal alone that it finds ignored.
   */
  static boolean canBeInterrupted() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return true;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElse("SigIgn: 0")
            .replaceFirst("SigIgn:\\s*", "");
    return (Long.parseUnsignedLong(ignored, 16) & 1L << SIGINT - 1) == 0;
  }

  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    kill.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

package claudemesh.cli;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.LineReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What start-up archives are made of: typical commands, run one after the other in one JVM that
 * takes note of the classes it loads. The broker and the daemon they speak to are processes of
 * their own, so that their classes, which no short command needs, stay out; everything happens in a
 * temporary folder, on the loopback interface, and nothing is printed.
 *
 * <p>The bundle's build and {@code bin/claudemesh} start it; it is not a verb.
 */
public final class Rehearsal {

  private static final List<List<String>> ALONE_AND_SHORT =
      List.of(List.of("version"), List.of("version", "--json"));

  private static final List<List<String>> ALONE =
      List.of(List.of("help"), List.of("help", "send"), List.of("list"), List.of("no-such-verb"));

  private static final List<List<String>> WITH_A_BROKER =
      List.of(
          List.of("list", "--json"),
          List.of("peer", "list"),
          List.of("peer", "list", "--json"),
          List.of("send", "echo", "hello"),
          List.of("send", "echo", "hello", "--json"),
          List.of("connect", "--to", "echo", "--count", "1", "--only", "message"));

  private static final List<List<String>> WITH_A_DAEMON =
      List.of(
          // First what is answered by mail, last what shows it. Not top: every other verb would
          // link its classes too, at each start.
          List.of("send", "echo", "hello"),
          List.of("send", "echo", "hello", "--json"),
          List.of("status"),
          List.of("peer", "list"),
          List.of("peer", "list", "--json"),
          List.of("whoami", "--json"),
          List.of("state", "list"),
          List.of("outbox"),
          List.of("inbox"),
          List.of("inbox", "--json"));

  private static final String INPUT = "hello\n";

  private final Map<String, String> environment;

  private Rehearsal(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Runs the commands; their own failures are not its concern.
   *
   * @param args "short" for those alone whose start is measured in milliseconds: that print a
   *     version, or are answered by a daemon
   * @throws IOException if the temporary folder cannot be used, or the broker not started
   * @throws InterruptedException if the process was asked to end
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    // A single class that is missing opens the whole runtime image: begin and end as the command
    // line does.
    Interruption interruption = Interruption.ofThisThread();
    Streams.ofProcess();
    Path folder = Files.createTempDirectory("claudemesh-rehearsal");
    Map<String, String> environment = new HashMap<>(System.getenv());
    // Nothing of the user's may take part: no daemon, no session, no proxy.
    environment.keySet().removeIf(name -> name.startsWith("CLAUDEMESH_") || isProxy(name));
    environment.put("CLAUDEMESH_CONFIG_DIR", folder.toString());
    try {
      new Rehearsal(environment).run(List.of(args).equals(List.of("short")));
    } finally {
      SecretFiles.deleteTree(folder);
    }
    Network.shutDown();
    interruption.over();
  }

  private static boolean isProxy(String variable) {
    return variable.toLowerCase(Locale.ROOT).endsWith("_proxy");
  }

  private void run(boolean isShort) throws IOException, InterruptedException {
    ALONE_AND_SHORT.forEach(this::command);
    if (!isShort) {
      ALONE.forEach(this::command);
    }
    Process broker = start("up", "--listen", "127.0.0.1:0", "--json");
    try {
      String said = firstLine(broker);
      if (!isReady(said)) {
        throw new IOException("expected a broker that says it is ready, found: " + said);
      }
      if (!isShort) {
        WITH_A_BROKER.forEach(this::command);
      }
      withADaemon();
    } finally {
      broker.destroy();
      broker.waitFor();
    }
  }

  /** Where no daemon starts, as in a folder whose name is too long for a socket, it is done. */
  private void withADaemon() throws IOException, InterruptedException {
    Process daemon = start("daemon", "up", "--json");
    try {
      if (isReady(firstLine(daemon))) {
        WITH_A_DAEMON.forEach(this::command);
      }
    } finally {
      daemon.destroy();
      daemon.waitFor();
    }
  }

  private static String firstLine(Process process) throws IOException {
    return new LineReader(process.getInputStream(), LineReader.DEFAULT_LIMIT).read();
  }

  private static boolean isReady(String line) {
    return line != null && Json.parseObject(line).string("type", "").equals("ready");
  }

  private void command(List<String> words) {
    Streams streams =
        new Streams(
            new ByteArrayInputStream(INPUT.getBytes(StandardCharsets.UTF_8)),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            false,
            false,
            false);
    Cli.run(words.toArray(String[]::new), streams, environment);
  }

  /** On the same Java and classes, with the properties that matter to it. */
  private Process start(String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Optional.ofNullable(System.getProperty("org.sqlite.lib.path"))
        .ifPresent(path -> words.add("-Dorg.sqlite.lib.path=" + path));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "claudemesh.cli.Cli"));
    words.addAll(List.of(command));
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }
}

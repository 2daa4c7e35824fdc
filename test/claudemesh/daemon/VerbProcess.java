package claudemesh.daemon;

import claudemesh.cli.CliProcess;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A verb of the real command line in a process of its own, under an umask that forbids nothing,
 * which is killed and started again.
 */
final class VerbProcess {

  private static final List<String> OPEN_UMASK =
      List.of("sh", "-c", "umask 000 && exec \"$@\"", "sh");
  private static final int MOST_STARTS = 5;
  private static final long PATIENCE_SECONDS = 240;

  private final Path scratch;
  private final Map<String, String> environment;
  private final String ready;
  private List<String> words;
  private volatile CliProcess process;

  /**
   * Starts nothing yet.
   *
   * @param scratch where standard error goes, a file for each start
   * @param environment its variables
   * @param ready the type of the line that says it is up
   * @param words the verb with its flags
   */
  VerbProcess(Path scratch, Map<String, String> environment, String ready, List<String> words) {
    this.scratch = scratch;
    this.environment = environment;
    this.ready = ready;
    this.words = words;
  }

  /** Says it with other flags from the next start on. */
  void say(List<String> other) {
    words = other;
  }

  void start() throws IOException {
    process = CliProcess.start(scratch, environment, OPEN_UMASK, words.toArray(String[]::new));
  }

  /** Waits until it is up, and starts it again if it could not, as a service manager does. */
  Json awaitReady() throws Exception {
    for (int start = 1; ; start++) {
      try {
        return process.awaitRecord(ready, PATIENCE_SECONDS);
      } catch (Exception e) {
        if (start == MOST_STARTS || process.process().isAlive()) {
          throw new AssertionError(
              words + " does not come up: " + process.err() + "\n" + threads(), e);
        }
        start();
      }
    }
  }

  /** What each of its threads does: whether it is stuck, or has not been given the time. */
  String threads() throws IOException, InterruptedException {
    return jcmd("Thread.print");
  }

  /** What the JDK's tool of that name says about it. */
  String jcmd(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid()));
    command.addAll(List.of(words));
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    tool.waitFor();
    return said;
  }

  long pid() {
    return process.process().pid();
  }

  /** Whether it ended by itself before some time has passed. */
  boolean endsWithin(int millis) throws InterruptedException {
    return process.process().waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** How it ended by itself: as a shell says it, and what it wrote. */
  String ending() throws IOException {
    return words + " ended by itself with " + process.process().exitValue() + ": " + err();
  }

  void kill() throws InterruptedException {
    if (process != null) {
      process.process().destroyForcibly().waitFor();
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    process.signal(name);
  }

  /** Ends it as a service manager does. */
  void end() throws IOException, InterruptedException {
    process.signal("TERM");
    process.exitCode();
  }

  String err() throws IOException {
    return process.err();
  }
}

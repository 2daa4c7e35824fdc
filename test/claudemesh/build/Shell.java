package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands with an environment of the test's own and collects what they print. */
public final class Shell {

  private static final long LIMIT_SECONDS = 50;

  private final Path scratch;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * Starts with an environment of {@code PATH} (a plain one) and {@code HOME} (the scratch folder).
   *
   * @param scratch a folder of the test's own, where the commands run too
   */
  public Shell(Path scratch) {
    this.scratch = scratch;
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", scratch.toString());
  }

  /**
   * Sets a variable for the commands that follow.
   *
   * @param name of the variable
   * @param value for it
   * @return this
   */
  public Shell with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /**
   * Runs one command to its end.
   *
   * @param command the program and its arguments
   * @return what it printed and its exit code
   * @throws IOException if it cannot be started
   * @throws InterruptedException if the test is interrupted while it runs
   */
  public Run run(String... command) throws IOException, InterruptedException {
    Path out = scratch.resolve("stdout.txt");
    Path err = scratch.resolve("stderr.txt");
    var builder = new ProcessBuilder(List.of(command)).directory(scratch.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertTrue(ended, () -> "still running after " + LIMIT_SECONDS + " s: " + List.of(command));
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /**
   * What a command left behind.
   *
   * @param exitCode its exit code
   * @param out everything it wrote to stdout
   * @param err everything it wrote to stderr
   */
  public record Run(int exitCode, String out, String err) {}
}

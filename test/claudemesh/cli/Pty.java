package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The command line on a real pseudo-terminal, which {@code script} of util-linux makes, of a stated
 * size; an {@link EmulatedTerminal} is what a person would look at. What the terminal's modes were
 * before and after is kept.
 */
final class Pty implements AutoCloseable {

  private static final long LIMIT_SECONDS = 50;

  private final Process script;
  private final Path notes;
  private final EmulatedTerminal terminal;
  private final Thread reader;

  private Pty(Process script, Path notes, EmulatedTerminal terminal) {
    this.script = script;
    this.notes = notes;
    this.terminal = terminal;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /** Skips the test where there is no such program. */
  static void assumeThereIsOne() throws IOException, InterruptedException {
    boolean linux = Files.isDirectory(Path.of("/proc/self/fd"));
    Path program = Path.of("/usr/bin/script");
    assumeTrue(
        linux && Files.isExecutable(program), "needs script of util-linux, for a pseudo-terminal");
  }

  /** Starts a command on a terminal of that size. */
  static Pty start(
      Path scratch, Map<String, String> environment, int columns, int rows, String... args)
      throws IOException {
    Path notes = Files.createTempDirectory(scratch, "pty");
    String command =
        CliProcess.java().stream().map(Pty::quoted).collect(Collectors.joining(" "))
            + " "
            + List.of(args).stream().map(Pty::quoted).collect(Collectors.joining(" "));
    // Whoever runs the tests may ignore signals, which the command would inherit.
    String inner = "echo $$ >pid; exec env --default-signal=INT,TSTP " + command;
    String outer =
        "trap : INT TSTP; stty rows "
            + rows
            + " cols "
            + columns
            + "; tty >tty; stty -g >before; sh -c "
            + quoted(inner)
            + "; code=$?; stty -g >after; exit $code";
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/script", "-qefc", outer, "/dev/null")
            .directory(notes.toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("SHELL", "/bin/sh");
    builder.environment().putIfAbsent("TERM", "xterm");
    return new Pty(builder.start(), notes, new EmulatedTerminal(columns, rows));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private void read() {
    char[] buffer = new char[4096];
    try (Reader in = new InputStreamReader(script.getInputStream(), StandardCharsets.UTF_8)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        terminal.write(new String(buffer, 0, count));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EmulatedTerminal terminal() {
    return terminal;
  }

  void type(String keys) throws IOException {
    script.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    script.getOutputStream().flush();
  }

  private String note(String name) throws IOException {
    return Files.readString(notes.resolve(name)).strip();
  }

  long pid() throws IOException {
    return Long.parseLong(note("pid"));
  }

  void signal(String name) throws IOException, InterruptedException {
    run("kill", "-" + name, note("pid"));
  }

  /** Gives the terminal another size, as its window does. */
  void resize(int columns, int rows) throws IOException, InterruptedException {
    terminal.resize(columns, rows);
    run("stty", "-F", note("tty"), "rows", "" + rows, "cols", "" + columns);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }

  /** Waits for its end, sees that the terminal is as it was, and returns the exit code. */
  int ended() throws IOException, InterruptedException {
    assertTrue(script.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> terminal.text());
    reader.join();
    assertEquals(note("before"), note("after"), "the terminal's modes");
    assertTrue(!terminal.isAlternate(), "the screen is given back");
    assertTrue(terminal.showsCursor() && terminal.wraps(), "cursor and wrapping are back");
    return script.exitValue();
  }

  @Override
  public void close() {
    script.descendants().forEach(ProcessHandle::destroyForcibly);
    script.destroyForcibly();
  }
}

package claudemesh.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that talks in lines. Closing it ends it. */
class Child implements AutoCloseable {

  /** Clock ticks of /proc a second, which Linux has fixed for programs. */
  private static final long TICKS = 100;

  private final Process process;
  private final BufferedReader out;

  Child(ProcessBuilder builder) throws IOException {
    this.process = builder.start();
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts a command whose errors are shown. */
  static Child start(List<String> command) throws IOException {
    return new Child(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
  }

  /** Starts a class of ours in a JVM of its own. */
  static Child java(List<String> flags, Class<?> main, Object... arguments) throws IOException {
    return start(javaCommand(flags, main, arguments));
  }

  static List<String> javaCommand(List<String> flags, Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(javaProgram(), "-Xmx2g"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException("the process ended without an answer: " + process.info());
    }
    return line;
  }

  void say(String line) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** Says a line and waits for the answer. */
  String ask(String line) throws IOException {
    say(line);
    return line();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** The processor time it has used, in microseconds; 0 where there is no /proc. */
  long cpuMicros() throws IOException {
    Path stat = Path.of("/proc", Long.toString(pid()), "stat");
    if (!Files.exists(stat)) {
      return 0;
    }
    String line = Files.readString(stat);
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1_000_000 / TICKS;
  }

  /** Ends it without warning, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
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

package claudemesh.daemon;

import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link DaemonProcess} as its test sees it. */
final class RunningDaemon implements AutoCloseable {

  private final Process process;
  private final OutputStream in;
  private final BlockingQueue<Json> answers = new LinkedBlockingQueue<>();
  private final Consumer<String> taken;
  private final Thread reader;

  private RunningDaemon(Process process, Consumer<String> taken) {
    this.process = process;
    this.in = process.getOutputStream();
    this.taken = taken;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /**
   * Starts one and waits until it runs.
   *
   * @param scratch where it unpacks what it needs to unpack, and writes its log
   * @param home the user's home
   * @param name the user
   * @param taken hears of each message that it took; on a thread of its own
   */
  static RunningDaemon start(Path scratch, Path home, String name, Consumer<String> taken)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.sqlite.tmpdir=" + scratch,
            "-cp",
            classPath(),
            DaemonProcess.class.getName(),
            home.toString(),
            name);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(
        ProcessBuilder.Redirect.appendTo(scratch.resolve(name + ".log").toFile()));
    RunningDaemon daemon = new RunningDaemon(builder.start(), taken);
    daemon.answer("ready");
    return daemon;
  }

  private static String classPath() {
    return Stream.of(
            "claudemesh.daemon.DaemonProcess",
            "claudemesh.daemon.Daemon",
            "org.junit.jupiter.api.Assertions",
            "com.eclipsesource.json.Json",
            "software.pando.crypto.nacl.CryptoBox",
            "org.sqlite.JDBC")
        .map(RunningDaemon::whereIs)
        .distinct()
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static String whereIs(String className) {
    try {
      var source = Class.forName(className).getProtectionDomain().getCodeSource();
      return Path.of(source.getLocation().toURI()).toString();
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private void read() {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Json answer = Json.parseObject(line);
        if (answer.has("taken")) {
          taken.accept(answer.string("taken"));
        } else {
          answers.add(answer);
        }
      }
    } catch (IOException killed) {
      // that is what it is for
    }
  }

  /**
   * Hands a message over. Whether it was taken is told later, or never if the process is killed.
   */
  void send(String meshId, String via, String to, String id, String text) throws IOException {
    say(
        Json.object()
            .put("send", id)
            .put("mesh", meshId)
            .put("via", via)
            .put("to", to)
            .put("text", text));
  }

  /** What is in its outbox and its inbox. */
  Json counts() throws IOException {
    say(Json.object().put("counts", true));
    return answer("pending");
  }

  private void say(Json.Builder command) throws IOException {
    in.write((command.build() + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  private Json answer(String field) {
    try {
      Json answer = answers.poll(TestUser.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (answer == null || !answer.has(field)) {
        throw new AssertionError("expected " + field + ", got " + answer);
      }
      return answer;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** SIGKILL. What it had said before has been heard when this returns. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    reader.join();
  }

  /** Lets it end in peace. */
  @Override
  public void close() {
    try {
      in.close();
      if (!process.waitFor(TestUser.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the daemon's process does not end");
      }
      reader.join();
    } catch (IOException killed) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError(e);
    }
  }
}

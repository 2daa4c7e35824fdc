package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A command that runs beside the test: what to type to it, and what it has printed so far. */
abstract class RunningCli implements AutoCloseable {

  static final long LIMIT_SECONDS = 40;
  private static final String END = "\u0000end";

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();

  abstract OutputStream in();

  /** Waits for its end and returns its exit code. */
  public abstract int exitCode() throws InterruptedException, IOException;

  @Override
  public abstract void close();

  final void printed(String line) {
    lines.add(line);
  }

  final void printedAll() {
    lines.add(END);
  }

  final List<String> seen() {
    return seen;
  }

  /** Writes to its standard input. */
  final RunningCli type(String text) throws IOException {
    in().write(text.getBytes(StandardCharsets.UTF_8));
    in().flush();
    return this;
  }

  final RunningCli endInput() throws IOException {
    in().close();
    return this;
  }

  /** The next line that fits; those before it are remembered. */
  final String awaitLine(Predicate<String> wanted) throws TimeoutException, InterruptedException {
    return awaitLine(wanted, LIMIT_SECONDS);
  }

  private String awaitLine(Predicate<String> wanted, long seconds)
      throws TimeoutException, InterruptedException {
    while (true) {
      String line = null;
      // Second by second: time in which this process was stopped is no patience lost.
      for (long second = 0; line == null && second < seconds; second++) {
        line = lines.poll(1, TimeUnit.SECONDS);
      }
      if (line == null || line.equals(END)) {
        throw new TimeoutException("no such line before " + line + ", but: " + seen);
      }
      seen.add(line);
      if (wanted.test(line)) {
        return line;
      }
    }
  }

  /** The next record of a type. */
  public final Json awaitRecord(String type) throws TimeoutException, InterruptedException {
    return awaitRecord(type, LIMIT_SECONDS);
  }

  /** The next record of a type, of a command that a busy machine may take long to start. */
  public final Json awaitRecord(String type, long seconds)
      throws TimeoutException, InterruptedException {
    return Json.parseObject(awaitLine(line -> line.contains("\"type\":\"" + type + "\""), seconds));
  }

  /** The records of one type among all lines, once it has ended. */
  final List<Json> allRecords(String type) throws InterruptedException {
    String line = lines.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    while (line != null && !line.equals(END)) {
      seen.add(line);
      line = lines.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    return seen.stream()
        .map(Json::parseObject)
        .filter(record -> record.string("type").equals(type))
        .toList();
  }
}

package claudemesh.cli;

import claudemesh.json.JsonException;
import claudemesh.json.LineReader;
import claudemesh.json.Log;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * A pipe's standard input, read ahead of the connection so that its end is noticed while the broker
 * is away. What waits is bounded; then reading stops until there is room.
 *
 * <p>It is read on a platform thread (a virtual one would hold its carrier), and a daemon, since
 * nothing can end a read on a terminal.
 */
final class PipeInput {

  private static final int LINE_LIMIT = 512 << 10;
  private static final int MOST_LINES = 100_000;
  private static final int MOST_CHARACTERS = 32 << 20;

  private final InputStream in;
  private final Optional<String> to;
  private final Ends ends;
  private final Errors errors;
  private final BlockingQueue<PipeLine> lines = new LinkedBlockingQueue<>(MOST_LINES);
  private final Semaphore room = new Semaphore(MOST_CHARACTERS);

  /** Hears of lines that cannot be sent. */
  interface Errors {
    void bad(long line, String why);
  }

  /**
   * An input.
   *
   * @param in standard input
   * @param to whom plain lines are for; empty if lines are JSON
   * @param ends hears of lines and of the end
   * @param errors hears of bad lines
   */
  PipeInput(InputStream in, Optional<String> to, Ends ends, Errors errors) {
    this.in = in;
    this.to = to;
    this.ends = ends;
    this.errors = errors;
  }

  void start() {
    Thread.ofPlatform().daemon().name("stdin").start(this::readAll);
  }

  /** The next line to send; waits for one. */
  PipeLine take() throws InterruptedException {
    PipeLine line = lines.take();
    room.release(line.size());
    return line;
  }

  private void readAll() {
    LineReader reader = new LineReader(in, LINE_LIMIT);
    try {
      boolean more = true;
      while (more && !ends.isEnough()) {
        more = readOne(reader);
      }
    } catch (IOException e) { // closed by whoever started us, or a terminal that hung up
      Log.info("input_failed", "why", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ends.inputEnded();
    }
  }

  private boolean readOne(LineReader reader) throws IOException, InterruptedException {
    try {
      String text = reader.read();
      if (text == null) {
        return false;
      }
      if (to.isPresent() || !text.isBlank()) {
        accept(text, reader.lineNumber());
      }
    } catch (LineReader.LineException e) {
      ends.lineTaken();
      errors.bad(reader.lineNumber(), e.getMessage());
    }
    return true;
  }

  private void accept(String text, long number) throws InterruptedException {
    ends.lineTaken();
    PipeLine line;
    try {
      line =
          to.isPresent() ? PipeLine.ofText(number, text, to.get()) : PipeLine.ofJson(number, text);
    } catch (JsonException e) {
      errors.bad(number, e.getMessage());
      return;
    }
    room.acquire(line.size());
    lines.put(line);
  }
}

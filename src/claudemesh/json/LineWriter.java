package claudemesh.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes one UTF-8 line at a time, each handed to the operating system before the call returns, so
 * that the next program of a pipeline sees it at once. Thread-safe: lines never mix.
 */
public final class LineWriter {

  private final OutputStream out;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * A writer to a stream.
   *
   * @param out an unbuffered stream (for standard output, a {@code FileOutputStream}: a {@code
   *     PrintStream} would hide that the reader has gone)
   */
  public LineWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes a JSON value as one line.
   *
   * @param json the value
   * @throws IOException if the other end is gone; a command-line program then ends with status 141
   */
  public void write(Json json) throws IOException {
    write(json.toString());
  }

  /**
   * Writes one line of text.
   *
   * @param line the text, without a newline
   * @throws IOException if the other end is gone
   */
  public void write(String line) throws IOException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      out.write(bytes);
      out.flush();
    } finally {
      lock.unlock();
    }
  }
}

package claudemesh.json;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads UTF-8 text a line at a time, with a limit on a line, so that one endless line cannot take
 * all memory. A line ends at {@code \n}, {@code \r\n} or the end of input: a last line without a
 * newline counts. Not thread-safe; the caller owns and closes the stream. Blocks in {@code read},
 * so standard input belongs on a platform thread.
 */
public final class LineReader {

  /** The default limit on a line: 1 MiB. */
  public static final int DEFAULT_LIMIT = 1 << 20;

  private final InputStream in;
  private final int limit;
  private final byte[] buffer = new byte[8192];
  private int position;
  private int filled;
  private long lineNumber;

  /**
   * A reader at the start of a stream.
   *
   * @param in where the bytes come from
   * @param limit the most bytes a line may have, without its newline; positive
   */
  public LineReader(InputStream in, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("the line limit must be positive, got " + limit);
    }
    this.in = in;
    this.limit = limit;
  }

  /**
   * Reads the next line. After a {@link LineException} the bad line has been passed over and
   * reading goes on with the next.
   *
   * @return the line without its newline, or null at the end of input
   * @throws LineException if the line is over the limit or not UTF-8
   * @throws IOException if reading fails
   */
  public String read() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    long length = 0;
    boolean any = false;
    for (int b = next(); b >= 0; b = next()) {
      any = true;
      if (b == '\n') {
        break;
      }
      length++;
      if (length <= limit + 1L) { // one more than the limit, for the \r of a \r\n
        line.write(b);
      }
    }
    if (!any) {
      return null;
    }
    lineNumber++;
    return decode(line.toByteArray(), length);
  }

  /**
   * Where the reader is.
   *
   * @return the number of the line read last, from 1; 0 before the first
   */
  public long lineNumber() {
    return lineNumber;
  }

  private String decode(byte[] bytes, long length) throws LineException {
    boolean carriageReturn =
        length == bytes.length && length > 0 && bytes[bytes.length - 1] == '\r';
    int size = carriageReturn ? bytes.length - 1 : bytes.length;
    if (size > limit) {
      throw new LineException(lineNumber, length + " bytes long, the limit is " + limit);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, size)).toString();
    } catch (CharacterCodingException e) {
      throw new LineException(lineNumber, "not UTF-8");
    }
  }

  private int next() throws IOException {
    if (position == filled) {
      filled = in.read(buffer);
      position = 0;
      if (filled <= 0) {
        filled = 0;
        return -1;
      }
    }
    return buffer[position++] & 0xff;
  }

  /** A line that cannot be read as text. The reader can go on with the next one. */
  public static final class LineException extends IOException {

    private static final long serialVersionUID = 1L;

    LineException(long lineNumber, String problem) {
      super("line " + lineNumber + " is " + problem);
    }
  }
}

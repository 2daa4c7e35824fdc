package claudemesh.http;

import claudemesh.http.UnixHttpException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one answer (RFC 9112 §4, §6 and §7): its head, then its body, of a length announced, in
 * chunks, or up to the connection's end. Written for a fast start: no patterns, no lambdas. Used by
 * one thread.
 */
final class ReplyReader {

  private static final int MAX_LINE = 64 << 10;
  private static final int MAX_FIELDS = 200;
  private static final long TO_THE_END = Long.MAX_VALUE;

  private final ByteStream stream;
  private final InputBuffer input = new InputBuffer();
  private int status;
  private HttpHeaders headers = HttpHeaders.EMPTY;
  private boolean chunked;
  private boolean firstChunk = true;
  private long left; // of the body, or of its chunk

  ReplyReader(ByteStream stream) {
    this.stream = stream;
  }

  int status() {
    return status;
  }

  HttpHeaders headers() {
    return headers;
  }

  /** Reads the head; interim answers (1xx) are passed over. */
  void readHead(String method) throws IOException {
    do {
      status = status(line());
      headers = fields();
    } while (status < 200);
    boolean bodiless = method.equals("HEAD") || status == 204 || status == 304;
    chunked = !bodiless && headers.lists("Transfer-Encoding", "chunked");
    left = bodiless || chunked ? 0 : announced();
  }

  private static int status(String line) throws IOException {
    if (!line.startsWith("HTTP/1.") || line.length() < 12 || line.charAt(8) != ' ') {
      throw malformed("expected a status line, found \"" + line + "\"");
    }
    return (int) number(line.substring(9, 12), 10);
  }

  private HttpHeaders fields() throws IOException {
    List<String> namesAndValues = new ArrayList<>(16);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon <= 0 || namesAndValues.size() == 2 * MAX_FIELDS) {
        throw malformed("expected at most 200 header fields as name, colon, value");
      }
      namesAndValues.add(line.substring(0, colon));
      namesAndValues.add(line.substring(colon + 1).strip());
    }
    return HttpHeaders.of(namesAndValues);
  }

  private long announced() throws IOException {
    List<String> lengths = headers.all("Content-Length");
    if (lengths.isEmpty()) {
      return TO_THE_END;
    }
    if (lengths.size() > 1) {
      throw malformed("expected one Content-Length, found " + lengths.size());
    }
    return number(lengths.get(0), 10);
  }

  private static long number(String digits, int radix) throws IOException {
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = Character.digit(digits.charAt(i), radix);
      if (digit < 0 || i == 15) {
        throw malformed("expected a number, found \"" + digits + "\"");
      }
      number = number * radix + digit;
    }
    if (digits.isEmpty()) {
      throw malformed("expected a number, found nothing");
    }
    return number;
  }

  /** The whole body; fails if it is longer. */
  byte[] readBody(int maxBytes) throws IOException {
    if (!chunked && left != TO_THE_END) {
      requireRoom(left, maxBytes);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    for (int count = more(); count > 0; count = more()) {
      requireRoom((long) body.size() + count, maxBytes);
      body.write(input.array(), input.position(), count);
      use(count);
    }
    return body.toByteArray();
  }

  /**
   * Makes sure that bytes of the body are buffered.
   *
   * @return how many are; 0 at the body's end
   */
  int more() throws IOException {
    if (left == 0 && chunked) {
      left = nextChunk();
    }
    if (left == 0) {
      return 0;
    }
    if (input.isEmpty() && input.fill(stream) < 0) {
      if (left != TO_THE_END) {
        throw broken("the connection ended before the answer did");
      }
      left = 0;
      return 0;
    }
    return (int) Math.min(left, input.available());
  }

  private long nextChunk() throws IOException {
    if (!firstChunk && !line().isEmpty()) {
      throw malformed("expected a line's end after a chunk");
    }
    firstChunk = false;
    String line = line();
    int extension = line.indexOf(';');
    long size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
    if (size == 0) {
      chunked = false;
      skipTrailers();
    }
    return size;
  }

  private void skipTrailers() throws IOException {
    for (int count = 0; !line().isEmpty(); count++) {
      if (count == MAX_FIELDS) {
        throw malformed("expected at most 200 trailer fields");
      }
    }
  }

  /** A byte of the body, of those that {@link #more} has announced. */
  int peek(int index) {
    return input.peek(index);
  }

  byte[] array() {
    return input.array();
  }

  int position() {
    return input.position();
  }

  void use(int count) {
    input.skip(count);
    left -= left == TO_THE_END ? 0 : count;
  }

  private String line() throws IOException {
    for (int at = 0; at < MAX_LINE; at++) {
      if (at == input.available() && input.fill(stream) < 0) {
        throw broken("the connection ended before the answer did");
      }
      if (input.peek(at) == '\n') {
        byte[] line = input.take(at + 1);
        int end = at > 0 && line[at - 1] == '\r' ? at - 1 : at;
        return new String(line, 0, end, StandardCharsets.ISO_8859_1);
      }
    }
    throw malformed("expected lines of at most " + MAX_LINE + " bytes");
  }

  private static void requireRoom(long bytes, int maxBytes) throws IOException {
    if (bytes > maxBytes) {
      throw new UnixHttpException(
          Kind.TOO_LARGE, "the answer is larger than " + maxBytes + " bytes", null);
    }
  }

  static UnixHttpException malformed(String message) {
    return new UnixHttpException(Kind.MALFORMED, "not an HTTP answer: " + message, null);
  }

  static UnixHttpException broken(String message) {
    return new UnixHttpException(Kind.BROKEN, message, null);
  }
}

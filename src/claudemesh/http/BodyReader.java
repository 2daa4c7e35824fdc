package claudemesh.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a request's body as text: of a length announced, or in chunks (RFC 9112 §6 and §7). Memory
 * is taken for what has arrived, not for what was announced.
 */
final class BodyReader {

  private static final int CHUNKED = -1;
  private static final int MAX_CHUNK_LINE = 256;

  /** A chunk's size, and extensions that mean nothing here. Nothing stands before the size. */
  private static final Pattern CHUNK =
      Pattern.compile("([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", Pattern.DOTALL);

  private final InputBuffer input;
  private final ByteStream stream;
  private final HttpLines lines;
  private final int maxBytes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);

  /**
   * A reader for one body.
   *
   * @param input what was read already
   * @param stream where the rest comes from
   * @param maxBytes longest body
   */
  BodyReader(InputBuffer input, ByteStream stream, int maxBytes) {
    this.input = input;
    this.stream = stream;
    this.lines = new HttpLines(input, stream);
    this.maxBytes = maxBytes;
  }

  /**
   * Reads the body that a head announces.
   *
   * @param head the request's head
   * @return the text; empty if there is no body
   * @throws IOException if the connection ends or breaks
   * @throws HttpFailure if it is too large, badly framed, or not UTF-8
   */
  String read(RequestHead head) throws IOException, HttpFailure {
    int length = announced(head);
    if (length != 0) {
      proceed(head);
    }
    if (length == CHUNKED) {
      readChunks();
    } else {
      readBytes(length);
    }
    byte[] bytes = body.toByteArray();
    if (!Utf8Validator.isValid(bytes, 0, bytes.length)) {
      throw new HttpFailure(400, "the body is not UTF-8");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private int announced(RequestHead head) throws HttpFailure {
    List<String> codings = head.headers().all("Transfer-Encoding");
    List<String> lengths = head.headers().all("Content-Length");
    if (!codings.isEmpty()) {
      if (!lengths.isEmpty() || !head.modern()) {
        // Two framings are read differently by different servers: a way to smuggle (§6.1).
        throw new HttpFailure(400, "Transfer-Encoding beside Content-Length or in HTTP/1.0");
      }
      if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
        throw new HttpFailure(501, "expected no transfer coding but chunked");
      }
      return CHUNKED;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    if (lengths.size() != 1 || !lengths.getFirst().matches("[0-9]{1,18}")) {
      throw new HttpFailure(400, "expected one Content-Length, a number");
    }
    return requireRoom(Long.parseLong(lengths.getFirst()));
  }

  private int requireRoom(long more) throws HttpFailure {
    if (body.size() + more > maxBytes) {
      throw new HttpFailure(413, "body larger than " + maxBytes + " bytes");
    }
    return (int) more;
  }

  private void proceed(RequestHead head) throws IOException, HttpFailure {
    String expected = head.headers().first("Expect").orElse("");
    if (expected.equalsIgnoreCase("100-continue")) {
      byte[] line = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      stream.write(line, 0, line.length);
    } else if (!expected.isEmpty()) {
      throw new HttpFailure(417, "expected no expectation but 100-continue");
    }
  }

  private void readBytes(int length) throws IOException {
    for (int left = length; left > 0; ) {
      if (input.isEmpty() && input.fill(stream) < 0) {
        throw new EOFException("the request is not complete");
      }
      int part = Math.min(left, input.available());
      body.write(input.array(), input.position(), part);
      input.skip(part);
      left -= part;
    }
  }

  private void readChunks() throws IOException, HttpFailure {
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      readBytes(size);
      if (!chunkLine().isEmpty()) {
        throw new HttpFailure(400, "expected a line's end after a chunk");
      }
    }
    int trailers = 0;
    while (!chunkLine().isEmpty()) {
      // Trailer fields mean nothing here; they are only kept from being endless.
      if (++trailers > MAX_CHUNK_LINE) {
        throw new HttpFailure(431, "too many trailer fields");
      }
    }
  }

  private int chunkSize() throws IOException, HttpFailure {
    Matcher size = CHUNK.matcher(chunkLine());
    if (!size.matches()) {
      throw new HttpFailure(400, "expected a chunk's size in hexadecimal");
    }
    return requireRoom(Long.parseLong(size.group(1), 16));
  }

  private String chunkLine() throws IOException, HttpFailure {
    return lines.next(MAX_CHUNK_LINE, () -> new HttpFailure(400, "chunk line too long"));
  }
}

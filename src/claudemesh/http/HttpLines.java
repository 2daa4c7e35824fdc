package claudemesh.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Takes lines off a connection that end in CR LF, as HTTP's framing is written (RFC 9112 §2.2). */
final class HttpLines {

  private final InputBuffer input;
  private final ByteStream stream;

  HttpLines(InputBuffer input, ByteStream stream) {
    this.input = input;
    this.stream = stream;
  }

  /**
   * The next line.
   *
   * @param maxBytes longest line, its end included
   * @param tooLong what to throw for a longer one
   * @return its characters, one for each byte, without the line's end
   * @throws EOFException if the peer finished before the line did
   * @throws IOException if the connection is broken
   * @throws HttpFailure if it is too long, or holds a control character
   */
  String next(int maxBytes, Supplier<HttpFailure> tooLong) throws IOException, HttpFailure {
    for (int at = 0; at < maxBytes; at++) {
      if (at == input.available() && input.fill(stream) < 0) {
        throw new EOFException("the request is not complete");
      }
      if (input.peek(at) == '\n') {
        return take(at);
      }
    }
    throw tooLong.get();
  }

  private String take(int newline) throws HttpFailure {
    // A lone LF, or a CR within, is read differently by different servers: a way to smuggle.
    if (newline == 0 || input.peek(newline - 1) != '\r') {
      throw new HttpFailure(400, "expected lines to end in CR LF");
    }
    for (int at = 0; at < newline - 1; at++) {
      int unit = input.peek(at);
      if (unit < ' ' && unit != '\t' || unit == 0x7f) {
        throw new HttpFailure(400, "control character in the request");
      }
    }
    byte[] line = input.take(newline - 1);
    input.skip(2);
    return new String(line, StandardCharsets.ISO_8859_1);
  }
}

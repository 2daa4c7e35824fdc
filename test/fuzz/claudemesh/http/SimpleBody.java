package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body's framing (RFC 9112 §6 and §7) once more, over a whole array: given exactly the bytes that
 * the real reader used up, it must use up all of them, too.
 */
final class SimpleBody {

  private static final Pattern CHUNK =
      Pattern.compile("\\G([0-9A-Fa-f]{1,15})[ \\t]*(;[^\\r\\n]*)?\\r\\n");
  private static final Pattern TRAILERS = Pattern.compile("\\G([^\\r\\n]+\\r\\n)*\\r\\n");

  private SimpleBody() {}

  /** The body; an explanation, which no body equals, if the bytes are not exactly one. */
  static String read(RequestHead head, byte[] used) {
    HttpHeaders headers = head.headers();
    if (headers.all("Content-Length").size() + headers.all("Transfer-Encoding").size() > 1) {
      return "two framings, of which another reader may choose the other";
    }
    String text = new String(used, StandardCharsets.ISO_8859_1);
    String body;
    if (head.headers().first("Transfer-Encoding").isPresent()) {
      body = chunked(text);
    } else {
      int length = Integer.parseInt(head.headers().first("Content-Length").orElse("0"));
      body = length == text.length() ? text : length + " announced, " + text.length() + " used";
    }
    return new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static String chunked(String text) {
    StringBuilder body = new StringBuilder();
    Matcher chunk = CHUNK.matcher(text);
    int at = 0;
    while (chunk.find(at)) {
      int size = Integer.parseInt(chunk.group(1).replaceFirst("^0+(?=.)", ""), 16);
      if (size == 0) {
        Matcher trailers = TRAILERS.matcher(text);
        boolean all = trailers.find(chunk.end()) && trailers.end() == text.length();
        return all ? body.toString() : "chunks that end elsewhere";
      }
      body.append(text, chunk.end(), chunk.end() + size);
      at = chunk.end() + size + 2;
    }
    return "chunks that do not end";
  }
}

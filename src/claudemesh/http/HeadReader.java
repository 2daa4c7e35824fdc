package claudemesh.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/** Reads and checks the head of a request (RFC 9112 §3 and §5). */
final class HeadReader {

  private static final int MAX_FIELDS = 100;
  private static final BitSet TOKEN_PARTS = tokenParts();

  private final HttpLines lines;
  private int left;

  /**
   * A reader for one head.
   *
   * @param lines where from
   * @param maxBytes longest head
   */
  HeadReader(HttpLines lines, int maxBytes) {
    this.lines = lines;
    this.left = maxBytes;
  }

  /**
   * Reads one head.
   *
   * @return the head
   * @throws IOException if the connection ends or breaks
   * @throws HttpFailure if it is not a proper head
   */
  RequestHead read() throws IOException, HttpFailure {
    String[] words = requestLine().split(" ", -1);
    if (words.length != 3 || !isToken(words[0]) || words[1].isEmpty()) {
      throw new HttpFailure(400, "expected a request line: method, target and version");
    }
    boolean modern = requireVersion(words[2]);
    HttpHeaders headers = fields();
    if (modern && headers.all("Host").size() != 1) {
      throw new HttpFailure(400, "expected one Host field");
    }
    return new RequestHead(words[0], words[1], modern, headers);
  }

  private String requestLine() throws IOException, HttpFailure {
    Supplier<HttpFailure> tooLong = () -> new HttpFailure(414, "request line too long");
    String line = next(tooLong);
    while (line.isEmpty()) {
      // Some clients end a body with one line too many (RFC 9112 §2.2).
      line = next(tooLong);
    }
    return line;
  }

  private static boolean requireVersion(String version) throws HttpFailure {
    return switch (version) {
      case "HTTP/1.1" -> true;
      case "HTTP/1.0" -> false;
      default ->
          throw version.matches("HTTP/[0-9]\\.[0-9]")
              ? new HttpFailure(505, "expected HTTP/1.1 or HTTP/1.0")
              : new HttpFailure(400, "expected a version such as HTTP/1.1");
    };
  }

  private HttpHeaders fields() throws IOException, HttpFailure {
    Supplier<HttpFailure> tooLong = () -> new HttpFailure(431, "header fields too large");
    List<String> namesAndValues = new ArrayList<>();
    for (String line = next(tooLong); !line.isEmpty(); line = next(tooLong)) {
      if (namesAndValues.size() == 2 * MAX_FIELDS) {
        throw new HttpFailure(431, "more than " + MAX_FIELDS + " header fields");
      }
      int colon = line.indexOf(':');
      // Refuses folded lines too: they begin with white space, which no name may hold.
      if (colon < 0 || !isToken(line.substring(0, colon))) {
        throw new HttpFailure(400, "expected header fields as name, colon, value");
      }
      namesAndValues.add(line.substring(0, colon));
      namesAndValues.add(line.substring(colon + 1).strip());
    }
    return HttpHeaders.of(namesAndValues);
  }

  private String next(Supplier<HttpFailure> tooLong) throws IOException, HttpFailure {
    String line = lines.next(left, tooLong);
    left -= line.length() + 2;
    return line;
  }

  /** Whether a word is a token (RFC 9110 §5.6.2). */
  private static boolean isToken(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!TOKEN_PARTS.get(word.charAt(i))) {
        return false;
      }
    }
    return !word.isEmpty();
  }

  private static BitSet tokenParts() {
    BitSet parts = new BitSet();
    parts.set('a', 'z' + 1);
    parts.set('A', 'Z' + 1);
    parts.set('0', '9' + 1);
    "!#$%&'*+-.^_`|~".chars().forEach(parts::set);
    return parts;
  }
}

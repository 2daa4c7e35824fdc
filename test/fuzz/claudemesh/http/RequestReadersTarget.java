package claudemesh.http;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The readers of a request's head and body, over several requests on one connection. They must find
 * the same in bytes that come at once and in parts; a head written down and read again must be the
 * same; and each body must be the bytes that a second, simpler reading of its framing gives, or a
 * proxy in front of us would see other requests than we do.
 *
 * <p>An input's first byte chooses the limits (bit 0: 300 bytes of head and 100 of body, else 8 KiB
 * and 1 MiB); the rest is what arrives.
 */
public final class RequestReadersTarget extends Target {

  private static final String[] METHODS = {
    "GET", "POST", "PUT", "HEAD", "OPTIONS", "get", "G=T", ""
  };
  private static final String[] PATHS = {
    "/",
    "/ws",
    "/health",
    "/a%20b?x=1&y=%C3%A4",
    "*",
    "http://host/p?q",
    "/%zz",
    "/%ff",
    "//",
    "?",
    "x"
  };
  private static final String[] VERSIONS = {
    "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.12", "http/1.1"
  };
  private static final String[] FIELDS = {
    "Host: a",
    "Host: a",
    "Host: a",
    "Host:",
    "Connection: close",
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: a, b",
    "Content-Length: 5",
    "Content-Length: 0",
    "Content-Length: 1048576",
    "Content-Length: 99999999",
    "Content-Length: -1",
    "Content-Length: 999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Expect: 100-continue",
    "Expect: 1",
    " folded: x",
    "No colon",
    "A b: c",
    ": empty",
    "X: \u00e4\t\u00ff",
    "Accept: */*",
    "X-Long: " + "y".repeat(200)
  };
  private static final String[] BODIES = {
    "",
    "",
    "hello",
    "5\r\nhello\r\n0\r\n\r\n",
    "0\r\n\r\n",
    "a;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
    "fffffff\r\n",
    "fffff\r\n",
    "5\r\nhello0\r\n",
    "-1\r\n",
    " 5\r\nhello\r\n0\r\n\r\n",
    "g\r\n",
    "\r\n",
    "\n",
    "7fffffffffffffff\r\n",
    "\u00ff"
  };
  private static final String[] WORDS = words();

  /** The target. */
  public RequestReadersTarget() {
    super("requests", 200, WORDS);
  }

  private static String[] words() {
    List<String> words =
        new ArrayList<>(List.of("\r\n", "\n", "\r", "\r\n\r\n", ":", " ", "\t", ",", "%"));
    words.addAll(Arrays.asList(FIELDS));
    words.addAll(Arrays.asList(BODIES));
    words.addAll(Arrays.asList(VERSIONS));
    return words.toArray(String[]::new);
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    StringBuilder text = new StringBuilder().append((char) random.nextInt(2));
    for (int left = random.nextInt(3); left >= 0; left--) {
      text.append(random.nextInt(8) > 0 ? METHODS[random.nextInt(2)] : any(random, METHODS));
      text.append(' ').append(random.nextInt(2) > 0 ? "/ws" : any(random, PATHS));
      text.append(' ').append(any(random, VERSIONS)).append("\r\n");
      text.append(random.nextInt(8) > 0 ? "Host: h\r\n" : "");
      for (int fields = random.nextInt(6); fields > 0; fields--) {
        text.append(any(random, FIELDS)).append(random.nextInt(40) > 0 ? "\r\n" : "\n");
      }
      text.append("\r\n").append(any(random, BODIES));
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  protected void check(byte[] input) throws IOException {
    boolean small = input.length > 0 && (input[0] & 1) != 0;
    int maxHead = small ? 300 : 8 << 10;
    int maxBody = small ? 100 : 1 << 20;
    List<String> whole = read(input, null, maxHead, maxBody);
    RandomGenerator random = new SplittableRandom(Arrays.hashCode(input));
    List<String> split = read(input, random, maxHead, maxBody);
    Failed.unlessEqual("the same bytes in parts", whole, split);
  }

  /** One line for each request, and how it ended. */
  private static List<String> read(byte[] input, RandomGenerator random, int maxHead, int maxBody)
      throws IOException {
    List<String> found = new ArrayList<>();
    ChunkStream stream = new ChunkStream(input, 1, random);
    InputBuffer buffer = new InputBuffer();
    boolean more = true;
    while (more && (!buffer.isEmpty() || buffer.fill(stream) >= 0)) {
      int start = stream.position() - buffer.available();
      try {
        RequestHead head = new HeadReader(new HttpLines(buffer, stream), maxHead).read();
        int bodyStart = stream.position() - buffer.available();
        RequestTarget target = RequestTarget.parse(head.target());
        String body = new BodyReader(buffer, stream, maxBody).read(head);
        int end = stream.position() - buffer.available();
        Failed.unless("a body within its limit", body.length() <= maxBody);
        Failed.unless("a head within its limit", bodyStart - start <= maxHead);
        Failed.unlessEqual(
            "the body by its framing",
            SimpleBody.read(head, Arrays.copyOfRange(input, bodyStart, end)),
            body);
        if (random == null) {
          checkAgain(head);
        }
        found.add(head + " " + target + " " + body + " " + end + " " + upgrade(head));
        more = head.keepsAlive();
      } catch (HttpFailure e) {
        Failed.unless("a status of refusal: " + e.status(), e.status() >= 400 && e.status() < 600);
        found.add("refused " + e.status() + " " + e.getMessage());
        more = false;
      } catch (EOFException e) {
        found.add("ended inside a request");
        more = false;
      }
    }
    return found;
  }

  private static String upgrade(RequestHead head) {
    try {
      return WsHandshake.answer(head, Optional.of("b")).toString();
    } catch (HttpFailure e) {
      return "no upgrade: " + e.status();
    }
  }

  private static void checkAgain(RequestHead head) throws IOException {
    String version = head.modern() ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n";
    String fields = head.headers().toString().replace("\n", "\r\n");
    String text = head.method() + " " + head.target() + version + fields + "\r\n";
    ChunkStream stream = new ChunkStream(text.getBytes(StandardCharsets.ISO_8859_1), 0, null);
    try {
      RequestHead again = new HeadReader(new HttpLines(new InputBuffer(), stream), 1 << 20).read();
      Failed.unlessEqual(
          "a head, written and read again",
          head.toString().toLowerCase(java.util.Locale.ROOT),
          again.toString().toLowerCase(java.util.Locale.ROOT));
    } catch (HttpFailure e) {
      Failed.unlessEqual("a head, written and read again", head, e.toString());
    }
  }
}

package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Encodes answers (RFC 9112 §4, RFC 9110 §6.6.1). */
final class HttpResponse {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private static final Map<Integer, String> PHRASES =
      Map.ofEntries(
          Map.entry(101, "Switching Protocols"),
          Map.entry(200, "OK"),
          Map.entry(201, "Created"),
          Map.entry(202, "Accepted"),
          Map.entry(204, "No Content"),
          Map.entry(304, "Not Modified"),
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(409, "Conflict"),
          Map.entry(413, "Content Too Large"),
          Map.entry(414, "URI Too Long"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(426, "Upgrade Required"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(505, "HTTP Version Not Supported"));

  private HttpResponse() {}

  /**
   * Encodes an answer.
   *
   * @param status the status code
   * @param headers all header fields
   * @param body the body as sent
   * @return status line, fields, the empty line and the body
   * @throws IllegalArgumentException if a field holds a control character
   */
  static byte[] encode(int status, Map<String, String> headers, byte[] body) {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(status).append(' ');
    head.append(PHRASES.getOrDefault(status, "")).append("\r\n");
    headers.forEach(
        (name, value) ->
            head.append(requirePlain(name))
                .append(": ")
                .append(requirePlain(value))
                .append("\r\n"));
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] answer = Arrays.copyOf(start, start.length + body.length);
    System.arraycopy(body, 0, answer, start.length, body.length);
    return answer;
  }

  /** The time now, as a {@code Date} field has it. */
  static String date() {
    return DATE.format(ZonedDateTime.now(ZoneOffset.UTC));
  }

  private static String requirePlain(String text) {
    // A line break here would let whoever supplied the text write header fields of their own.
    if (text.chars().anyMatch(unit -> unit < ' ' || unit == 0x7f)) {
      throw new IllegalArgumentException("header field: expected no control characters");
    }
    return text;
  }
}

package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request's target, decoded (RFC 9112 §3.2, RFC 3986 §2.1).
 *
 * @param path the decoded path
 * @param query the decoded parameters
 */
record RequestTarget(String path, Map<String, List<String>> query) {

  /** The target of a request whose own could not be read. */
  static final RequestTarget ROOT = new RequestTarget("/", Map.of());

  /**
   * Decodes a target: {@code /path?query}, {@code http://host/path?query}, or {@code *}.
   *
   * @param target as sent
   * @return its parts
   * @throws HttpFailure if it is of another form, or badly encoded
   */
  static RequestTarget parse(String target) throws HttpFailure {
    String local = target.startsWith("/") ? target : withoutAuthority(target);
    int mark = local.indexOf('?');
    return mark < 0
        ? new RequestTarget(decode(local), Map.of())
        : new RequestTarget(decode(local.substring(0, mark)), query(local.substring(mark + 1)));
  }

  /** A proxy's form of the target, or the asterisk, as a path (RFC 9112 §3.2.2 and §3.2.4). */
  private static String withoutAuthority(String target) throws HttpFailure {
    if (target.equals("*")) {
      return target;
    }
    if (!target.matches("(?i)https?://.*")) {
      throw new HttpFailure(400, "expected a target that begins with a slash");
    }
    int path = target.indexOf('/', target.indexOf("//") + 2);
    return path < 0 ? "/" : target.substring(path);
  }

  private static Map<String, List<String>> query(String text) throws HttpFailure {
    Map<String, List<String>> query = new LinkedHashMap<>();
    for (String parameter : text.split("&")) {
      if (!parameter.isEmpty()) {
        // Forms write a space as a plus; in a path a plus is a plus.
        String[] parts = parameter.replace('+', ' ').split("=", 2);
        String value = parts.length == 2 ? decode(parts[1]) : "";
        query.computeIfAbsent(decode(parts[0]), name -> new ArrayList<>()).add(value);
      }
    }
    return query;
  }

  private static String decode(String text) throws HttpFailure {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int at = 0; at < text.length(); at++) {
      int unit = text.charAt(at);
      if (unit == '%') {
        unit = hex(text, at + 1) << 4 | hex(text, at + 2);
        at += 2;
      }
      bytes[length++] = (byte) unit;
    }
    if (!Utf8Validator.isValid(bytes, 0, length)) {
      throw new HttpFailure(400, "the target is not UTF-8");
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static int hex(String text, int at) throws HttpFailure {
    int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
    if (digit < 0) {
      throw new HttpFailure(400, "expected two hexadecimal digits after %");
    }
    return digit;
  }
}

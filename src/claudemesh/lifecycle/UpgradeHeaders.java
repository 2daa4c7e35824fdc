package claudemesh.lifecycle;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks extra header fields of the upgrade request when they are named: the transport would refuse
 * them only once it connects, and then at every attempt anew. Pure.
 */
final class UpgradeHeaders {

  /** RFC 9110 §5.6.2. */
  private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");

  /** RFC 9110 §5.5, without what is not ASCII. */
  private static final Pattern VALUE = Pattern.compile("[\\t -~]*");

  private static final Set<String> RESERVED =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  private UpgradeHeaders() {}

  /**
   * Lets through what can be sent.
   *
   * @throws IllegalArgumentException if the name is no token or not the caller's to set, or the
   *     value has other characters than printable ASCII
   */
  static void require(String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!TOKEN.matcher(name).matches()) {
      throw new IllegalArgumentException("\"" + name + "\" cannot be the name of a header field");
    }
    if (RESERVED.contains(lower) || lower.startsWith("sec-websocket-")) {
      throw new IllegalArgumentException(
          "the header field " + name + " belongs to the upgrade itself and cannot be set");
    }
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "the value of the header field " + name + " has other characters than printable ASCII");
    }
  }
}

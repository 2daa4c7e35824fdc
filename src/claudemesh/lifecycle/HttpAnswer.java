package claudemesh.lifecycle;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an HTTP/1.1 server answered, as far as it tells what stands there.
 *
 * @param status the status code
 * @param reason the words behind it, empty if there are none
 * @param headers the first value of each field, by its name in lower case
 * @param body the first line of its body that is not blank, cut; empty if there is none
 */
public record HttpAnswer(int status, String reason, Map<String, String> headers, String body) {

  /**
   * A header field.
   *
   * @param name its name, in any case
   * @return its first value
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * The answer in a few words.
   *
   * @return such as {@code HTTP 403 Forbidden: go away}; the server's words are not escaped
   */
  public String words() {
    String said = reason.isEmpty() ? "" : " " + reason;
    return "HTTP " + status + said + (body.isEmpty() ? "" : ": " + body);
  }
}

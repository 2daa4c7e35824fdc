package claudemesh.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request, wholly read and checked. Immutable.
 *
 * @param method the method as sent, such as {@code GET}
 * @param path the target's path, percent-decoded, without the query; begins with a slash (or is
 *     {@code *})
 * @param query the query's parameters, decoded, each with its values in the order sent
 * @param headers the header fields
 * @param body the body's text; empty if there was none
 * @param remoteAddress who sent it, as {@code address:port}
 */
public record HttpRequest(
    String method,
    String path,
    Map<String, List<String>> query,
    HttpHeaders headers,
    String body,
    String remoteAddress) {

  /**
   * The first value of a header field.
   *
   * @param name the field's name, in any case
   * @return its value; empty if there is no such field
   */
  public Optional<String> header(String name) {
    return headers.first(name);
  }

  /**
   * The first value of a query parameter.
   *
   * @param name the parameter's name
   * @return its value, empty text if it was sent without one; empty if it was not sent
   */
  public Optional<String> query(String name) {
    return query.getOrDefault(name, List.of()).stream().findFirst();
  }
}

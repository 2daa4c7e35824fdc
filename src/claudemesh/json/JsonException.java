package claudemesh.json;

/**
 * Text that is not JSON, or JSON that is not what was asked for. The message names the place (a
 * line and column, or a field), what was expected and what was found; it never repeats a value,
 * which may be a secret.
 */
public final class JsonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * A failure at a named place.
   *
   * @param message where, what was expected, what was found
   */
  public JsonException(String message) {
    super(message);
  }
}

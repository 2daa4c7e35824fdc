package claudemesh.crypto;

/**
 * A body that cannot be opened. It must not be shown as authentic, nor acknowledged as read; the
 * message says what was expected and what was found, and never holds keys of ours or plaintext.
 */
public class CannotOpenException extends Exception {
  private static final long serialVersionUID = 1;

  /** What was wrong with a body. */
  public enum Why {
    /** The nonce or the ciphertext is not base64. */
    NOT_BASE64,
    /** The nonce is not 24 bytes long. */
    NONCE_LENGTH,
    /** The ciphertext is shorter than its 16-byte MAC. */
    TOO_SHORT,
    /** The peer's key is malformed, not on the curve, or of small order. */
    PEER_KEY,
    /** The MAC does not fit: changed on the way, or sealed with or for another key. */
    NOT_AUTHENTIC,
    /** The opened bytes are not UTF-8. */
    NOT_UTF8
  }

  /** Which check refused the body. */
  private final Why why;

  CannotOpenException(Why why, String message) {
    this(why, message, null);
  }

  CannotOpenException(Why why, String message, Throwable cause) {
    super(message, cause);
    this.why = why;
  }

  /**
   * The kind of fault; only {@link Why#NOT_AUTHENTIC} may be cured by another key of ours.
   *
   * @return what was wrong
   */
  public Why why() {
    return why;
  }
}

package claudemesh.client;

/** A request got no answer, or the broker's refusal. Requests settle exactly once. */
public final class RequestException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Why there is no answer. */
  public enum Cause {
    /** The connection is not open, or was lost before the answer. */
    DISCONNECTED,
    /** It could not be sent: too much is waiting already, or it is not Unicode. */
    NOT_SENT,
    /** No answer in time. */
    TIMEOUT,
    /** The broker answered with an error. */
    REFUSED
  }

  /** Why. */
  private final Cause why;

  /** The broker's error code, for {@link Cause#REFUSED}. */
  private final String code;

  RequestException(Cause why, String code, String message) {
    super(message);
    this.why = why;
    this.code = code;
  }

  /**
   * Why there is no answer.
   *
   * @return the cause
   */
  public Cause why() {
    return why;
  }

  /**
   * The broker's error code.
   *
   * @return one word; empty text unless the broker refused
   */
  public String code() {
    return code;
  }
}

package claudemesh.lifecycle;

/** A message was not taken for sending; nothing of it was written. */
public final class SendRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Why it was not taken. */
  public enum Reason {
    /** The lifecycle is not open; it may be again. */
    NOT_OPEN,
    /** Too much is waiting to be written. */
    FULL,
    /** The text has half a surrogate pair, which UTF-8 cannot carry. */
    NOT_UNICODE
  }

  /** Why. */
  private final Reason reason;

  SendRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Why it was not taken.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}

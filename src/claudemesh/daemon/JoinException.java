package claudemesh.daemon;

/** A mesh could not be joined; the message says why and what to do. */
public final class JoinException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Who stood in the way. */
  public enum Kind {
    /** The link itself: not an invite, expired, or not signed by the mesh's owner. */
    BAD_INVITE,
    /** The broker could not be reached, or did not answer as a broker does. */
    UNREACHABLE,
    /** The broker said no. */
    REFUSED
  }

  /** Who. */
  private final Kind kind;

  JoinException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  JoinException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * Who stood in the way.
   *
   * @return the kind of failure
   */
  public Kind kind() {
    return kind;
  }
}

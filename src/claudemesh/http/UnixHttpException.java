package claudemesh.http;

import java.io.IOException;

/** A request over a Unix socket that brought no answer, and why. The message says it in words. */
public final class UnixHttpException extends IOException {

  private static final long serialVersionUID = 1;

  /** What went wrong. */
  public enum Kind {
    /** There is no such socket: no server has run here, or it ended in order. */
    NO_SOCKET,
    /** There is a socket and nobody listens: the server was killed. */
    REFUSED,
    /** This user may not connect. */
    DENIED,
    /** The answer was not whole in time. */
    TIMEOUT,
    /** The answer is larger than this client takes. */
    TOO_LARGE,
    /** What came is not an HTTP answer. */
    MALFORMED,
    /** The connection broke, or ended before the answer did. */
    BROKEN
  }

  /** What went wrong. */
  private final Kind kind;

  UnixHttpException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * What went wrong, for decisions; the message is for people.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }
}

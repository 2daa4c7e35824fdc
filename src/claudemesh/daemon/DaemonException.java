package claudemesh.daemon;

import claudemesh.json.Json;

/**
 * The daemon did not do what it was asked: it refused, with a status and a word for it, or it could
 * not be asked. The message is for people.
 */
public final class DaemonException extends Exception {

  /** The status of an answer that never came. */
  public static final int NONE = 0;

  /** The code when no daemon listens (any more). */
  public static final String UNREACHABLE = "unreachable";

  /** The code when the daemon did not answer in time. */
  public static final String TIMEOUT = "timeout";

  private static final long serialVersionUID = 1L;

  /** The HTTP status. */
  private final int status;

  /** One word for programs. */
  private final String code;

  /** The answer's whole body. */
  private final String body;

  DaemonException(int status, String code, String message, String body) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = body;
  }

  /**
   * The answer's status.
   *
   * @return an HTTP status; {@link #NONE} if there was no answer
   */
  public int status() {
    return status;
  }

  /**
   * What went wrong, for programs.
   *
   * @return the answer's {@code error}, such as {@code mesh_not_attached}; or {@link #UNREACHABLE}
   *     or {@link #TIMEOUT}
   */
  public String code() {
    return code;
  }

  /**
   * The answer itself, which may say more.
   *
   * @return its body; {@code {}} if there was none or it is not JSON
   */
  public Json body() {
    return Json.parseObject(body);
  }
}

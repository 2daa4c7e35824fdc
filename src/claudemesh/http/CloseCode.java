package claudemesh.http;

/** Close codes of RFC 6455 §7.4 and its registry. */
public final class CloseCode {

  /** The purpose is fulfilled. */
  public static final int NORMAL = 1000;

  /** An end goes away, such as a server that shuts down. */
  public static final int GOING_AWAY = 1001;

  /** The peer broke the protocol. */
  public static final int PROTOCOL_ERROR = 1002;

  /** A kind of message that this end does not take. */
  public static final int UNSUPPORTED_DATA = 1003;

  /** Reported, never sent: the close frame had no code. */
  public static final int NO_STATUS = 1005;

  /** Reported, never sent: the connection ended without a close frame. */
  public static final int ABNORMAL = 1006;

  /** A text message that is not UTF-8. */
  public static final int INVALID_PAYLOAD = 1007;

  /** Against this end's rules. */
  public static final int POLICY_VIOLATION = 1008;

  /** A message longer than this end takes. */
  public static final int TOO_BIG = 1009;

  /** This end failed. */
  public static final int INTERNAL_ERROR = 1011;

  private CloseCode() {}

  /**
   * Whether a code may stand in a close frame.
   *
   * @param code the code
   * @return true for 1000 to 1003, 1007 to 1014 and 3000 to 4999
   */
  public static boolean isSendable(int code) {
    return code >= 1000 && code <= 1003
        || code >= 1007 && code <= 1014
        || code >= 3000 && code <= 4999;
  }

  static int requireSendable(int code) {
    if (!isSendable(code)) {
      throw new IllegalArgumentException(
          "close code: expected 1000 to 1003, 1007 to 1014 or 3000 to 4999, got " + code);
    }
    return code;
  }
}

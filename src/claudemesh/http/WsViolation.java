package claudemesh.http;

/** The peer broke the protocol or a limit; the connection ends with the code it carries. */
final class WsViolation extends Exception {

  private static final long serialVersionUID = 1;

  private final int code;

  WsViolation(int code, String reason) {
    // No stack trace: it would say where the check is, and the words say that better.
    super(reason, null, false, false);
    this.code = code;
  }

  static WsViolation protocol(String reason) {
    return new WsViolation(CloseCode.PROTOCOL_ERROR, reason);
  }

  int code() {
    return code;
  }
}

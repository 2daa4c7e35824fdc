package claudemesh.broker;

/** A request that is answered with an error frame; the connection stays. */
final class RequestRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A value that is not what it must be, or names nothing unique. */
  static final String INVALID = "invalid";

  /** One more would be over a limit. */
  static final String TOO_MANY = "too_many";

  private final String code;

  RequestRefused(String code, String message) {
    super(message, null, false, false); // an answer, not a fault: no stack trace
    this.code = code;
  }

  String code() {
    return code;
  }

  static void requireLength(String what, int actual, int most) {
    if (actual > most) {
      throw new RequestRefused(
          INVALID, what + ": expected at most " + most + " characters, got " + actual);
    }
  }

  static void requireRoom(String what, int actual, int most) {
    if (actual >= most) {
      throw new RequestRefused(TOO_MANY, what + ": there are " + most + " already, no more fit");
    }
  }
}

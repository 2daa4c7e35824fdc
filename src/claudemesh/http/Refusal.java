package claudemesh.http;

/** Why a server turned away a connection or a request by itself, before its handler heard of it. */
public enum Refusal {
  /** As many connections are held as may be. */
  FULL("capacity_broker"),
  /** As many connections of this address that nobody has vouched for are held as may be. */
  ADDRESS_FULL("capacity_address"),
  /** The TLS handshake failed. */
  TLS("tls_handshake"),
  /** A TLS handshake, a head or a body took too long. */
  SLOW("too_slow"),
  /** The request line or the header fields are too long. */
  HEAD("head_too_long"),
  /** The body is too long. */
  BODY("body_too_long"),
  /** The request breaks a rule of HTTP. */
  MALFORMED("bad_request");

  private final String word;

  Refusal(String word) {
    this.word = word;
  }

  /**
   * Its name in logs and metrics.
   *
   * @return one word with underscores
   */
  public String word() {
    return word;
  }

  static Refusal ofStatus(int status) {
    return switch (status) {
      case 408 -> SLOW;
      case 413 -> BODY;
      case 414, 431 -> HEAD;
      default -> MALFORMED;
    };
  }
}

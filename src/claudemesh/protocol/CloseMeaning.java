package claudemesh.protocol;

/**
 * What a close code with its reason, or an error code before the ack, means (protocol.md §3, second
 * table). What to do about it is the client's business.
 */
public enum CloseMeaning {
  /** The network or the broker went away for a while. */
  TRANSIENT("the connection was lost"),
  /** The mesh has no free place now. */
  MESH_FULL("the mesh is full"),
  /** This machine's clock and the broker's differ by over a minute. */
  CLOCK_OFF("this machine's clock differs from the broker's by more than 60 s"),
  /** The member's word for the session key has run out. */
  ATTESTATION_EXPIRED("the session's attestation has expired"),
  /** A newer connection with the same session has taken over. */
  REPLACED("a newer connection with the same session took over"),
  /** An owner or admin ended this session. */
  KICKED("an owner or admin ended this session"),
  /** An owner or admin ended this membership. */
  BANNED("this member was banned from the mesh"),
  /** The broker will never accept this as it is. */
  REFUSED("the broker refused the connection");

  /** The close code of policy violations, RFC 6455 §7.4.1. */
  public static final int POLICY = 1008;

  /** The close code of a kick. */
  public static final int CODE_KICKED = 4001;

  /** The close code of a ban. */
  public static final int CODE_BANNED = 4002;

  /** The reason of a close by a newer connection. */
  public static final String SESSION_REPLACED = "session_replaced";

  private final String words;

  CloseMeaning(String words) {
    this.words = words;
  }

  /**
   * The meaning in plain words.
   *
   * @return half a sentence for people
   */
  public String words() {
    return words;
  }

  /**
   * Reads a close frame.
   *
   * @param code the close code; 1006 if there was no close frame
   * @param reason the reason, empty if there was none
   * @return what it means
   */
  public static CloseMeaning ofClose(int code, String reason) {
    return switch (code) {
      case 1000 -> reason.equals(SESSION_REPLACED) ? REPLACED : TRANSIENT;
      case POLICY -> ofError(reason);
      case CODE_KICKED -> KICKED;
      case CODE_BANNED -> BANNED;
      default -> TRANSIENT;
    };
  }

  /**
   * Reads the code of an error frame that came in place of the ack; the broker repeats it as the
   * reason of its 1008 close.
   *
   * @param code the error's code
   * @return what it means
   */
  public static CloseMeaning ofError(String code) {
    return switch (code) {
      case ErrorCode.TIMESTAMP_SKEW -> CLOCK_OFF;
      case ErrorCode.CAPACITY -> MESH_FULL;
      case ErrorCode.EXPIRED -> ATTESTATION_EXPIRED;
      case ErrorCode.HELLO_TIMEOUT, ErrorCode.INTERNAL -> TRANSIENT;
      case ErrorCode.REVOKED -> BANNED;
      default -> REFUSED;
    };
  }
}

package claudemesh.protocol;

/** The codes of error frames (protocol.md §3, §6, §9), the same word at both ends. */
public final class ErrorCode {

  /** Session key not 64 lowercase hex digits. */
  public static final String BAD_SESSION_PUBKEY = "bad_session_pubkey";

  /** Parent key missing or malformed. */
  public static final String BAD_PARENT_PUBKEY = "bad_parent_pubkey";

  /** Attestation missing, or for other keys. */
  public static final String ATTESTATION_MISMATCH = "attestation_mismatch";

  /** Attestation past its time. */
  public static final String EXPIRED = "expired";

  /** Attestation for longer than a broker accepts. */
  public static final String TTL_TOO_LONG = "ttl_too_long";

  /** A field is missing or not what it must be. */
  public static final String MALFORMED = "malformed";

  /** A signature does not fit. */
  public static final String BAD_SIGNATURE = "bad_signature";

  /** The mesh is full. */
  public static final String CAPACITY = "capacity";

  /** The client's clock is off, or it sent none. */
  public static final String TIMESTAMP_SKEW = "timestamp_skew";

  /** The key is not a member of the mesh. */
  public static final String UNAUTHORIZED = "unauthorized";

  /** The parent member id is another member's. */
  public static final String PARENT_MEMBER_ID_MISMATCH = "parent_member_id_mismatch";

  /** The member was banned. */
  public static final String REVOKED = "revoked";

  /** Something else came before the hello. */
  public static final String NO_HELLO = "no_hello";

  /** No hello in time. */
  public static final String HELLO_TIMEOUT = "hello_timeout";

  /** A frame type the broker does not know. */
  public static final String UNKNOWN_MESSAGE_TYPE = "unknown_message_type";

  /** Only owners and admins may. */
  public static final String FORBIDDEN = "forbidden";

  /** No message or member of that id. */
  public static final String NOT_FOUND = "not_found";

  /** No topic of that id or name. */
  public static final String TOPIC_NOT_FOUND = "topic_not_found";

  /** The broker failed; its log says why. */
  public static final String INTERNAL = "internal";

  private ErrorCode() {}
}

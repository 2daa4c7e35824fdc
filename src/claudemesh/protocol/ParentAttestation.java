package claudemesh.protocol;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Keys;
import claudemesh.crypto.Signatures;
import claudemesh.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A member's word that a session key is its own, for a while (protocol.md §2, §3). Minted afresh on
 * every connect: a stored one dies after its time and takes the session off the mesh with it.
 *
 * @param sessionPubkey the session's key
 * @param parentMemberPubkey the member's stable key
 * @param expiresAt when it ends, milliseconds since 1970; empty if missing or no number
 * @param signature over {@link SigningTexts#attestation}, by the member key
 */
public record ParentAttestation(
    String sessionPubkey, String parentMemberPubkey, OptionalLong expiresAt, String signature) {

  /** How long ours are good for. */
  public static final Duration LIFETIME = Duration.ofHours(12);

  /** The longest a broker accepts. */
  public static final Duration LONGEST = Duration.ofHours(24);

  /**
   * Mints one.
   *
   * @param member the member's stable key pair
   * @param sessionPubkey the session's key
   * @param now the time of day
   * @return good for {@link #LIFETIME}
   */
  public static ParentAttestation mint(Ed25519KeyPair member, String sessionPubkey, Instant now) {
    long expiresAt = now.plus(LIFETIME).toEpochMilli();
    String text = SigningTexts.attestation(member.publicHex(), sessionPubkey, expiresAt);
    return new ParentAttestation(
        sessionPubkey, member.publicHex(), OptionalLong.of(expiresAt), member.sign(text));
  }

  /**
   * Checks it as a broker does.
   *
   * @param session the session key that the hello claims
   * @param parent the member key that the hello claims
   * @param now the time of day
   * @return the error code of the table in protocol.md §3; empty if it is good
   */
  public Optional<String> fault(String session, String parent, Instant now) {
    if (!sessionPubkey.equals(session) || !parentMemberPubkey.equals(parent)) {
      return Optional.of(ErrorCode.ATTESTATION_MISMATCH);
    }
    if (expiresAt.isEmpty() || !Keys.isSignatureHex(signature)) {
      return Optional.of(ErrorCode.MALFORMED);
    }
    long expires = expiresAt.getAsLong();
    if (expires <= now.toEpochMilli()) {
      return Optional.of(ErrorCode.EXPIRED);
    }
    if (expires > now.plus(LONGEST).toEpochMilli()) {
      return Optional.of(ErrorCode.TTL_TOO_LONG);
    }
    String text = SigningTexts.attestation(parent, session, expires);
    return Signatures.verify(parent, text, signature)
        ? Optional.empty()
        : Optional.of(ErrorCode.BAD_SIGNATURE);
  }

  static ParentAttestation decode(Json json) {
    return new ParentAttestation(
        Lenient.string(json, "sessionPubkey"),
        Lenient.string(json, "parentMemberPubkey"),
        Lenient.number(json, "expiresAt"),
        Lenient.string(json, "signature"));
  }

  /**
   * Writes an attestation.
   *
   * @return its object, as in a session hello
   */
  public Json encode() {
    return Json.object()
        .put("sessionPubkey", sessionPubkey)
        .put("parentMemberPubkey", parentMemberPubkey)
        .put("expiresAt", expiresAt)
        .put("signature", signature)
        .build();
  }
}

package claudemesh.broker;

import java.time.Instant;
import java.util.Optional;

/**
 * A member of a mesh.
 *
 * @param memberId its id, 32 characters
 * @param pubkey its stable key, 64 lowercase hex digits
 * @param displayName the name it joined with
 * @param role what it may do
 * @param joinedAt since when
 * @param revokedAt when it was banned; empty if it is not
 */
public record Member(
    String memberId,
    String pubkey,
    String displayName,
    MemberRole role,
    Instant joinedAt,
    Optional<Instant> revokedAt) {

  /**
   * Whether it was banned.
   *
   * @return true if it must stay out
   */
  public boolean isRevoked() {
    return revokedAt.isPresent();
  }

  Member withRevokedAt(Optional<Instant> when) {
    return new Member(memberId, pubkey, displayName, role, joinedAt, when);
  }
}

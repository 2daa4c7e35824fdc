package claudemesh.broker;

import claudemesh.protocol.Invite;
import java.time.Instant;

/**
 * The books on one invite; the invite itself is a token that its holder carries.
 *
 * @param signature what identifies it: the owner's signature over it
 * @param role what those who join with it may do
 * @param maxUses how many may join with it
 * @param uses how many have
 * @param expiresAt its end
 * @param revoked whether it was called back
 */
public record IssuedInvite(
    String signature, MemberRole role, int maxUses, int uses, Instant expiresAt, boolean revoked) {

  private static final int SHORT = 12;

  /**
   * A short name for it, as lists show it.
   *
   * @return the first 12 digits of its signature
   */
  public String id() {
    return shortened(signature);
  }

  /**
   * The short name that the books on an invite have.
   *
   * @param invite a signed invite
   * @return its {@link #id}
   */
  public static String idOf(Invite invite) {
    return shortened(invite.signature());
  }

  private static String shortened(String signature) {
    return signature.substring(0, Math.min(SHORT, signature.length()));
  }

  /**
   * What an attempt to join with it would meet.
   *
   * @param now the time of day
   * @return {@code revoked}, {@code expired}, {@code exhausted} or {@code open}
   */
  public String state(Instant now) {
    if (revoked) {
      return "revoked";
    }
    if (!expiresAt.isAfter(now)) {
      return "expired";
    }
    return uses >= maxUses ? "exhausted" : "open";
  }

  IssuedInvite usedOnceMore() {
    return new IssuedInvite(signature, role, maxUses, uses + 1, expiresAt, revoked);
  }

  IssuedInvite calledBack() {
    return new IssuedInvite(signature, role, maxUses, uses, expiresAt, true);
  }
}

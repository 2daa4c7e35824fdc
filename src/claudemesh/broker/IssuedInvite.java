package claudemesh.broker;

import java.time.Instant;

/**
 * The books on one invite; the invite itself is a token that its holder carries.
 *
 * @param signature what identifies it: the owner's signature over it
 * @param maxUses how many may join with it
 * @param uses how many have
 * @param expiresAt its end
 * @param revoked whether it was called back
 */
record IssuedInvite(String signature, int maxUses, int uses, Instant expiresAt, boolean revoked) {

  IssuedInvite usedOnceMore() {
    return new IssuedInvite(signature, maxUses, uses + 1, expiresAt, revoked);
  }

  IssuedInvite calledBack() {
    return new IssuedInvite(signature, maxUses, uses, expiresAt, true);
  }
}

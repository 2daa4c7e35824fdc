package claudemesh.store;

import java.time.Duration;
import java.util.Objects;

/**
 * What an owner asks of a mailbox: the oldest messages nobody holds, as many as fit its window.
 *
 * @param mailbox the mailbox
 * @param owner who will hold them: a name that no other process uses
 * @param lease how long; after it they are free again
 * @param leastUrgent take messages of this urgency and more urgent ones
 * @param maxHeld most messages of this mailbox that the owner may hold, earlier claims included
 * @param maxHeldChars most characters of payload that it may hold; a single message may exceed it
 */
public record Claim(
    String mailbox, String owner, Duration lease, int leastUrgent, int maxHeld, long maxHeldChars) {

  /** Checks. */
  public Claim {
    Objects.requireNonNull(mailbox, "mailbox");
    Objects.requireNonNull(owner, "owner");
    NewMessage.requireUrgency(leastUrgent);
    if (maxHeld < 1 || maxHeldChars < 1 || lease.isNegative() || lease.isZero()) {
      throw new IllegalArgumentException("a claim needs a window and a lease above 0");
    }
  }
}

package claudemesh.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of a message.
 *
 * @param messageId its id
 * @param sender who sent it
 * @param target whom the sender meant
 * @param deliveries one for each mailbox it went to
 */
public record MessageStatus(
    String messageId, String sender, String target, List<Delivery> deliveries) {

  /** Where a message stands in one mailbox. */
  public enum State {
    /** Kept; perhaps handed on, but not yet settled. */
    QUEUED,
    /** Settled: the receiver said it has it. */
    DELIVERED,
    /** Given up, see {@link Delivery#reason}. */
    DEAD,
    /** Settled, and the receiver said that somebody has looked at it. */
    READ
  }

  /**
   * A message in one mailbox.
   *
   * @param mailbox the mailbox
   * @param state where it stands
   * @param since when it was delivered or given up; empty while queued
   * @param reason why it is dead; empty otherwise
   */
  public record Delivery(
      String mailbox, State state, Optional<Instant> since, Optional<String> reason) {}
}

package claudemesh.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A message of the outbox as it stands. Times are kept to the millisecond.
 *
 * @param id its id here, a UUID
 * @param message what was asked; its text is empty once the message is done
 * @param status where it stands
 * @param attempts how many attempts ended, well or not; those that a crash cut short do not count
 * @param textBytes the length of its text in UTF-8
 * @param enqueuedAt when it was appended
 * @param nextAttemptAt when it is sent next, or would have been
 * @param deliveredAt when the broker took it
 * @param brokerMessageId the broker's id for it
 * @param lastError what the last failed attempt ended with, or why it is dead
 * @param abortedAt when it was dropped
 * @param abortedBy who dropped it
 */
public record OutboxRow(
    String id,
    NewOutgoing message,
    OutboxStatus status,
    int attempts,
    int textBytes,
    Instant enqueuedAt,
    Instant nextAttemptAt,
    Optional<Instant> deliveredAt,
    Optional<String> brokerMessageId,
    Optional<String> lastError,
    Optional<Instant> abortedAt,
    Optional<String> abortedBy) {

  OutboxRow withStatus(OutboxStatus other) {
    return new OutboxRow(
        id,
        message,
        other,
        attempts,
        textBytes,
        enqueuedAt,
        nextAttemptAt,
        deliveredAt,
        brokerMessageId,
        lastError,
        abortedAt,
        abortedBy);
  }
}

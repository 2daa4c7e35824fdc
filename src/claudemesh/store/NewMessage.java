package claudemesh.store;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A message to be appended to one mailbox or several.
 *
 * @param messageId its id, fresh and random: not bound to one process. A store on disk keeps ids
 *     cheaper that grow with time
 * @param sender who sent it; with {@code clientMessageId} what makes it the same message again
 * @param clientMessageId the sender's own id for it; empty if it has none, and is then never taken
 *     for a repetition
 * @param target whom the sender meant, in the sender's words; kept for {@link MailboxStore#status}
 * @param urgency how urgent it is: 0 most, {@link #LEAST_URGENT} least
 * @param mailboxes where it goes, each at most once; none is allowed
 * @param payload the text to hand on, unchanged
 * @param createdAt when it was taken
 * @param log a log that keeps the text as well, whatever becomes of the message; see {@link
 *     MailboxStore#history}
 * @param after the same sender's id of a message that this one must not overtake: if that one
 *     {@link Appended.Failed}, so does this one
 */
public record NewMessage(
    String messageId,
    String sender,
    Optional<String> clientMessageId,
    String target,
    int urgency,
    List<String> mailboxes,
    String payload,
    Instant createdAt,
    Optional<String> log,
    Optional<String> after) {

  /** The largest value of {@link #urgency}. */
  public static final int LEAST_URGENT = 2;

  /** Checks and copies. */
  public NewMessage {
    Objects.requireNonNull(messageId, "messageId");
    Objects.requireNonNull(sender, "sender");
    Objects.requireNonNull(payload, "payload");
    requireUrgency(urgency);
    mailboxes = List.copyOf(mailboxes);
  }

  /**
   * A message that no log keeps and that waits for none.
   *
   * @param messageId its id
   * @param sender who sent it
   * @param clientMessageId the sender's own id for it
   * @param target whom the sender meant
   * @param urgency how urgent it is
   * @param mailboxes where it goes
   * @param payload the text to hand on
   * @param createdAt when it was taken
   */
  public NewMessage(
      String messageId,
      String sender,
      Optional<String> clientMessageId,
      String target,
      int urgency,
      List<String> mailboxes,
      String payload,
      Instant createdAt) {
    this(
        messageId,
        sender,
        clientMessageId,
        target,
        urgency,
        mailboxes,
        payload,
        createdAt,
        Optional.empty(),
        Optional.empty());
  }

  static void requireUrgency(int urgency) {
    if (urgency < 0 || urgency > LEAST_URGENT) {
      throw new IllegalArgumentException("urgency: expected 0 to 2, got " + urgency);
    }
  }
}

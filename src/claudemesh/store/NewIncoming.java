package claudemesh.store;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A message that has come in.
 *
 * @param recipient whose it is; one message for several recipients is several
 * @param sender whom it is from
 * @param clientMessageId its sender's id for it; with the sender's member what makes it the same
 *     message again
 * @param brokerMessageId the broker's id for it, which stands in if the sender gave none
 * @param topic the topic it was posted to
 * @param replyToId the message it replies to
 * @param priority {@code now}, {@code next} or {@code low}
 * @param createdAt when the broker took it
 * @param content what it holds
 */
public record NewIncoming(
    InboxRecipient recipient,
    InboxSender sender,
    Optional<String> clientMessageId,
    String brokerMessageId,
    Optional<String> topic,
    Optional<String> replyToId,
    String priority,
    Instant createdAt,
    InboxContent content) {

  /** Checks. */
  public NewIncoming {
    Objects.requireNonNull(recipient, "recipient");
    Objects.requireNonNull(sender, "sender");
    Objects.requireNonNull(clientMessageId, "clientMessageId");
    Objects.requireNonNull(brokerMessageId, "brokerMessageId");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(replyToId, "replyToId");
    Objects.requireNonNull(priority, "priority");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(content, "content");
  }
}

package claudemesh.client;

import claudemesh.protocol.Priority;
import java.util.Optional;

/**
 * A message received and opened.
 *
 * @param id its identity: the sender's id, else the broker's
 * @param messageId the broker's id
 * @param from the sender's display name; empty text if the broker names none
 * @param senderPubkey the key it was sent with
 * @param senderMemberPubkey the sender's stable key; empty text if the broker names none
 * @param text what it says
 * @param encrypted whether it came in a box that only the holder of {@code senderPubkey} can have
 *     made; false for broadcasts, whose text and sender rest on the broker's word
 * @param target whom it was sent to; empty text if the broker does not say
 * @param recipient the key of ours that its box opened with; the connection's own for a plain body
 * @param priority how urgent it was sent
 * @param createdAt when the broker took it, ISO 8601
 * @param replyToId the message it answers
 * @param topic the topic it was sent to
 */
public record InboundMessage(
    String id,
    String messageId,
    String from,
    String senderPubkey,
    String senderMemberPubkey,
    String text,
    boolean encrypted,
    String target,
    String recipient,
    Priority priority,
    String createdAt,
    Optional<String> replyToId,
    Optional<String> topic) {

  /** Never shows the text. */
  @Override
  public String toString() {
    return "message " + id + " from " + senderPubkey;
  }
}

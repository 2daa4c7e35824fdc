package claudemesh.client;

import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A message to send.
 *
 * @param id its identity: sent again with the same one it is the same message
 * @param target whom it is for
 * @param text what it says; boxed for one key, plain for everyone, a group or a topic
 * @param priority when it may be handed on
 * @param replyToId the message it answers
 * @param mentions keys or names mentioned
 */
public record OutgoingMessage(
    String id,
    Target target,
    String text,
    Priority priority,
    Optional<String> replyToId,
    List<String> mentions) {

  /**
   * A message with a fresh identity and nothing special about it.
   *
   * @param target whom it is for
   * @param text what it says
   * @return the message
   */
  public static OutgoingMessage of(Target target, String text) {
    String id = UUID.randomUUID().toString();
    return new OutgoingMessage(id, target, text, Priority.NEXT, Optional.empty(), List.of());
  }

  /** Never shows the text. */
  @Override
  public String toString() {
    return "message " + id + " to " + target.spec();
  }
}

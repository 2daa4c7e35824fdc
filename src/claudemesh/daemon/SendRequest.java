package claudemesh.daemon;

import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import java.util.Optional;

/**
 * A message to put into the outbox.
 *
 * @param meshId the mesh
 * @param via the key of the session that sends it; empty for the member
 * @param target whom it is for, resolved
 * @param text what it says
 * @param priority when it may be handed on
 * @param replyToId the message it answers
 * @param clientMessageId its identity: the same again is the same message
 * @param fingerprint what was asked, hashed ({@link claudemesh.crypto.RequestFingerprint}): another
 *     one under the same identity is a conflict
 */
record SendRequest(
    String meshId,
    Optional<String> via,
    Target target,
    String text,
    Priority priority,
    Optional<String> replyToId,
    String clientMessageId,
    String fingerprint) {

  /** Never shows the text. */
  @Override
  public String toString() {
    return "send " + clientMessageId + " to " + target.spec() + " on " + meshId;
  }
}

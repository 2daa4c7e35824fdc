package claudemesh.store;

import java.util.Objects;
import java.util.Optional;

/**
 * A message to be sent.
 *
 * @param clientMessageId its sender's id for it; kept once in each mesh
 * @param via which connection sends it
 * @param target whom it is for, as the broker is told: a key, {@code *}, {@code @group} or {@code
 *     #topic}
 * @param text what it says; sealed when it is sent, so it stands here as it is
 * @param priority {@code now}, {@code next} or {@code low}
 * @param replyToId the message it replies to
 * @param fingerprint what was asked, as a hash: another one under the same id is a conflict
 */
public record NewOutgoing(
    String clientMessageId,
    Via via,
    String target,
    String text,
    String priority,
    Optional<String> replyToId,
    String fingerprint) {

  /** Checks. */
  public NewOutgoing {
    Objects.requireNonNull(clientMessageId, "clientMessageId");
    Objects.requireNonNull(via, "via");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(priority, "priority");
    Objects.requireNonNull(replyToId, "replyToId");
    Objects.requireNonNull(fingerprint, "fingerprint");
  }
}

package claudemesh.store;

import java.util.Objects;
import java.util.Optional;

/**
 * Whom a message is from, as far as the broker said.
 *
 * @param key the public key it was sent with
 * @param memberKey the public key of the member behind that
 * @param name the name shown for it
 */
public record InboxSender(String key, Optional<String> memberKey, Optional<String> name) {

  /** Checks. */
  public InboxSender {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(memberKey, "memberKey");
    Objects.requireNonNull(name, "name");
  }
}

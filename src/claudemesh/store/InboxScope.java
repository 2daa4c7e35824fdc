package claudemesh.store;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which inboxes are meant. Nothing outside of it is shown or touched.
 *
 * @param mesh only those of this mesh
 * @param recipients only those of these public keys; none of them means no inbox
 */
public record InboxScope(Optional<String> mesh, Optional<Set<String>> recipients) {

  /** All inboxes. */
  public static final InboxScope ALL = new InboxScope(Optional.empty(), Optional.empty());

  /** Checks and copies. */
  public InboxScope {
    Objects.requireNonNull(mesh, "mesh");
    recipients = recipients.map(Set::copyOf);
  }

  /**
   * The inboxes of some keys in one mesh.
   *
   * @param mesh the mesh
   * @param recipients the public keys
   * @return the scope
   */
  public static InboxScope of(String mesh, Set<String> recipients) {
    return new InboxScope(Optional.of(mesh), Optional.of(recipients));
  }

  /**
   * Whether an inbox is meant.
   *
   * @param recipient whose it is
   * @return whether it is
   */
  public boolean includes(InboxRecipient recipient) {
    return mesh.map(recipient.mesh()::equals).orElse(true)
        && recipients.map(keys -> keys.contains(recipient.key())).orElse(true);
  }
}

package claudemesh.store;

import java.util.Objects;

/**
 * Whose inbox a message is in.
 *
 * @param mesh the mesh, in the words of whoever uses the store; the same at each start
 * @param key the public key of a session, or of the member
 * @param kind whose key that is
 */
public record InboxRecipient(String mesh, String key, Kind kind) {

  /** Whose key it is. */
  public enum Kind {
    /** One session's. */
    SESSION,
    /** The member's. */
    MEMBER
  }

  /** Checks. */
  public InboxRecipient {
    Objects.requireNonNull(mesh, "mesh");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(kind, "kind");
  }
}

package claudemesh.store;

import java.util.Objects;

/**
 * The connection that a message goes out through, whether it stands or not: what is sent through it
 * is sent with its key.
 *
 * @param mesh the mesh, in the words of whoever uses the store; the same at each start
 * @param key the public key of the member, or of one session
 */
public record Via(String mesh, String key) {

  /** Checks. */
  public Via {
    Objects.requireNonNull(mesh, "mesh");
    Objects.requireNonNull(key, "key");
  }
}

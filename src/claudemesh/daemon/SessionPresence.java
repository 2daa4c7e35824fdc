package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.protocol.PeerDetails;

/**
 * A session as the mesh is to see it: what its connection presents.
 *
 * @param keys the session's own key pair; the same one takes its presence and its mail up again
 * @param sessionId the program's own id for it
 * @param details what it says of itself: display name, role, groups
 * @param pid its process id
 * @param cwd its working directory
 */
record SessionPresence(
    Ed25519KeyPair keys, String sessionId, PeerDetails details, long pid, String cwd) {

  /** The session's public key, 64 lowercase hex digits. */
  String pubkey() {
    return keys.publicHex();
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "session " + sessionId + " (" + pubkey() + ")";
  }
}

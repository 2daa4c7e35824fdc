package claudemesh.protocol;

/** The texts that are signed, fields joined by {@code |} (protocol.md §2). Pure. */
public final class SigningTexts {

  private SigningTexts() {}

  /**
   * What the member key signs in a hello.
   *
   * @param meshId the mesh
   * @param memberId the member
   * @param pubkey the member's stable key
   * @param timestamp milliseconds since 1970
   * @return the text
   */
  public static String hello(String meshId, String memberId, String pubkey, long timestamp) {
    return meshId + "|" + memberId + "|" + pubkey + "|" + timestamp;
  }

  /**
   * What the member key signs to vouch for a session key.
   *
   * @param parentPubkey the member's stable key
   * @param sessionPubkey the session's key
   * @param expiresAt milliseconds since 1970
   * @return the text
   */
  public static String attestation(String parentPubkey, String sessionPubkey, long expiresAt) {
    return "claudemesh-session-attest|" + parentPubkey + "|" + sessionPubkey + "|" + expiresAt;
  }

  /**
   * What the session key signs in a session hello.
   *
   * @param meshId the mesh
   * @param parentPubkey the member's stable key
   * @param sessionPubkey the session's key
   * @param timestamp milliseconds since 1970
   * @return the text
   */
  public static String sessionHello(
      String meshId, String parentPubkey, String sessionPubkey, long timestamp) {
    return "claudemesh-session-hello|"
        + String.join("|", meshId, parentPubkey, sessionPubkey)
        + "|"
        + timestamp;
  }

  /**
   * What the mesh owner's key signs in an invite.
   *
   * @param invite the invite; its signature is not part of the text
   * @return the text
   */
  public static String invite(Invite invite) {
    return String.join(
        "|",
        "1",
        invite.meshId(),
        invite.meshSlug(),
        invite.brokerUrl(),
        Long.toString(invite.expiresAt()),
        invite.meshRootKey(),
        invite.role(),
        invite.ownerPubkey());
  }
}

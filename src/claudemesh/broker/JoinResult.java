package claudemesh.broker;

/** What became of an attempt to join with an invite (protocol.md §7). */
public sealed interface JoinResult {

  /**
   * The key is a member now.
   *
   * @param memberId its id
   * @param alreadyMember whether it was one before; the invite was not used up then
   */
  record Joined(String memberId, boolean alreadyMember) implements JoinResult {}

  /**
   * It is not.
   *
   * @param error one word of protocol.md §7, such as {@code invite_expired}
   */
  record Refused(String error) implements JoinResult {}
}

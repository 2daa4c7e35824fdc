package claudemesh.broker;

/**
 * The names of mailboxes: {@code MESH/KIND/KEY}.
 *
 * <table>
 * <caption>Kinds</caption>
 * <tr><td>m</td><td>for a member: every live connection of it gets the message</td></tr>
 * <tr><td>c</td><td>for a member's member connections only</td></tr>
 * <tr><td>s</td><td>for one session key</td></tr>
 * </table>
 */
final class Mailboxes {

  private Mailboxes() {}

  static String ofMember(String meshId, String memberPubkey) {
    return meshId + "/m/" + memberPubkey;
  }

  static String ofSeat(String meshId, String pubkey, boolean memberKey) {
    return meshId + (memberKey ? "/c/" : "/s/") + pubkey;
  }

  static String meshOf(String mailbox) {
    return mailbox.substring(0, mailbox.indexOf('/'));
  }

  static String keyOf(String mailbox) {
    return mailbox.substring(mailbox.lastIndexOf('/') + 1);
  }
}

package claudemesh.store;

import java.util.List;

/** What became of {@link MailboxStore#append}. */
public sealed interface Appended {

  /**
   * The message is kept, as safely as the store keeps anything.
   *
   * @param messageId its id
   * @param full mailboxes of several that had no room; for them it is dead
   */
  record Stored(String messageId, List<String> full) implements Appended {}

  /**
   * The same sender sent it before; nothing was added.
   *
   * @param messageId the id it got then
   */
  record Duplicate(String messageId) implements Appended {}

  /**
   * Nothing was kept, since there is no room for it.
   *
   * @param reason what is full, for people
   */
  record Refused(String reason) implements Appended {}

  /**
   * Nothing was kept; the same message may be kept later.
   *
   * @param reason what went wrong, for people
   */
  record Failed(String reason) implements Appended {}
}

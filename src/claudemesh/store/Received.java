package claudemesh.store;

/** What became of {@link InboxStore#append}. */
public sealed interface Received {

  /**
   * The message is on disk. One that was kept aside before and can be read now is new.
   *
   * @param id its id in the inbox
   * @param position its place in the order of arrival
   */
  record Stored(String id, long position) implements Received {}

  /**
   * It came before; nothing was added.
   *
   * @param unreadable whether it is kept aside, so that it must not be acknowledged
   */
  record Duplicate(boolean unreadable) implements Received {}

  /**
   * Nothing was kept.
   *
   * @param reason what is full or failed, for people
   */
  record Refused(String reason) implements Received {}
}

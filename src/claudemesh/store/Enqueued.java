package claudemesh.store;

/** What became of {@link OutboxStore#append}. */
public sealed interface Enqueued {

  /**
   * The message is on disk, and pending.
   *
   * @param id its id in the outbox
   */
  record Stored(String id) implements Enqueued {}

  /**
   * The same was asked before under this id; nothing was added.
   *
   * @param row what became of it so far
   */
  record Duplicate(OutboxRow row) implements Enqueued {}

  /**
   * Something else was asked before under this id; nothing was added.
   *
   * @param row that other message, with its fingerprint and status
   */
  record Conflict(OutboxRow row) implements Enqueued {}

  /**
   * Nothing was kept.
   *
   * @param reason what is full or failed, for people
   */
  record Refused(String reason) implements Enqueued {}
}

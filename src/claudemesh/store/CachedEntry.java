package claudemesh.store;

/**
 * One queued row of the table {@code mail}, a message in a mailbox. Its sequence is the row's
 * number. Guarded by the store's lock, but for what is final.
 */
final class CachedEntry extends Entry {

  /** The number of the message's first row. */
  final long first;

  /** How many rows the message has, queued or not. */
  final int rows;

  /** Whether it was the only queued row of its message when this was made; it stays so. */
  final boolean alone;

  /** The text while there is room to keep it at hand; null if it must be read. */
  String payload;

  CachedEntry(
      String mailbox,
      long no,
      long first,
      int rows,
      String messageId,
      String clientMessageId,
      int urgency,
      int chars,
      boolean alone) {
    super(mailbox, no, messageId, clientMessageId, urgency, chars);
    this.first = first;
    this.rows = rows;
    this.alone = alone;
  }
}

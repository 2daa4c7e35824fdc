package claudemesh.store;

/**
 * One unsettled message in one mailbox, as far as a claim needs it. Guarded by the store's lock.
 */
class Entry {

  final String mailbox;

  /** Its place in the order of the store's appends. */
  final long sequence;

  final String messageId;

  /** Null if the sender gave none. */
  final String clientMessageId;

  final int urgency;

  /** The length of the payload, which may itself be elsewhere. */
  final int chars;

  /** Who holds it; null while it waits or once it is over. */
  String owner;

  long heldUntilNanos;

  Entry(
      String mailbox,
      long sequence,
      String messageId,
      String clientMessageId,
      int urgency,
      int chars) {
    this.mailbox = mailbox;
    this.sequence = sequence;
    this.messageId = messageId;
    this.clientMessageId = clientMessageId;
    this.urgency = urgency;
    this.chars = chars;
  }
}

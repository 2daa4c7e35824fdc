package claudemesh.store;

import claudemesh.store.MessageStatus.Delivery;
import claudemesh.store.MessageStatus.State;
import java.time.Instant;
import java.util.Optional;

/** One message in one mailbox, in memory. Guarded by the store's lock. */
final class Entry {

  final KeptMessage message;
  final String mailbox;
  final long sequence;

  /** Who holds it; null while it waits or once it is over. */
  String owner;

  long heldUntilNanos;

  State state = State.QUEUED;
  private Instant since;
  private String reason;

  Entry(KeptMessage message, String mailbox, long sequence) {
    this.message = message;
    this.mailbox = mailbox;
    this.sequence = sequence;
  }

  void end(State ending, Instant when, String why) {
    state = ending;
    since = when;
    reason = why;
  }

  Delivery delivery() {
    return new Delivery(mailbox, state, Optional.ofNullable(since), Optional.ofNullable(reason));
  }

  StoredMessage stored() {
    return new StoredMessage(message.messageId, message.urgency, message.payload);
  }
}

package claudemesh.store;

import claudemesh.store.MessageStatus.Delivery;
import claudemesh.store.MessageStatus.State;
import java.time.Instant;
import java.util.Optional;

/** One message in one mailbox, in memory, settled or not. Guarded by the store's lock. */
final class KeptEntry extends Entry {

  final KeptMessage message;

  State state = State.QUEUED;
  private Instant since;
  private String reason;

  KeptEntry(KeptMessage message, String mailbox, long sequence) {
    super(
        mailbox,
        sequence,
        message.messageId,
        message.clientMessageId,
        message.urgency,
        message.payload.length());
    this.message = message;
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

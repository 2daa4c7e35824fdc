package claudemesh.store;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** One message in memory with its entries. Guarded by the store's lock. */
final class KeptMessage {

  final String messageId;
  final String sender;

  /** Null if the sender gave none. */
  final String clientMessageId;

  final String target;
  final int urgency;
  final Instant createdAt;

  /** By mailbox, in the order given. */
  final Map<String, KeptEntry> entries;

  /** Dropped once nobody waits for it any more. */
  String payload;

  int open;

  KeptMessage(NewMessage message) {
    messageId = message.messageId();
    sender = message.sender();
    clientMessageId = message.clientMessageId().orElse(null);
    target = message.target();
    urgency = message.urgency();
    createdAt = message.createdAt();
    payload = message.payload();
    entries = LinkedHashMap.newLinkedHashMap(message.mailboxes().size());
  }

  MessageStatus status() {
    return new MessageStatus(
        messageId, sender, target, entries.values().stream().map(KeptEntry::delivery).toList());
  }
}

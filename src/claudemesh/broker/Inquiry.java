package claudemesh.broker;

import claudemesh.protocol.BrokerMessage.MessageStatusResult;
import claudemesh.protocol.BrokerMessage.Recipient;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.ErrorCode;
import claudemesh.store.MailboxStore;
import claudemesh.store.MessageStatus;
import claudemesh.store.MessageStatus.Delivery;
import claudemesh.store.MessageStatus.State;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What became of a message (protocol.md §5), for those whom it concerns. Holds no lock. */
final class Inquiry {

  private final MeshRoom room;
  private final MailboxStore store;

  Inquiry(MeshRoom room, MailboxStore store) {
    this.room = room;
    this.store = store;
  }

  MessageStatusResult answer(Presence asker, ClientMessage.MessageStatus request) {
    // A message of others is as unknown as one that never was.
    MessageStatus status =
        store
            .status(request.messageId())
            .filter(found -> concerns(asker, found))
            .orElseThrow(() -> new RequestRefused(ErrorCode.NOT_FOUND, "message not found"));
    Optional<Instant> first =
        status.deliveries().stream()
            .filter(
                delivery -> delivery.state() == State.DELIVERED || delivery.state() == State.READ)
            .flatMap(delivery -> delivery.since().stream())
            .min(Instant::compareTo);
    List<Recipient> recipients = status.deliveries().stream().map(this::recipient).toList();
    return new MessageStatusResult(
        status.messageId(),
        status.target(),
        first.isPresent(),
        first.map(Stamps::iso),
        recipients,
        request.reqId());
  }

  private static boolean concerns(Presence asker, MessageStatus status) {
    return status.sender().equals(asker.member.memberId())
        || status.deliveries().stream()
            .anyMatch(delivery -> asker.mailboxes.contains(delivery.mailbox()));
  }

  private Recipient recipient(Delivery delivery) {
    return new Recipient(
        room.nameOf(delivery.mailbox()),
        Mailboxes.keyOf(delivery.mailbox()),
        delivery.state().name().toLowerCase(Locale.ROOT),
        delivery.reason());
  }
}

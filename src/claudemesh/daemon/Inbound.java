package claudemesh.daemon;

import claudemesh.client.InboundMessage;
import claudemesh.json.Log;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxRecipient;
import claudemesh.store.InboxSender;
import claudemesh.store.NewIncoming;
import claudemesh.store.Received;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What comes in over one connection: into the inbox, and once it is safe on disk acknowledged and
 * told. A message that was there already is acknowledged too; one that could not be kept, or not be
 * opened, is not, and the broker keeps it.
 *
 * <p>Whose inbox it is in depends on the key that opened it, not on the connection that brought it:
 * a broker hands mail for the member to each of the member's connections, and it is one message all
 * the same. Called by the connection's thread; the store's answers come on a thread of its own.
 */
final class Inbound {

  private static final int SHORT_NAME = 8;

  private final MeshConnection connection;
  private final DaemonParts parts;

  Inbound(MeshConnection connection, DaemonParts parts) {
    this.connection = connection;
    this.parts = parts;
  }

  /** Keeps a message. Waits while the store has too much to do, and the broker with it. */
  void keep(InboundMessage message) {
    NewIncoming incoming = incoming(message);
    parts.inbox().append(incoming, outcome -> kept(message, incoming, outcome));
  }

  private void kept(InboundMessage message, NewIncoming incoming, Received outcome) {
    switch (outcome) {
      case Received.Stored stored -> {
        connection.client().acknowledge(message);
        tell(stored.id(), incoming);
      }
      case Received.Duplicate duplicate -> {
        if (!duplicate.unreadable()) { // what nobody could read is never acknowledged as read
          connection.client().acknowledge(message);
        }
      }
      case Received.Refused refused ->
          Log.error("message_not_kept", "message_id", message.messageId(), "why", refused.reason());
    }
  }

  private void tell(String id, NewIncoming incoming) {
    Optional<String> session =
        incoming.recipient().kind() == InboxRecipient.Kind.SESSION
            ? Optional.of(incoming.recipient().key())
            : Optional.empty();
    String mesh = incoming.recipient().mesh();
    parts
        .events()
        .publish(
            Events.Kind.MESSAGE,
            new Events.Scope(Optional.of(mesh), session),
            MessageJson.encode(id, parts.clock().wallTime(), connection.mesh().slug(), incoming));
  }

  /**
   * Keeps aside what cannot be opened. It is never acknowledged, and told to nobody as a message.
   */
  void keepAside(Push push, String why) {
    NewIncoming aside =
        new NewIncoming(
            recipient(connection.pubkey()),
            new InboxSender(push.senderPubkey(), push.senderMemberPubkey(), push.senderName()),
            push.clientMessageId(),
            push.messageId(),
            push.topic(),
            push.replyToId(),
            push.priority().word(),
            instant(push.createdAt()),
            new InboxContent.Unreadable(push.nonce(), push.ciphertext(), why));
    parts
        .inbox()
        .append(
            aside,
            outcome -> {
              if (outcome instanceof Received.Refused refused) {
                Log.error("unreadable_not_kept", "id", push.messageId(), "why", refused.reason());
              }
            });
  }

  private NewIncoming incoming(InboundMessage message) {
    Optional<String> memberKey =
        Optional.of(message.senderMemberPubkey()).filter(key -> !key.isEmpty());
    return new NewIncoming(
        recipient(message.recipient()),
        new InboxSender(message.senderPubkey(), memberKey, Optional.of(senderName(message))),
        Optional.of(message.id()),
        message.messageId(),
        message.topic(),
        message.replyToId(),
        message.priority().word(),
        instant(message.createdAt()),
        new InboxContent.Readable(message.text(), message.encrypted()));
  }

  private InboxRecipient recipient(String key) {
    boolean session =
        connection.kind() == MeshConnection.Kind.SESSION && key.equals(connection.pubkey());
    return new InboxRecipient(
        connection.mesh().meshId(),
        key,
        session ? InboxRecipient.Kind.SESSION : InboxRecipient.Kind.MEMBER);
  }

  // Deployed brokers name nobody on direct messages: then the peer list does, else the key.
  private String senderName(InboundMessage message) {
    if (!message.from().isEmpty()) {
      return message.from();
    }
    String key = message.senderPubkey();
    return connection
        .mesh()
        .nameOf(key)
        .orElseGet(() -> key.substring(0, Math.min(SHORT_NAME, key.length())));
  }

  private Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return parts.clock().wallTime(); // a broker that tells no time: when it came will do
    }
  }
}

package claudemesh.broker;

import claudemesh.broker.Router.Routed;
import claudemesh.crypto.Ids;
import claudemesh.http.WsConnection;
import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.ClientMessage.Send;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.Target;
import claudemesh.store.Appended;
import claudemesh.store.NewMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one connection sends (protocol.md §5): throttled, checked, routed, appended, acknowledged.
 * Runs on that connection's thread, one message after the other, which is what keeps the order.
 */
final class Sending {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final Duration SLICE = Duration.ofMillis(250);
  private static final int LONGEST_ID = 256;

  private final MeshRoom room;
  private final BrokerParts parts;
  private final Presence sender;
  private final WsConnection connection;

  Sending(MeshRoom room, BrokerParts parts, Presence sender, WsConnection connection) {
    this.room = room;
    this.parts = parts;
    this.sender = sender;
    this.connection = connection;
  }

  void send(Send send) {
    requireShortIds(send);
    Optional<String> refusal = tooLarge(send);
    if (refusal.isPresent()) {
      refuse(send, refusal.get());
    } else if (!awaitTurn()) {
      refuse(
          send,
          "rate_limit: more than "
              + parts.options().sendsPerSecond()
              + " messages a second, and the wait would exceed "
              + LONGEST_WAIT.toSeconds()
              + " s");
    } else {
      route(send);
    }
  }

  private static void requireShortIds(Send send) {
    RequestRefused.requireLength("id", send.id().length(), LONGEST_ID);
    RequestRefused.requireLength("client_message_id", send.clientMessageId().length(), LONGEST_ID);
    send.requestFingerprint()
        .ifPresent(
            text -> RequestRefused.requireLength("request_fingerprint", text.length(), LONGEST_ID));
    send.replyToId()
        .ifPresent(text -> RequestRefused.requireLength("replyToId", text.length(), LONGEST_ID));
  }

  private Optional<String> tooLarge(Send send) {
    int chars = send.ciphertext().length() + send.nonce().length() + send.targetSpec().length();
    int most = parts.options().maxMessageChars();
    return chars <= most
        ? Optional.empty()
        : Optional.of("payload too large: " + chars + " characters, at most " + most);
  }

  /**
   * Waits for this member's turn. Meanwhile nothing more is read from the connection, so its peer
   * feels it as back pressure, and nothing overtakes.
   */
  private boolean awaitTurn() {
    Optional<Duration> wait = sender.bucket.take(LONGEST_WAIT);
    if (wait.isEmpty()) {
      return false;
    }
    try {
      Duration left = wait.get();
      while (left.isPositive() && connection.isOpen()) {
        Duration slice = left.compareTo(SLICE) < 0 ? left : SLICE;
        parts.options().sleeper().sleep(slice);
        left = left.minus(slice);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void route(Send send) {
    Target target;
    try {
      target = Target.parse(send.targetSpec());
    } catch (IllegalArgumentException e) {
      refuse(send, "no connected peer for target " + send.targetSpec() + ": " + e.getMessage());
      return;
    }
    Routed routed = room.route(sender, target);
    switch (routed.route()) {
      case Router.Route.Nowhere nowhere -> refuse(send, nowhere.why());
      case Router.Route.To to -> append(send, to.mailboxes(), routed.senderName());
    }
  }

  private void append(Send send, List<String> mailboxes, String senderName) {
    String messageId = Ids.random32();
    Instant now = parts.clock().wallTime();
    // A message without an id of its sender's is a new one each time.
    Optional<String> clientId = Optional.of(send.clientMessageId()).filter(id -> !id.isEmpty());
    NewMessage message =
        new NewMessage(
            messageId,
            sender.member.memberId(),
            clientId,
            send.targetSpec(),
            send.priority().ordinal(),
            mailboxes,
            push(send, messageId, clientId, now, senderName),
            now);
    parts.store().append(message, outcome -> appended(send, mailboxes, outcome));
  }

  // The same text for every recipient, so it is made once however many there are.
  private String push(
      Send send, String messageId, Optional<String> clientId, Instant now, String senderName) {
    return MessageCodec.encode(
        new Push(
            messageId,
            room.meshId(),
            sender.pubkey(),
            send.priority(),
            send.nonce(),
            send.ciphertext(),
            Stamps.iso(now),
            clientId,
            send.requestFingerprint(),
            Optional.of(sender.member.pubkey()),
            Optional.of(sender.member.memberId()),
            Optional.of(senderName),
            Optional.empty(),
            send.replyToId(),
            Optional.of(send.targetSpec())));
  }

  private void appended(Send send, List<String> mailboxes, Appended outcome) {
    switch (outcome) {
      case Appended.Stored stored -> {
        ack(send, stored.messageId());
        room.deliver(mailboxes);
      }
      case Appended.Duplicate duplicate -> ack(send, duplicate.messageId());
      case Appended.Refused refused -> refuse(send, "mailbox_full: " + refused.reason());
    }
  }

  private void ack(Send send, String messageId) {
    reply(new Ack(send.id(), messageId, true, Optional.empty(), Optional.empty()));
  }

  private void refuse(Send send, String error) {
    reply(new Ack(send.id(), "", false, Optional.of(error), Optional.empty()));
  }

  private void reply(Ack ack) {
    connection.send(MessageCodec.encode(ack));
  }
}

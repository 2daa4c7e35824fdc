package claudemesh.broker;

import claudemesh.broker.Metrics.Counter;
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
 *
 * <p>The store tells later, on a thread of its own, that a message is safe. Only then it is handed
 * on, and after that acknowledged.
 */
final class Sending {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final Duration SLICE = Duration.ofMillis(250);
  private static final int LONGEST_ID = 256;

  private final MeshRoom room;
  private final BrokerParts parts;
  private final Presence sender;
  private final WsConnection connection;
  private final Acks acks;

  Sending(MeshRoom room, BrokerParts parts, Presence sender, WsConnection connection) {
    this.room = room;
    this.parts = parts;
    this.sender = sender;
    this.connection = connection;
    this.acks = new Acks(connection);
  }

  void send(Send send) {
    requireShortIds(send);
    Reply reply = new Reply(send, acks.next());
    try {
      answer(send, reply);
    } catch (RuntimeException e) {
      reply.slot.cancel(); // an error frame is the answer
      throw e;
    }
  }

  private void answer(Send send, Reply reply) {
    Optional<String> refusal = tooLarge(send);
    if (refusal.isPresent()) {
      reply.refuse("too_large", refusal.get());
    } else if (!awaitTurn()) {
      reply.refuse(
          "rate_limit",
          "rate_limit: more than "
              + parts.options().sendsPerSecond()
              + " messages a second, and the wait would exceed "
              + LONGEST_WAIT.toSeconds()
              + " s");
    } else {
      route(send, reply);
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
      if (left.isPositive()) {
        parts.metrics().add(Counter.THROTTLED);
      }
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

  private void route(Send send, Reply reply) {
    Target target;
    try {
      target = Target.parse(send.targetSpec());
    } catch (IllegalArgumentException e) {
      reply.refuse(
          "no_recipient",
          "no connected peer for target " + send.targetSpec() + ": " + e.getMessage());
      return;
    }
    Routed routed = room.route(sender, target);
    switch (routed.route()) {
      case Router.Route.Nowhere nowhere -> reply.refuse("no_recipient", nowhere.why());
      case Router.Route.To to -> append(send, to.mailboxes(), routed.senderName(), reply);
    }
  }

  private void append(Send send, List<String> mailboxes, String senderName, Reply reply) {
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
    parts.store().append(message, outcome -> appended(mailboxes, reply, outcome));
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

  // On a thread that tells others too: takes the room's lock for a moment, and waits for nothing.
  private void appended(List<String> mailboxes, Reply reply, Appended outcome) {
    switch (outcome) {
      case Appended.Stored stored -> {
        try {
          room.deliver(mailboxes);
        } finally {
          reply.queued(stored.messageId()); // it is safe, whatever became of the rest
        }
      }
      case Appended.Duplicate duplicate -> reply.duplicate(duplicate.messageId());
      case Appended.Refused refused -> reply.refuse("full", "mailbox_full: " + refused.reason());
      case Appended.Failed failed -> reply.refuse("not_stored", "try_again: " + failed.reason());
    }
  }

  /** The answer to one send. */
  private final class Reply {
    private final Send send;
    private final Acks.Slot slot;

    Reply(Send send, Acks.Slot slot) {
      this.send = send;
      this.slot = slot;
    }

    void queued(String messageId) {
      parts.metrics().add(Counter.ROUTED, Metrics.priority(send.priority().word()));
      ack(messageId);
    }

    void duplicate(String messageId) {
      parts.metrics().add(Counter.DUPLICATES);
      ack(messageId);
    }

    private void ack(String messageId) {
      slot.settle(new Ack(send.id(), messageId, true, Optional.empty(), Optional.empty()));
    }

    void refuse(String reason, String error) {
      parts.metrics().add(Counter.MESSAGES_REJECTED, Metrics.reason(reason));
      slot.settle(new Ack(send.id(), "", false, Optional.of(error), Optional.empty()));
    }
  }
}

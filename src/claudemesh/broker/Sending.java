package claudemesh.broker;

import claudemesh.broker.Metrics.Counter;
import claudemesh.broker.Router.Routed;
import claudemesh.crypto.Ids;
import claudemesh.http.WsConnection;
import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.ClientMessage.Send;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.Priority;
import claudemesh.protocol.StatedLimits;
import claudemesh.protocol.Target;
import claudemesh.store.Appended;
import claudemesh.store.NewMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
  static final int LONGEST_ID = 256;
  private static final int MOST_HELD_BACK = 4_096;

  private final MeshRoom room;
  private final BrokerParts parts;
  private final Presence sender;
  private final WsConnection connection;
  private final Acks acks;
  // Ids of sends that were refused for now and not sent again since: nothing sent behind one of
  // them may overtake it. What the store could not keep, it knows itself.
  private final Set<String> refusedForNow = new LinkedHashSet<>();

  Sending(MeshRoom room, BrokerParts parts, Presence sender, WsConnection connection) {
    this.room = room;
    this.parts = parts;
    this.sender = sender;
    this.connection = connection;
    this.acks = new Acks(connection);
  }

  void send(Send send) {
    requireShortIds(send);
    Reply reply = new Reply(send.id(), send.priority(), acks.next());
    try {
      answer(send, reply);
    } catch (RuntimeException e) {
      reply.slot.cancel(); // an error frame is the answer
      if (!(e instanceof RequestRefused)) {
        holdBackWhatFollows(send.id());
      }
      throw e;
    }
  }

  private void answer(Send send, Reply reply) {
    Optional<String> refusal = tooLarge(send);
    if (refusal.isPresent()) {
      reply.refuse("too_large", refusal.get());
    } else if (send.afterId().filter(refusedForNow::contains).isPresent()) {
      reply.refuseForNow("out_of_turn", "try_again: a message sent before it was refused for now");
    } else if (!awaitTurn()) {
      reply.refuseForNow(
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

  private void holdBackWhatFollows(String id) {
    refusedForNow.add(id);
    if (refusedForNow.size() > MOST_HELD_BACK) {
      refusedForNow.remove(refusedForNow.iterator().next());
    }
  }

  private static void requireShortIds(Send send) {
    RequestRefused.requireLength("id", send.id().length(), LONGEST_ID);
    RequestRefused.requireLength("client_message_id", send.clientMessageId().length(), LONGEST_ID);
    send.requestFingerprint()
        .ifPresent(
            text -> RequestRefused.requireLength("request_fingerprint", text.length(), LONGEST_ID));
    send.afterId()
        .ifPresent(text -> RequestRefused.requireLength("afterId", text.length(), LONGEST_ID));
    send.replyToId()
        .ifPresent(text -> RequestRefused.requireLength("replyToId", text.length(), LONGEST_ID));
  }

  private Optional<String> tooLarge(Send send) {
    int chars = StatedLimits.size(send);
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
      reply.refuseForNow(
          "no_recipient",
          "no connected peer for target " + send.targetSpec() + ": " + e.getMessage());
      return;
    }
    Routed routed = room.route(sender, target);
    switch (routed.route()) {
      case Router.Route.Nowhere nowhere when nowhere.passes() ->
          reply.refuseForNow(nowhere.counted(), nowhere.why());
      case Router.Route.Nowhere nowhere -> reply.refuse(nowhere.counted(), nowhere.why());
      case Router.Route.To to -> append(send, to, routed.senderName(), reply);
    }
  }

  private void append(Send send, Router.Route.To to, String senderName, Reply reply) {
    refusedForNow.remove(send.id());
    List<String> mailboxes = to.mailboxes();
    Instant now = parts.clock().wallTime();
    // Ordered, so that the store adds to the end of its index and not all over it.
    String messageId = Ids.ordered32(now);
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
            push(send, messageId, clientId, now, senderName, to.topic()),
            now,
            to.topic().map(topic -> TopicDesk.logOf(room.meshId(), topic.id())),
            send.afterId());
    parts.store().append(message, outcome -> appended(mailboxes, reply, outcome));
  }

  // The same text for every recipient, so it is made once however many there are.
  private String push(
      Send send,
      String messageId,
      Optional<String> clientId,
      Instant now,
      String senderName,
      Optional<Topics.Found> topic) {
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
            topic.map(Topics.Found::name),
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
    // Not the whole send: thousands wait for the disk at once, and its text is in the store by
    // then.
    private final String id;
    private final Priority priority;
    private final Acks.Slot slot;

    Reply(String id, Priority priority, Acks.Slot slot) {
      this.id = id;
      this.priority = priority;
      this.slot = slot;
    }

    void queued(String messageId) {
      parts.metrics().add(Counter.ROUTED, Metrics.priority(priority.word()));
      ack(messageId);
    }

    void duplicate(String messageId) {
      parts.metrics().add(Counter.DUPLICATES);
      ack(messageId);
    }

    private void ack(String messageId) {
      slot.settle(new Ack(id, messageId, true, Optional.empty(), Optional.empty()));
    }

    /** The same send may succeed later; what was sent behind it waits for that. */
    void refuseForNow(String reason, String error) {
      holdBackWhatFollows(id);
      refuse(reason, error);
    }

    void refuse(String reason, String error) {
      parts
          .refusals()
          .messageRefused(reason, room.meshId(), sender.pubkey(), connection.remoteAddress());
      slot.settle(new Ack(id, "", false, Optional.of(error), Optional.empty()));
    }
  }
}

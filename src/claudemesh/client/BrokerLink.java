package claudemesh.client;

import claudemesh.crypto.CannotOpenException;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.PlainBody;
import claudemesh.crypto.RequestFingerprint;
import claudemesh.crypto.Sealed;
import claudemesh.json.Json;
import claudemesh.json.Log;
import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.HelloReply;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.SendRefusedException;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsListener;
import claudemesh.lifecycle.WsOptions;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.StatedLimits;
import claudemesh.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What both clients share: one lifecycle to a broker, the sends and requests under way on it, and
 * the opening, deduplication and acknowledging of what comes in. The clients differ in which hello
 * they send and which keys they box with. Thread-safe.
 */
final class BrokerLink implements WsListener<BrokerMessage> {

  /** Deployed brokers' limit on ciphertext, nonce and target together (protocol.md §1). */
  private static final long DEFAULT_MESSAGE_LIMIT = 65_536;

  /** Redeliveries come within seconds; this many messages back is minutes at full rate. */
  private static final int REMEMBERED = 20_000;

  private final String ownKey;
  private final PushOpener.OwnBox ownBox;
  private final PushOpener opener;
  private final ClientListener listener;
  private final Predicate<BrokerMessage.SystemEvent> wantsEvent;
  private final PendingReplies pending;
  private final SeenMessages seen = new SeenMessages(REMEMBERED);
  private final List<Runnable> statusCalls = new CopyOnWriteArrayList<>();
  private final WsLifecycle<BrokerMessage> lifecycle;
  private volatile boolean keepsOrder;
  private volatile StatedLimits limits = StatedLimits.NONE;

  /**
   * A link that does nothing until {@link #begin}: its client has to be whole before it can hear.
   *
   * @param brokerUrl where to
   * @param hello makes the hello of each connection
   * @param keys our keys; the first one seals, all of them are tried for opening
   * @param options patience and tuning
   * @param listener hears what comes in
   * @param wantsEvent which system events to hand on
   */
  BrokerLink(
      String brokerUrl,
      Supplier<ClientMessage> hello,
      List<Ed25519KeyPair> keys,
      ClientOptions options,
      ClientListener listener,
      Predicate<BrokerMessage.SystemEvent> wantsEvent) {
    List<PushOpener.OwnBox> boxes = keys.stream().map(PushOpener.OwnBox::new).toList();
    this.ownKey = keys.getFirst().publicHex();
    this.ownBox = boxes.getFirst();
    this.opener = new PushOpener(boxes);
    this.listener = listener;
    this.wantsEvent = wantsEvent;
    this.pending = new PendingReplies(options.requestTimeout());
    WsOptions.Builder<BrokerMessage> builder =
        WsOptions.of(brokerUrl, MessageCodec::decodeFromBroker)
            .hello(attempt -> MessageCodec.encode(hello.get()))
            .ack(BrokerLink::replyToHello)
            .retryRule(new MeshRetryRule())
            .listener(this);
    this.lifecycle = WsLifecycle.create(options.tuning().apply(builder).build());
  }

  void begin() {
    lifecycle.begin();
  }

  private static HelloReply replyToHello(BrokerMessage message) {
    return switch (message) {
      case BrokerMessage.HelloAck ack -> HelloReply.ACCEPTED;
      case BrokerMessage.Error error -> new HelloReply.Refused(error.code(), error.message());
      default -> HelloReply.OTHER;
    };
  }

  WsStatus status() {
    return lifecycle.status();
  }

  Optional<Ending> lastEnding() {
    return lifecycle.lastEnding();
  }

  void awaitOpen(Duration timeout) throws NotOpenException, InterruptedException {
    lifecycle.awaitOpen(timeout);
  }

  void probe() {
    lifecycle.probe();
  }

  void close() {
    lifecycle.close();
  }

  boolean keepsOrder() {
    return keepsOrder;
  }

  void onStatusChange(Runnable call) {
    statusCalls.add(call);
  }

  // ── out ──────────────────────────────────────────────────────────────────────────────────────

  CompletableFuture<BrokerSendResult> send(OutgoingMessage message, Optional<String> afterId) {
    ClientMessage.Send frame;
    try {
      frame = seal(message, afterId);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(new BrokerSendResult.Permanent(e.getMessage()));
    }
    int size = StatedLimits.size(frame);
    long most = limits.get(StatedLimits.Limit.MESSAGE).orElse(DEFAULT_MESSAGE_LIMIT);
    if (size > most) {
      return CompletableFuture.completedFuture(
          new BrokerSendResult.Permanent(
              "payload too large: " + size + " characters, the broker takes " + most));
    }
    return pending.send(message.id(), () -> lifecycle.send(MessageCodec.encode(frame)));
  }

  private ClientMessage.Send seal(OutgoingMessage message, Optional<String> afterId) {
    requireUnicode(message.text());
    Sealed body =
        message.target() instanceof Target.Peer peer
            ? ownBox.box().seal(peer.pubkey(), message.text())
            : PlainBody.encode(message.text());
    return new ClientMessage.Send(
        message.id(),
        message.id(),
        Optional.of(fingerprint(message)),
        message.target().spec(),
        message.priority(),
        body.nonce(),
        body.ciphertext(),
        message.mentions(),
        message.replyToId(),
        OptionalLong.empty(),
        afterId);
  }

  private static String fingerprint(OutgoingMessage message) {
    String kind = message.target().isBoxed() ? "dm" : "topic";
    return RequestFingerprint.of(
        kind,
        message.target().spec(),
        message.replyToId().orElse(null),
        message.priority().word(),
        null,
        message.text());
  }

  // Inside a box nobody downstream would notice that UTF-8 has put a question mark there.
  private static void requireUnicode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "the text has half a surrogate pair, which UTF-8 cannot carry");
    }
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @param request makes the request with the correlation id it is given
   * @param replyType the reply's type
   */
  <R extends BrokerMessage> CompletableFuture<R> request(
      PendingReplies.Request request, Class<R> replyType) {
    Optional<String> fault = limits.fault(request.with(Optional.empty()));
    if (fault.isPresent()) {
      return CompletableFuture.failedFuture(overLimit(fault.get()));
    }
    return pending.request(
        reqId -> lifecycle.send(MessageCodec.encode(request.with(Optional.of(reqId)))), replyType);
  }

  /** Sends what has no reply; done when it was taken for sending. */
  CompletableFuture<Void> tell(ClientMessage message) {
    Optional<String> fault = limits.fault(message);
    if (fault.isPresent()) {
      return CompletableFuture.failedFuture(overLimit(fault.get()));
    }
    try {
      lifecycle.send(MessageCodec.encode(message));
      return CompletableFuture.completedFuture(null);
    } catch (SendRefusedException e) {
      return CompletableFuture.failedFuture(PendingReplies.notSent(e));
    }
  }

  // The broker would refuse it, and for what has no reply nobody would hear of that.
  private static RequestException overLimit(String words) {
    return new RequestException(RequestException.Cause.NOT_SENT, "", "not sent: " + words);
  }

  /** Opens messages of a topic's history; what cannot be opened is left out, and logged. */
  List<InboundMessage> open(List<BrokerMessage.Push> posts) {
    List<InboundMessage> opened = new ArrayList<>();
    for (BrokerMessage.Push post : posts) {
      try {
        opened.add(opener.open(post));
      } catch (CannotOpenException e) {
        Log.warn("post_unreadable", "message_id", post.messageId(), "why", e.getMessage());
      }
    }
    return opened;
  }

  void acknowledge(InboundMessage message) {
    if (!listener.knowsRedeliveries()) {
      seen.acknowledge(keyOf(message));
    }
    tellReceived(message.id(), message.messageId());
  }

  private void tellReceived(String identity, String messageId) {
    tell(new ClientMessage.ClientAck(Optional.of(identity), Optional.of(messageId)))
        // The broker delivers it again, and it is acknowledged then.
        .exceptionally(failure -> null);
  }

  // ── in, on the connection's thread ───────────────────────────────────────────────────────────

  @Override
  public void onHelloAck(BrokerMessage ack) {
    Optional<Json> stated = ((BrokerMessage.HelloAck) ack).limits().filter(Json::isObject);
    keepsOrder = stated.isPresent();
    limits = stated.map(StatedLimits::decode).orElse(StatedLimits.NONE);
  }

  @Override
  public void onStatus(StatusChange change) {
    if (change.status() != WsStatus.OPEN) {
      String cause = change.cause().map(ending -> ending.words()).orElse("connecting");
      pending.disconnected(cause);
    }
    statusCalls.forEach(Runnable::run);
    listener.onStatus(change);
  }

  @Override
  public void onDisconnect(Disconnect disconnect) {
    listener.onDisconnect(disconnect);
  }

  @Override
  public void onMessage(BrokerMessage message) {
    switch (message) {
      case BrokerMessage.Ack ack -> pending.settle(ack);
      case BrokerMessage.Push push -> receive(push);
      case BrokerMessage.SystemEvent event -> {
        if (wantsEvent.test(event)) {
          listener.onEvent(event);
        }
      }
      case BrokerMessage.StateChange change -> listener.onStateChange(change);
      case BrokerMessage.Error error -> settleOrLog(error);
      default -> pending.settle(message);
    }
  }

  private void settleOrLog(BrokerMessage.Error error) {
    if (!pending.settle(error)) {
      Log.warn("broker_error", "code", error.code(), "message", error.message());
    }
  }

  private void receive(BrokerMessage.Push push) {
    if (push.senderPubkey().equals(ownKey)) { // our own words, come back
      tellReceived(push.identity(), push.messageId());
      return;
    }
    InboundMessage message;
    try {
      message = opener.open(push);
    } catch (CannotOpenException e) {
      Log.warn("message_unreadable", "message_id", push.messageId(), "why", e.getMessage());
      listener.onUnreadable(push, e.getMessage());
      return;
    }
    if (listener.knowsRedeliveries()) {
      listener.onMessage(message);
      return;
    }
    switch (seen.handOn(keyOf(message))) {
      case NEW -> handOn(message);
      case HANDED_ON -> {} // its handler acknowledges it when it is safe
      case ACKNOWLEDGED -> acknowledge(message);
    }
  }

  private void handOn(InboundMessage message) {
    boolean handled = false;
    try {
      listener.onMessage(message);
      handled = true;
    } finally {
      if (!handled) {
        seen.forget(keyOf(message));
      }
    }
  }

  // With the sender's key: nobody can hide another's message by using its id first.
  private static String keyOf(InboundMessage message) {
    return message.senderPubkey() + "/" + message.id();
  }
}

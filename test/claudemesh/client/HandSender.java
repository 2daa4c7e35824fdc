package claudemesh.client;

import claudemesh.lifecycle.WsStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** A sender whose results and status are in the hands of a test. */
final class HandSender implements BrokerSender {

  /** One call of {@link #send}. */
  record Sent(OutgoingMessage message, CompletableFuture<BrokerSendResult> result) {
    void accept() {
      result.complete(new BrokerSendResult.Accepted("b-" + message.id()));
    }

    void isUnknown() {
      result.complete(new BrokerSendResult.Unknown("lost"));
    }

    void isTransient() {
      result.complete(new BrokerSendResult.Transient("rate_limit: slower"));
    }

    void isRefused() {
      result.complete(new BrokerSendResult.Permanent("blocked by recipient grants"));
    }
  }

  private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
  private final Map<String, String> behind = new ConcurrentHashMap<>();
  private final List<Runnable> calls = new CopyOnWriteArrayList<>();
  private volatile WsStatus status = WsStatus.OPEN;
  volatile boolean keepsOrder = true;
  volatile Consumer<OutgoingMessage> whileSending = message -> {};

  @Override
  public CompletableFuture<BrokerSendResult> send(OutgoingMessage message) {
    whileSending.accept(message);
    Sent call = new Sent(message, new CompletableFuture<>());
    if (status == WsStatus.OPEN) {
      sent.add(call);
    } else {
      call.result().complete(new BrokerSendResult.Transient("not sent: " + status.word()));
    }
    return call.result();
  }

  @Override
  public CompletableFuture<BrokerSendResult> send(
      OutgoingMessage message, Optional<String> afterId) {
    behind.put(message.id(), afterId.orElse(""));
    return send(message);
  }

  /** Behind which message another one was last sent; empty text for none. */
  String behind(String id) {
    return behind.get(id);
  }

  @Override
  public WsStatus status() {
    return status;
  }

  @Override
  public boolean keepsOrder() {
    return keepsOrder;
  }

  @Override
  public void onStatusChange(Runnable call) {
    calls.add(call);
  }

  void become(WsStatus next) {
    status = next;
    calls.forEach(Runnable::run);
  }

  /** The next message that was sent. */
  Sent next() {
    return Awaited.next(sent, "send");
  }

  Sent next(String id) {
    Sent next = next();
    if (!next.message().id().equals(id)) {
      throw new AssertionError("expected " + id + ", sent was " + next.message());
    }
    return next;
  }

  boolean hasMore() {
    return !sent.isEmpty();
  }
}

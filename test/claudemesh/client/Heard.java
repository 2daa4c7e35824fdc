package claudemesh.client;

import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Notes everything a client tells its listener, in the order told. */
final class Heard implements ClientListener {

  /** A message that could not be opened. */
  record Unreadable(String messageId, String senderPubkey, String why) {}

  /** Everything but statuses, in order. */
  private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

  private final BlockingQueue<StatusChange> statuses = new LinkedBlockingQueue<>();
  private final BlockingQueue<Disconnect> disconnects = new LinkedBlockingQueue<>();
  private volatile Consumer<InboundMessage> handler = message -> {};

  /** What to do with messages besides noting them. */
  Heard onMessageDo(Consumer<InboundMessage> action) {
    handler = action;
    return this;
  }

  @Override
  public void onMessage(InboundMessage message) {
    all.add(message);
    handler.accept(message);
  }

  @Override
  public void onUnreadable(Push push, String why) {
    all.add(new Unreadable(push.messageId(), push.senderPubkey(), why));
  }

  @Override
  public void onEvent(SystemEvent event) {
    all.add(event);
  }

  @Override
  public void onStateChange(StateChange change) {
    all.add(change);
  }

  @Override
  public void onStatus(StatusChange change) {
    statuses.add(change);
  }

  @Override
  public void onDisconnect(Disconnect disconnect) {
    disconnects.add(disconnect);
  }

  /** The next thing heard, which must be of a kind. */
  <T> T next(Class<T> kind) {
    Object next = Awaited.next(all, kind.getSimpleName());
    if (!kind.isInstance(next)) {
      throw new AssertionError("expected " + kind.getSimpleName() + ", heard " + next);
    }
    return kind.cast(next);
  }

  InboundMessage message() {
    return next(InboundMessage.class);
  }

  boolean hasMore() {
    return !all.isEmpty();
  }

  Disconnect disconnect() {
    return Awaited.next(disconnects, "disconnect");
  }

  /** Waits for a status, reading past others. */
  StatusChange await(WsStatus status) {
    StatusChange change = Awaited.next(statuses, status.word());
    while (change.status() != status) {
      change = Awaited.next(statuses, status.word());
    }
    return change;
  }

  /** Waits until the client is closed and says why. */
  Ending awaitClosed() {
    return await(WsStatus.CLOSED).cause().orElseThrow();
  }
}

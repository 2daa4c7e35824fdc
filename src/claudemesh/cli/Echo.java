package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.SessionBrokerClient;
import claudemesh.json.Log;
import claudemesh.protocol.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A session that answers every message to it with the same text, to the key it was sent with. It
 * answers no broadcast, and no answer: two echoes would talk for ever. Mail of the member, which
 * comes to all its sessions, it leaves alone. A message is acknowledged once the broker has its
 * answer, so a crash in between answers again rather than not at all.
 *
 * <p>The connection's thread only queues: it must stay free for the acks of the answers. A queue
 * that is full drops the message unacknowledged, and the broker brings it again.
 */
final class Echo implements ClientListener, AutoCloseable {

  private static final int QUEUE = 1_024;

  private final BlockingQueue<InboundMessage> asked = new ArrayBlockingQueue<>(QUEUE);
  private final Map<String, InboundMessage> answering = new ConcurrentHashMap<>();
  private final SessionBrokerClient session;
  private final OrderedSender sender;
  private final Thread worker;

  /** Opens a session that a listener hears. */
  interface Opener {
    SessionBrokerClient open(ClientListener listener) throws CliException;
  }

  /**
   * Starts to answer.
   *
   * @param opener opens the session that this listens to
   */
  Echo(Opener opener) throws CliException {
    this.session = opener.open(this);
    this.sender = new OrderedSender(session, QUEUE, this::settled);
    this.worker = Thread.ofVirtual().name("echo").start(this::answerAll);
  }

  SessionBrokerClient session() {
    return session;
  }

  @Override
  public void onMessage(InboundMessage message) {
    if (!asked.offer(message)) {
      Log.warn("echo_full", "waiting", QUEUE, "message_id", message.messageId());
    }
  }

  /** Whether it is for this key and no answer itself; deployed brokers do not say for whom. */
  static boolean wantsAnswer(InboundMessage message, String ownKey) {
    boolean forUs = message.target().isEmpty() || message.target().equals(ownKey);
    return forUs && message.encrypted() && message.replyToId().isEmpty();
  }

  private void answerAll() {
    try {
      while (true) {
        InboundMessage message = asked.take();
        if (wantsAnswer(message, session.publicKey())) {
          answer(message);
        } else if (message.target().equals(session.publicKey())) {
          session.acknowledge(message);
        }
      }
    } catch (InterruptedException | IllegalStateException e) {
      // close() ends the worker this way.
    }
  }

  private void answer(InboundMessage message) throws InterruptedException {
    OutgoingMessage answer = answerTo(message);
    answering.put(answer.id(), message);
    sender.submit(answer);
  }

  private static OutgoingMessage answerTo(InboundMessage message) {
    return new OutgoingMessage(
        UUID.randomUUID().toString(),
        new Target.Peer(message.senderPubkey()),
        message.text(),
        message.priority(),
        Optional.of(message.id()),
        List.of());
  }

  private void settled(OutgoingMessage answer, BrokerSendResult result) {
    InboundMessage message = answering.remove(answer.id());
    if (result instanceof BrokerSendResult.Permanent refused) {
      Log.warn("echo_refused", "message_id", message.messageId(), "why", refused.reason());
    }
    session.acknowledge(message);
  }

  @Override
  public void close() {
    worker.interrupt();
    sender.close();
    session.close();
  }
}

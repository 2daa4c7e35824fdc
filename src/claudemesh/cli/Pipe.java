package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.client.SessionBrokerClient;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One session's pipe: lines in, JSON lines out.
 *
 * <pre>
 *   stdin ─► PipeInput ─► pump ─► OrderedSender ─► session ─► broker
 *  (its own thread)  (virtual thread)                 │
 *   stdout ◄──────────── PipeOutput ◄─────────────────┘ (the connection's thread)
 * </pre>
 *
 * <p>A received message is written, and flushed, before it is acknowledged: a reader that has gone
 * costs no message. Facts for whoever waits go to {@link Ends}, always after their line is written.
 */
final class Pipe implements ClientListener {

  private static final int UNDER_WAY = 1_024;

  private final String mesh;
  private final String name;
  private final Ends ends;
  private final PipeOutput output;
  private final PipeInput input;
  private final long wanted;
  private final TargetFinder finder = new TargetFinder();
  private final CompletableFuture<SessionBrokerClient> started = new CompletableFuture<>();
  private final Map<String, Deque<Long>> lineNumbers = new ConcurrentHashMap<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong badLines = new AtomicLong();
  private final AtomicLong refusedLines = new AtomicLong();
  private OrderedSender sender;
  private Thread pump;

  /**
   * A pipe, not started.
   *
   * @param mesh the mesh's slug
   * @param name the session's name
   * @param call where to read and write
   * @param options what the pipe's flags say
   * @param ends hears how it goes
   */
  Pipe(String mesh, String name, Call call, PipeOptions options, Ends ends) {
    this.mesh = mesh;
    this.name = name;
    this.ends = ends;
    this.wanted = options.count().orElse(0);
    this.output = new PipeOutput(call.out(), options.only(), ends);
    this.input = new PipeInput(call.streams().in(), options.to(), ends, this::bad);
  }

  /** Starts to read and send over a session that this listens to. */
  void start(SessionBrokerClient session) {
    sender = new OrderedSender(session, UNDER_WAY, this::settled);
    started.complete(session);
    pump = Thread.ofVirtual().name("pump").start(() -> pumpAll(session));
    input.start();
  }

  long received() {
    return received.get();
  }

  long badLines() {
    return badLines.get();
  }

  long refusedLines() {
    return refusedLines.get();
  }

  // ── out ──────────────────────────────────────────────────────────────────────────────────────

  private void pumpAll(SessionBrokerClient session) {
    try {
      while (true) {
        PipeLine line = input.take();
        try {
          submit(line, finder.find(line.to(), session));
        } catch (UnknownPeerException e) {
          fail(line, e.isAmbiguous() ? "ambiguous_peer" : "unknown_peer", e.getMessage());
          badLines.incrementAndGet();
        }
      }
    } catch (InterruptedException | IllegalStateException e) {
      // stop() ends the pump this way.
    } catch (NotOpenException e) {
      // Closed for good; whoever waits hears it from the status.
    }
  }

  private void submit(PipeLine line, Target target) throws InterruptedException {
    lineNumbers.compute(
        line.id(),
        (id, numbers) -> {
          Deque<Long> all = numbers == null ? new ArrayDeque<>() : numbers;
          all.add(line.number());
          return all;
        });
    sender.submit(
        new OutgoingMessage(
            line.id(), target, line.body(), line.priority(), line.replyTo(), List.of()));
  }

  private void settled(OutgoingMessage message, BrokerSendResult result) {
    long line = forgetLine(message.id());
    switch (result) {
      case BrokerSendResult.Accepted accepted ->
          output.write(PipeRecords.ack(message.id(), accepted.messageId(), line));
      case BrokerSendResult.Permanent refused -> {
        refusedLines.incrementAndGet();
        output.write(PipeRecords.error(line, message.id(), "refused", refused.reason()));
      }
      case BrokerSendResult.Transient undecided -> throw undecided(result);
      case BrokerSendResult.Unknown undecided -> throw undecided(result);
    }
    ends.lineSettled();
  }

  private static IllegalStateException undecided(BrokerSendResult result) {
    return new IllegalStateException("an ordered sender reports only decisions, got " + result);
  }

  private long forgetLine(String id) {
    long[] line = new long[1];
    lineNumbers.computeIfPresent(
        id,
        (key, numbers) -> {
          line[0] = numbers.remove();
          return numbers.isEmpty() ? null : numbers;
        });
    return line[0];
  }

  private void bad(long line, String why) {
    badLines.incrementAndGet();
    output.write(PipeRecords.error(line, null, "bad_line", why));
    ends.lineSettled();
  }

  private void fail(PipeLine line, String code, String why) {
    output.write(PipeRecords.error(line.number(), line.id(), code, why));
    ends.lineSettled();
  }

  // ── in, on the connection's thread ───────────────────────────────────────────────────────────

  @Override
  public void onStatus(StatusChange change) {
    SessionBrokerClient session = started.join();
    output.write(PipeRecords.status(mesh, name, session.publicKey(), change));
    if (change.status() == WsStatus.OPEN) {
      ends.opened();
      if (!session.keepsOrder()) { // a deployed broker, which puts no names on messages either
        session.listPeers().thenAccept(finder::remember);
      }
    } else if (change.status() == WsStatus.CLOSED) {
      ends.closed(change.cause().orElseThrow());
    }
  }

  @Override
  public void onMessage(InboundMessage message) {
    if (ends.isEnough()) {
      return; // not written, so not acknowledged
    }
    String from = message.from().isEmpty() ? finder.nameOf(message.senderPubkey()) : message.from();
    if (output.write(PipeRecords.message(mesh, from, message))) {
      started.join().acknowledge(message);
      if (received.incrementAndGet() == wanted) {
        ends.enough();
      }
    }
  }

  @Override
  public void onUnreadable(BrokerMessage.Push push, String why) {
    output.write(PipeRecords.unreadable(mesh, push.messageId(), push.senderPubkey(), why));
  }

  @Override
  public void onEvent(BrokerMessage.SystemEvent event) {
    finder.heard(event);
    output.write(PipeRecords.event(mesh, event));
  }

  @Override
  public void onStateChange(BrokerMessage.StateChange change) {
    output.write(PipeRecords.stateChange(mesh, change));
  }

  /** Sends no more; what waits is left unsent. */
  void stop() {
    if (pump != null) {
      pump.interrupt();
      sender.close();
    }
  }
}

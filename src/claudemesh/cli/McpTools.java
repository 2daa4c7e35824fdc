package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.PeerDirectory;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.client.SessionBrokerClient;
import claudemesh.json.Json;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What an agent can do on the mesh, over a session of its own. Messages wait here until the agent
 * takes them, and are acknowledged then: the broker keeps those that an agent which ended never
 * saw. Thread-safe.
 */
final class McpTools implements ClientListener, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int UNDER_WAY = 64;
  private static final int MOST_WAITING = 10_000;
  private static final int USUAL_LIMIT = 20;

  private final String mesh;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final Deque<InboundMessage> waiting = new ArrayDeque<>(); // guarded by lock
  private final Map<String, CompletableFuture<BrokerSendResult>> sent = new ConcurrentHashMap<>();
  private volatile Consumer<Json> onMessage = message -> {};
  private SessionBrokerClient session;
  private OrderedSender sender;

  McpTools(String mesh) {
    this.mesh = mesh;
  }

  /** Begins to work over a session that this listens to; once, before any call. */
  void start(SessionBrokerClient own) {
    session = own;
    sender = new OrderedSender(own, UNDER_WAY, this::settled);
  }

  /** Has messages told as they come, on the connection's thread. */
  void onMessage(Consumer<Json> listener) {
    onMessage = listener;
  }

  /**
   * Does what a tool does.
   *
   * @param name one of the table's
   * @param arguments as the table describes them
   * @throws CliException if it could not be done; the message is for the agent
   */
  Json call(String name, Json arguments) throws CliException, InterruptedException {
    return switch (name) {
      case "list_peers" -> listPeers(arguments);
      case "send_message" -> send(arguments);
      case "check_messages" -> check(arguments);
      case "set_status" -> setStatus(arguments.string("status"));
      case "set_summary" -> setSummary(arguments.string("summary"));
      default -> throw new IllegalArgumentException("no tool of the table: " + name);
    };
  }

  private Json listPeers(Json arguments) throws CliException, InterruptedException {
    boolean all = arguments.bool("all", false);
    List<Json> rows = new ArrayList<>();
    for (PeerSummary peer : peers(Deadline.in(PATIENCE))) {
      if (all || !peer.isControlPlane()) {
        boolean own = peer.pubkey().equals(session.publicKey());
        rows.add(peer.encode().toBuilder().put("isThisSession", own).build());
      }
    }
    return Json.object().put("peers", Json.array(rows)).build();
  }

  private List<PeerSummary> peers(Deadline deadline) throws CliException, InterruptedException {
    awaitOpen(deadline);
    return Connections.answer(session.listPeers(), deadline);
  }

  private void awaitOpen(Deadline deadline) throws CliException, InterruptedException {
    try {
      session.awaitOpen(deadline.left());
    } catch (NotOpenException e) {
      throw new CliException(
          ExitCode.UNREACHABLE, "the broker cannot be reached: " + e.getMessage(), e);
    }
  }

  private Json send(Json arguments) throws CliException, InterruptedException {
    Deadline deadline = Deadline.in(PATIENCE);
    Target target = target(arguments.string("to"), deadline);
    OutgoingMessage message =
        new OutgoingMessage(
            UUID.randomUUID().toString(),
            target,
            arguments.string("message"),
            priority(arguments),
            arguments.optionalString("reply_to"),
            List.of());
    CompletableFuture<BrokerSendResult> decided = new CompletableFuture<>();
    sent.put(message.id(), decided);
    sender.submit(message);
    return switch (Connections.answer(decided, deadline)) {
      case BrokerSendResult.Accepted accepted ->
          Json.object()
              .put("id", message.id())
              .put("message_id", accepted.messageId())
              .put("to", target.spec())
              .put("encrypted", target.isBoxed())
              .build();
      case BrokerSendResult.Permanent refused ->
          throw new CliException(ExitCode.REFUSED, "the broker refused: " + refused.reason());
      case BrokerSendResult.Transient later ->
          throw new CliException(ExitCode.UNREACHABLE, later.reason());
      case BrokerSendResult.Unknown lost ->
          throw new CliException(ExitCode.UNREACHABLE, lost.cause());
    };
  }

  private Target target(String word, Deadline deadline) throws CliException, InterruptedException {
    try {
      return PeerDirectory.resolve(word, peers(deadline), session.publicKey());
    } catch (UnknownPeerException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  private static Priority priority(Json arguments) throws CliException {
    try {
      return Priority.of(arguments.string("priority", "next"));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, e.getMessage(), e);
    }
  }

  private void settled(OutgoingMessage message, BrokerSendResult result) {
    CompletableFuture<BrokerSendResult> decided = sent.remove(message.id());
    if (decided != null) {
      decided.complete(result);
    }
  }

  private Json setStatus(String status) throws CliException, InterruptedException {
    awaitOpen(Deadline.in(PATIENCE));
    Connections.answer(session.requests().setStatus(status), Deadline.in(PATIENCE));
    return Json.object().put("status", status).build();
  }

  private Json setSummary(String summary) throws CliException, InterruptedException {
    awaitOpen(Deadline.in(PATIENCE));
    Connections.answer(session.requests().setSummary(summary), Deadline.in(PATIENCE));
    return Json.object().put("summary", summary).build();
  }

  // ── in ───────────────────────────────────────────────────────────────────────────────────────

  @Override
  public void onMessage(InboundMessage message) {
    lock.lock();
    try {
      if (waiting.size() >= MOST_WAITING) { // not acknowledged, so it comes again
        throw new IllegalStateException(MOST_WAITING + " messages wait for check_messages");
      }
      waiting.add(message);
      came.signalAll();
    } finally {
      lock.unlock();
    }
    onMessage.accept(record(message));
  }

  private Json record(InboundMessage message) {
    String from = message.from().isEmpty() ? message.senderPubkey() : message.from();
    return PipeRecords.message(mesh, from, message);
  }

  private Json check(Json arguments) throws InterruptedException {
    long limit = arguments.optionalNumber("limit").orElse(USUAL_LIMIT);
    Duration wait = Duration.ofSeconds(arguments.optionalNumber("wait_seconds").orElse(0));
    List<InboundMessage> taken = new ArrayList<>();
    int left;
    lock.lockInterruptibly();
    try {
      long nanos = wait.toNanos();
      while (waiting.isEmpty() && nanos > 0) {
        nanos = came.awaitNanos(nanos);
      }
      while (taken.size() < limit && !waiting.isEmpty()) {
        taken.add(waiting.remove());
      }
      left = waiting.size();
    } finally {
      lock.unlock();
    }
    List<Json> rows = taken.stream().map(this::record).toList();
    taken.forEach(session::acknowledge);
    return Json.object().put("messages", Json.array(rows)).put("waiting", left).build();
  }

  /** Leaves the mesh. */
  @Override
  public void close() {
    if (sender != null) {
      sender.close();
    }
    if (session != null) {
      session.close();
    }
  }
}

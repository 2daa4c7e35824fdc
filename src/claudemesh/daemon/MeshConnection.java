package claudemesh.daemon;

import claudemesh.client.ClientListener;
import claudemesh.client.EndingAdvice;
import claudemesh.client.InboundMessage;
import claudemesh.client.MeshClient;
import claudemesh.json.Json;
import claudemesh.lifecycle.Decision;
import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.store.Via;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One connection of the daemon to a mesh: the member's, or one session's. Ties together its client,
 * what comes in and what goes out over it, and remembers how it stands and how it ended before.
 *
 * <p>There may be ten thousand in a process, nearly all of them idle: one holds no thread and no
 * buffer besides its client's. Thread-safe.
 */
final class MeshConnection implements ClientListener, Closing.Leaving {

  /** Whose connection it is. */
  enum Kind {
    /** The member's own: infrastructure, one for each mesh. */
    MEMBER,
    /** One session's. */
    SESSION;

    /** The word in JSON. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final String name;
  private final String pubkey;
  private final AttachedMesh mesh;
  private final DaemonParts parts;
  private final Endings endings = new Endings();
  private final MeshClient client;
  private final Inbound inbound;
  private final Drain drain;
  private volatile ConnectionStatus status = ConnectionStatus.STARTING;
  private volatile long received; // written by the connection's thread only, as is the next
  private volatile long opened;
  private boolean open; // the connection's thread only
  private long openedAt; // the connection's thread only

  /**
   * A connection that does nothing until {@link #begin}.
   *
   * @param kind whose
   * @param name the display name others see
   * @param pubkey its key
   * @param mesh the mesh that it is to
   * @param parts what it works with
   * @param client makes the client with its listener
   */
  MeshConnection(
      Kind kind,
      String name,
      String pubkey,
      AttachedMesh mesh,
      DaemonParts parts,
      Function<ClientListener, MeshClient> client) {
    this.kind = kind;
    this.name = name;
    this.pubkey = pubkey;
    this.mesh = mesh;
    this.parts = parts;
    this.client = client.apply(this);
    this.inbound = new Inbound(this, parts);
    this.drain =
        new Drain(
            parts.outbox(),
            new Via(mesh.meshId(), pubkey),
            this.client,
            new OutboxEvents(parts.events(), mesh.slug(), scope()));
  }

  /** Starts to connect; once. Does nothing if it is closed. */
  void begin() {
    client.begin();
  }

  Kind kind() {
    return kind;
  }

  /** The display name others see. */
  String name() {
    return name;
  }

  /** Its key: the member's, or the session's. */
  String pubkey() {
    return pubkey;
  }

  AttachedMesh mesh() {
    return mesh;
  }

  MeshClient client() {
    return client;
  }

  /** There may be something to send through it. Never blocks. */
  void wake() {
    drain.wake();
  }

  /** Something has happened to this machine: looks whether it still holds, or tries again now. */
  void probe() {
    client.probe();
  }

  ConnectionStatus status() {
    return status;
  }

  /** How it ended, the last times, oldest first. */
  List<EndingRecord> endings() {
    return endings.list();
  }

  /** How it ended last; empty if it never has. */
  Optional<EndingRecord> lastEnding() {
    return endings.newest();
  }

  /** How many messages the broker has handed over, those that it repeats included. */
  long received() {
    return received;
  }

  /** How many messages of the outbox the broker has taken. */
  long sent() {
    return drain.accepted();
  }

  /** How many times it was open. */
  long opened() {
    return opened;
  }

  /** How many messages wait for it or are under way. */
  int waiting() {
    return parts.outbox().waiting(new Via(mesh.meshId(), pubkey));
  }

  /** The session's key; empty for the member. */
  Optional<String> session() {
    return kind == Kind.SESSION ? Optional.of(pubkey) : Optional.empty();
  }

  Events.Scope scope() {
    return new Events.Scope(Optional.of(mesh.meshId()), session());
  }

  // ── on the connection's thread ───────────────────────────────────────────────────────────────

  @Override
  public void onStatus(StatusChange change) {
    Optional<String> why = change.cause().map(EndingAdvice::of);
    status = new ConnectionStatus(change.status().word(), why, change.nextTry(), change.attempt());
    if (change.status() == WsStatus.OPEN) {
      open = true;
      opened++;
      openedAt = parts.clock().nanoTime();
      drain.opened();
    } else {
      drain.lost();
    }
    if (change.status() == WsStatus.CLOSED) {
      change.cause().ifPresent(ending -> ended(ending, Decision.STOP, Optional.empty()));
    }
    announce(change.status());
  }

  @Override
  public void onDisconnect(Disconnect disconnect) {
    ended(disconnect.ending(), disconnect.decision(), Optional.of(disconnect.delay()));
  }

  private void ended(Ending ending, Decision decision, Optional<Duration> delay) {
    Optional<Duration> lasted =
        open ? Optional.of(parts.clock().since(openedAt)) : Optional.empty();
    open = false;
    var now = parts.clock().wallTime();
    endings.add(
        new EndingRecord(
            now, ending, EndingAdvice.of(ending), decision, delay.map(now::plus), lasted));
  }

  // Sessions follow their member up and down, and thousands of them would push every message out of
  // the ring of events: of a session only its final ending is told.
  private void announce(WsStatus now) {
    if (kind == Kind.MEMBER || now == WsStatus.CLOSED) {
      Json.Builder data =
          Json.object()
              .put("mesh", mesh.slug())
              .put("connection", kind.word())
              .put("pubkey", pubkey)
              .put("name", name)
              .put("status", status.word())
              .put("why", status.why());
      status.nextTry().ifPresent(next -> data.put("next_try", next.toString()));
      parts.events().publish(Events.Kind.STATUS, scope(), data.build());
    }
  }

  @Override
  public boolean knowsRedeliveries() {
    return true; // the inbox does
  }

  @Override
  public boolean wantsEvents() {
    return kind == Kind.MEMBER; // every connection hears of everything: one is enough to tell it
  }

  @Override
  public void onMessage(InboundMessage message) {
    received++;
    inbound.keep(message);
  }

  @Override
  public void onUnreadable(Push push, String why) {
    received++;
    inbound.keepAside(push, why);
  }

  @Override
  public void onEvent(SystemEvent event) {
    if (kind == Kind.MEMBER && !mesh.isOwn(event.pubkey())) {
      MeshEvents.publish(parts.events(), mesh, event);
    }
  }

  @Override
  public void onStateChange(StateChange change) {
    if (kind == Kind.MEMBER) {
      MeshEvents.publish(parts.events(), mesh, change);
    }
  }

  /** Leaves the mesh; returns when the connection is closed. Idempotent. */
  @Override
  public void close() {
    drain.stop();
    client.close();
  }

  @Override
  public String toString() {
    return kind.word() + " connection " + name + " to " + mesh.slug();
  }
}

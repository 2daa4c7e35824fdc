package claudemesh.daemon;

import claudemesh.json.Log;
import claudemesh.store.DaemonLimits;
import claudemesh.store.DaemonStores;
import claudemesh.store.InboxLimits;
import claudemesh.store.OutboxLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One daemon: keeps this user on the joined meshes, with a connection for the member of each and
 * one for each registered session; sends from an outbox on disk, receives into an inbox on disk.
 *
 * <pre>
 *   lock ─► stores ─► sessions ─► meshes ─► API ─► (running) ─► API ─► meshes left ─► stores ─► lock
 * </pre>
 *
 * <p>Composition only: each part has its own class. One at a time in a folder. Killed at any
 * moment, the next one goes on where it was: what was taken for sending is sent, what was
 * acknowledged to a broker is in the inbox. Thread-safe.
 */
public final class Daemon implements AutoCloseable {

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration SWEEP = Duration.ofMinutes(1);

  private final DaemonLock lock;
  private final DaemonStores stores;
  private final DaemonParts parts;
  private final Meshes meshes;
  private final Sends sends;
  private final Sessions sessions;
  private final WakeWatch wakeWatch;
  private final List<Ticker> tickers;
  private final ApiServers servers;
  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed;

  private Daemon(DaemonOptions options, DaemonLock lock, DaemonStores stores) throws IOException {
    this.lock = lock;
    this.stores = stores;
    Events events = new Events(options.clock());
    this.parts = new DaemonParts(options, events, stores.outbox(), stores.inbox());
    this.meshes = new Meshes(parts);
    this.sends = new Sends(meshes, parts);
    SessionConnections connections = new SessionConnections(meshes, events);
    this.sessions = Sessions.open(options.folder().sessionsFile(), connections);
    this.wakeWatch = new WakeWatch(options.clock());
    meshes.onAttached(mesh -> connections.attachAll(mesh, sessions.all()));
    meshes.refreshIfChanged();
    sessions.startReaper();
    this.tickers = List.of(Ticker.start(TICK, everySecond()), Ticker.start(SWEEP, everyMinute()));
    this.servers = serve(options);
  }

  private ApiServers serve(DaemonOptions options) throws IOException {
    ApiParts api =
        new ApiParts(
            parts,
            meshes,
            new MeshChoice(meshes),
            sessions,
            SessionKeys.open(options.folder().sessionKeysFile(), options.clock()),
            sends,
            options.clock().wallTime());
    try {
      return ApiServers.start(api, ProgramVersion.read());
    } catch (IOException | RuntimeException e) {
      leave();
      throw e;
    }
  }

  /**
   * Starts a daemon; returns when it has its stores and has begun to connect.
   *
   * @param options how it runs
   * @return the running daemon
   * @throws DaemonLock.TakenException if another one has the folder
   * @throws IOException if the folder, a store or another file cannot be used; the message names it
   */
  public static Daemon start(DaemonOptions options) throws IOException {
    options.folder().prepare();
    DaemonLock lock = DaemonLock.take(options.folder());
    DaemonStores stores = null;
    try {
      stores = DaemonStores.open(options.folder().path(), options.clock(), limits(options));
      return new Daemon(options, lock, stores);
    } catch (IOException | RuntimeException e) {
      if (stores != null) {
        stores.close();
      }
      lock.close();
      throw e;
    }
  }

  private static DaemonLimits limits(DaemonOptions options) {
    OutboxLimits usual = OutboxLimits.DEFAULT;
    OutboxLimits outbox =
        new OutboxLimits(
            usual.maxPending(),
            usual.maxPendingChars(),
            usual.maxInFlightPerLane(),
            options.outboxAge(),
            usual.retention(),
            usual.maxFinished());
    return new DaemonLimits(outbox, InboxLimits.DEFAULT);
  }

  private List<Ticker.Task> everySecond() {
    return List.of(
        new Ticker.Task("config", meshes::refreshIfChanged),
        new Ticker.Task("wake", this::probeIfWoken),
        new Ticker.Task("recipients", this::wakeMailOfThoseWhoCame));
  }

  private List<Ticker.Task> everyMinute() {
    return List.of(
        new Ticker.Task("outbox", outboxSweep()::run),
        new Ticker.Task("inbox", parts.inbox()::sweep));
  }

  OutboxSweep outboxSweep() {
    return new OutboxSweep(parts, meshes);
  }

  private void probeIfWoken() {
    wakeWatch
        .look()
        .ifPresent(
            why -> {
              Log.info("probing", "why", why);
              meshes.attached().forEach(AttachedMesh::probe);
            });
  }

  private void wakeMailOfThoseWhoCame() {
    for (AttachedMesh mesh : meshes.attached()) {
      if (mesh.takePeersCame()) {
        sends.wakeAll(mesh);
      }
    }
  }

  /**
   * The joined meshes, those that failed among them.
   *
   * @return their short names, in the order joined
   */
  public List<String> meshNames() {
    return meshes.attached().stream().map(AttachedMesh::slug).toList();
  }

  /**
   * Where it answers over TCP.
   *
   * @return the address; empty unless that was asked for
   */
  public Optional<InetSocketAddress> tcpAddress() {
    return servers.tcpAddress();
  }

  DaemonParts parts() {
    return parts;
  }

  Meshes meshes() {
    return meshes;
  }

  Sends sends() {
    return sends;
  }

  Sessions sessions() {
    return sessions;
  }

  /**
   * Ends it: leaves the meshes, writes what is under way, removes its files. Takes no longer than
   * two seconds however many connections there are. Idempotent.
   *
   * @throws IOException if a file cannot be removed; everything else is ended all the same
   */
  @Override
  public void close() throws IOException {
    closing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      servers.stopAccepting();
      parts.events().close();
      leave(); // settles what requests wait for
      servers.close();
      stores.close();
    } finally {
      closing.unlock();
      lock.close();
    }
  }

  private void leave() {
    tickers.forEach(Ticker::close);
    sessions.close();
    meshes.close();
  }
}

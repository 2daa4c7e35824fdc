package claudemesh.daemon;

import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.Membership;
import claudemesh.client.SessionBrokerClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One joined mesh in a running daemon: the member's connection, the connections of its sessions,
 * and who else is there. A mesh whose entry in the config cannot be used is attached all the same,
 * as failed, with its error: it shows, and it stops no other. Meshes share no lock, no queue and no
 * thread, so that one that is down delays none. Thread-safe.
 */
final class AttachedMesh implements Closing.Leaving {

  private final JoinedMesh joined;
  private final Optional<String> error;
  private final Optional<Membership> membership;
  private final Optional<MeshConnection> member;
  private final DaemonParts parts;
  private final ConnectGate gate;
  private final ReentrantLock attaching = new ReentrantLock();
  private final ConcurrentMap<String, MeshConnection> sessions = new ConcurrentHashMap<>();
  private final PeerCache peers;
  private volatile boolean peersCame;
  private boolean closed; // guarded by attaching

  /**
   * Attaches a mesh; {@link #begin} starts to connect.
   *
   * @param joined the mesh
   * @param displayName the name others see of the member
   * @param meshes how many meshes there are
   * @param parts what it works with
   */
  AttachedMesh(JoinedMesh joined, String displayName, int meshes, DaemonParts parts) {
    this.joined = joined;
    this.gate = new ConnectGate(meshes);
    this.parts = parts;
    Optional<String> failure = Optional.empty();
    Optional<Membership> usable = Optional.empty();
    Optional<MeshConnection> connection = Optional.empty();
    try {
      usable = Optional.of(joined.membership());
      connection = Optional.of(memberConnection(usable.get(), displayName));
    } catch (IllegalArgumentException e) {
      failure = Optional.of(e.getMessage());
    }
    this.error = failure;
    this.membership = usable;
    this.member = connection;
    this.peers = new PeerCache(this::member);
  }

  /** Starts the member's connection; once. */
  void begin() {
    member.ifPresent(MeshConnection::begin);
  }

  private MeshConnection memberConnection(Membership own, String displayName) {
    ClientOptions options =
        parts.clientOptions().withDetails(DaemonParts.memberDetails(displayName));
    return new MeshConnection(
        MeshConnection.Kind.MEMBER,
        displayName,
        own.keys().publicHex(),
        this,
        parts,
        listener -> DaemonBrokerClient.create(own, options, listener));
  }

  /** The mesh's short name. */
  String slug() {
    return joined.slug();
  }

  /** The mesh's id. */
  String meshId() {
    return joined.meshId();
  }

  /** Its entry in the config. */
  JoinedMesh joined() {
    return joined;
  }

  /** Why it cannot be connected to at all; empty if it can. */
  Optional<String> error() {
    return error;
  }

  /** This user's place in it; empty if the entry in the config is damaged. */
  Optional<Membership> membership() {
    return membership;
  }

  /** Where the member's connection stands. */
  ConnectionStatus status() {
    return member
        .map(MeshConnection::status)
        .orElseGet(() -> ConnectionStatus.failed(error.orElse("it cannot be used")));
  }

  /** The member's connection; empty if the mesh failed. */
  Optional<MeshConnection> member() {
    return member;
  }

  /** A session's connection, by its key. */
  Optional<MeshConnection> session(String pubkey) {
    return Optional.ofNullable(sessions.get(pubkey));
  }

  /** The member's key; empty if the mesh failed. */
  Optional<String> memberKey() {
    return member.map(MeshConnection::pubkey);
  }

  /** A connection by its key, the member's or a session's. */
  Optional<MeshConnection> byKey(String pubkey) {
    return member.filter(own -> own.pubkey().equals(pubkey)).or(() -> session(pubkey));
  }

  /** The connection of a session, or of the member if none is named. */
  Optional<MeshConnection> connection(Optional<String> sessionKey) {
    return sessionKey.isPresent() ? session(sessionKey.get()) : member;
  }

  /** All connections, the member's first. */
  List<MeshConnection> connections() {
    List<MeshConnection> all = new ArrayList<>(sessions.size() + 1);
    member.ifPresent(all::add);
    all.addAll(sessions.values());
    return all;
  }

  /** The connections of sessions. */
  List<MeshConnection> sessions() {
    return List.copyOf(sessions.values());
  }

  /** Whether a key is the member's or one of its sessions here. */
  boolean isOwn(String pubkey) {
    return sessions.containsKey(pubkey)
        || member.map(own -> own.pubkey().equals(pubkey)).orElse(false);
  }

  /**
   * Starts a session's connection, in place of an earlier one with the same key. Returns at once;
   * the connection is made when its turn comes, and made again until it is detached.
   *
   * @param presence how it presents itself
   * @return its connection
   * @throws IllegalStateException if the mesh failed or is detached; the message says why
   */
  MeshConnection attachSession(SessionPresence presence) {
    Membership own =
        membership.orElseThrow(
            () -> new IllegalStateException(slug() + ": " + error.orElse("it cannot be used")));
    MeshConnection connection = sessionConnection(own, presence);
    MeshConnection earlier;
    attaching.lock();
    try {
      if (closed) {
        throw new IllegalStateException(slug() + " was left");
      }
      earlier = sessions.put(presence.pubkey(), connection);
    } finally {
      attaching.unlock();
    }
    leave(earlier);
    connection.begin();
    return connection;
  }

  private static void leave(MeshConnection connection) {
    if (connection != null) {
      Thread.ofVirtual().name("leaving").start(connection::close);
    }
  }

  private MeshConnection sessionConnection(Membership own, SessionPresence presence) {
    ClientOptions options =
        parts
            .clientOptions()
            .withDetails(presence.details())
            .withSessionId(presence.sessionId())
            .withPid(presence.pid())
            .withCwd(presence.cwd())
            .withTuning(builder -> builder.gate(gate));
    return new MeshConnection(
        MeshConnection.Kind.SESSION,
        presence.details().displayName().orElse(""),
        presence.pubkey(),
        this,
        parts,
        listener -> SessionBrokerClient.create(own, presence.keys(), options, listener));
  }

  /**
   * Ends a session's connection: it leaves the mesh cleanly, on a thread of its own.
   *
   * @param pubkey its key
   * @return whether there was one
   */
  boolean detachSession(String pubkey) {
    MeshConnection connection = sessions.remove(pubkey);
    leave(connection);
    return connection != null;
  }

  /**
   * Who is on the mesh.
   *
   * @param maxAge how old the answer may be; zero asks the broker in any case
   * @return what the broker says; if it cannot be asked, what it said last, with the reason
   * @throws InterruptedException if the calling thread is interrupted
   */
  PeerList peers(Duration maxAge) throws InterruptedException {
    return member.isPresent() ? peers.get(maxAge) : PeerList.NONE.withError(status().why().get());
  }

  /** The name that goes with a key, as far as known; never waits. */
  Optional<String> nameOf(String pubkey) {
    return peers.nameOf(pubkey);
  }

  /** Who was on the mesh when the broker was last asked; never waits. */
  PeerList knownPeers() {
    return peers.last();
  }

  /**
   * Something has happened to this machine: every connection looks whether it still holds, or tries
   * again now, the member's first.
   */
  void probe() {
    connections().forEach(MeshConnection::probe);
  }

  /** Somebody came: what waits for a recipient may find it. On the member connection's thread. */
  void peerCame() {
    peersCame = true;
  }

  /** Whether somebody came since this was asked last. */
  boolean takePeersCame() {
    boolean came = peersCame;
    if (came) {
      peersCame = false;
    }
    return came;
  }

  /**
   * Leaves the mesh, sessions before the member, and waits no longer than a deadline allows.
   * Idempotent.
   */
  @Override
  public void close() {
    attachNoMore();
    Closing.all(sessions.values(), Closing.SESSIONS);
    sessions.clear();
    Closing.all(member.stream().toList(), Closing.MEMBERS);
  }

  /**
   * Leaves because the process ends, which will cut the sessions that there is no time for.
   *
   * @param turns how many of all meshes' sessions may be leaving at once
   */
  void leave(Semaphore turns) {
    attachNoMore();
    Closing.some(sessions.values(), Closing.SESSIONS, turns);
    Closing.all(member.stream().toList(), Closing.MEMBERS);
  }

  private void attachNoMore() {
    attaching.lock();
    try {
      closed = true;
    } finally {
      attaching.unlock();
    }
  }

  @Override
  public String toString() {
    return "attached " + joined;
  }
}

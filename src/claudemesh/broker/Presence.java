package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.crypto.Ids;
import claudemesh.http.WsConnection;
import claudemesh.json.Json;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.Group;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.PeerSummary;
import claudemesh.store.NewMessage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One row of the peer list: a connection, and for a while after its end the place it may take up
 * again (protocol.md §4). Guarded by the room's lock, but for what is final.
 *
 * <pre>
 *   new ─► live ── socket ends ──► in grace ── 90 s ──► gone
 *           ▲                         │
 *           └───── same key again ────┘
 * </pre>
 */
final class Presence {

  static final String IDLE = "idle";
  static final Set<String> STATUSES = Set.of(IDLE, "working", "dnd");

  final String presenceId = Ids.random32();
  final Member member;
  final Seat seat;
  final boolean session;

  /** Where its mail comes from. */
  final List<String> mailboxes;

  final Instant connectedAt;
  final TokenBucket bucket;

  private String sessionId;
  private String cwd;
  private long pid;
  private PeerDetails details;
  private String displayName;
  private String status = IDLE;
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private String summary;
  private Json stats;
  private Json profile;
  private boolean visible;

  private WsConnection connection;
  private long liveSinceNanos;
  private long closedAtNanos;
  private long saidAtMillis;

  Presence(Admitted admitted, Seat seat, Instant connectedAt, TokenBucket bucket) {
    this.member = admitted.member();
    this.seat = seat;
    this.session = admitted.isSession();
    this.connectedAt = connectedAt;
    this.bucket = bucket;
    this.mailboxes =
        List.of(Mailboxes.ofMember(admitted.mesh().id(), member.pubkey()), seat.mailbox);
    this.displayName = member.displayName();
    this.groups.putAll(seat.groups);
    this.summary = seat.summary;
    this.stats = seat.stats;
    this.profile = seat.profile;
    this.visible = seat.visible;
    introduce(admitted.hello());
  }

  /** Takes over what a hello says; what it leaves out stays. */
  void introduce(Opening hello) {
    sessionId = hello.sessionId();
    saidAtMillis = hello.timestamp().orElse(0);
    cwd = hello.cwd();
    pid = hello.pid();
    details = hello.details();
    displayName = details.displayName().filter(name -> !name.isBlank()).orElse(displayName);
    seat.displayName = displayName;
    if (!details.groups().isEmpty()) {
      groups.clear();
      details.groups().forEach(group -> groups.put(group.name(), group));
      rememberGroups();
    }
  }

  String pubkey() {
    return seat.pubkey;
  }

  String sessionId() {
    return sessionId;
  }

  /** Whether it is the program at a place: a process that is not named may be any. */
  boolean isAt(String folder, OptionalLong process) {
    return cwd.equals(folder) && (process.isEmpty() || process.getAsLong() == pid);
  }

  /** Whether it is live and connected from a host. */
  boolean isFrom(String host) {
    return connection != null && hostOf(connection.remoteAddress()).equals(host);
  }

  /** The host of {@code host:port}. */
  static String hostOf(String address) {
    return address.substring(0, Math.max(0, address.lastIndexOf(':')));
  }

  String displayName() {
    return displayName;
  }

  boolean isLive() {
    return connection != null;
  }

  boolean isOn(WsConnection candidate) {
    return connection == candidate;
  }

  /** When its newest hello was said, by its own clock. */
  long saidAtMillis() {
    return saidAtMillis;
  }

  /** Since when it is live, if it is. */
  long liveSinceNanos() {
    return liveSinceNanos;
  }

  /** Goes live on a connection, and returns the one it was on before, if any. */
  Optional<WsConnection> connect(WsConnection fresh, long nowNanos) {
    Optional<WsConnection> earlier = Optional.ofNullable(connection);
    connection = fresh;
    liveSinceNanos = nowNanos;
    return earlier;
  }

  /** Ends being live, and returns the connection it was on, if any. */
  Optional<WsConnection> disconnect(Instant when, long nowNanos) {
    Optional<WsConnection> earlier = Optional.ofNullable(connection);
    connection = null;
    closedAtNanos = nowNanos;
    seat.lastSeenAt = when;
    return earlier;
  }

  boolean isPastGrace(long nowNanos, long graceNanos) {
    return !isLive() && nowNanos - closedAtNanos >= graceNanos;
  }

  /** Queues a frame; nothing happens if it is not live. */
  void send(String frame) {
    if (connection != null) {
      connection.send(frame);
    }
  }

  void close(int code, String reason) {
    if (connection != null) {
      connection.close(code, reason);
    }
  }

  /** The least urgent mail it wants now (protocol.md §5, priorities). */
  int wants() {
    return status.equals(IDLE) ? NewMessage.LEAST_URGENT : 0;
  }

  void setStatus(String word) {
    status = word;
  }

  void setSummary(String line) {
    summary = line;
    seat.summary = line;
  }

  void setStats(Json counters) {
    stats = counters;
    seat.stats = counters;
  }

  /** Puts fields of a profile over those it has. */
  Json mergedProfile(Json fields) {
    Json.Builder merged = profile == null ? Json.object() : profile.toBuilder();
    for (String name : fields.names()) {
      fields.get(name).ifPresentOrElse(value -> merged.put(name, value), () -> merged.remove(name));
    }
    return merged.build();
  }

  void setProfile(Json whole) {
    profile = whole;
    seat.profile = whole;
  }

  boolean isVisible() {
    return visible;
  }

  void setVisible(boolean shown) {
    visible = shown;
    seat.visible = shown;
  }

  /** Whether another presence may know of this one. */
  boolean isVisibleTo(Presence other) {
    return visible || other.member.pubkey().equals(member.pubkey());
  }

  List<Group> groups() {
    return List.copyOf(groups.values());
  }

  int groupCount() {
    return groups.size();
  }

  void join(Group group) {
    groups.put(group.name(), group);
    rememberGroups();
  }

  void leave(String group) {
    groups.remove(group);
    rememberGroups();
  }

  private void rememberGroups() {
    seat.groups.clear();
    seat.groups.putAll(groups);
  }

  PeerSummary row() {
    return new PeerSummary(
        pubkey(),
        member.pubkey(),
        displayName,
        status,
        Optional.ofNullable(summary),
        groups(),
        sessionId,
        Stamps.iso(connectedAt),
        cwd,
        session ? PeerSummary.SESSION : PeerSummary.CONTROL_PLANE,
        details.hostname(),
        details.peerType(),
        details.channel(),
        details.model(),
        Optional.ofNullable(stats),
        visible,
        Optional.ofNullable(profile),
        !isLive());
  }
}

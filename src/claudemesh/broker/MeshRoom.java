package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.broker.Admission.Refused;
import claudemesh.broker.Router.Routed;
import claudemesh.crypto.Ids;
import claudemesh.http.WsConnection;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.ClientMessage.ClientAck;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.CloseMeaning;
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Target;
import claudemesh.store.Saved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One mesh, as far as it is here now: who is present, who hears of whom, and in which order mail
 * goes out. One lock guards all of it. Under the lock frames are only queued, never written, no
 * signature is verified and no file touched, so nobody waits for anybody's network.
 *
 * <p>Locks are taken in this order: a room's, then the store's; no other way round.
 */
final class MeshRoom {

  private static final String JOINED = "peer_joined";
  private static final String RETURNED = "peer_returned";
  private static final String LEFT = "peer_left";

  private final String meshId;
  private final BrokerParts parts;

  private final ReentrantLock lock = new ReentrantLock();
  private final Presences presences = new Presences();
  private final Seats seats;
  private final Router router;
  private final Mailroom mailroom;
  private final Map<String, TokenBucket> buckets = new HashMap<>();

  private final MeshState state;
  private final MeshMemory memory;

  MeshRoom(String meshId, BrokerParts parts) {
    this.meshId = meshId;
    this.parts = parts;
    MeshFacts facts = new MeshFacts(meshId, parts.facts());
    this.state = new MeshState(facts);
    this.memory = new MeshMemory(facts);
    this.seats = new Seats(meshId, parts.clock(), facts);
    this.router = new Router(parts.directory(), meshId, presences, seats);
    this.mailroom = new Mailroom(parts, presences);
  }

  String meshId() {
    return meshId;
  }

  MeshState state() {
    return state;
  }

  MeshMemory memory() {
    return memory;
  }

  /** How many connections are on this mesh now. */
  int live() {
    lock.lock();
    try {
      return presences.live();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a hello, not yet proven, would need a slot where none is free. */
  boolean hasNoRoomFor(Opening hello) {
    lock.lock();
    try {
      return isFull() && !presences.claimsLivePlace(hello);
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return presences.live() >= parts.options().maxSocketsPerMesh();
  }

  /**
   * Puts a proven peer on the mesh: takes up its earlier presence silently, or makes a new one and
   * announces it.
   */
  Attachment attach(Admitted admitted, WsConnection connection) {
    lock.lock();
    try {
      Optional<Refused> refusal = refusal(admitted);
      if (refusal.isPresent()) {
        return new Attachment.Rejected(refusal.get());
      }
      Optional<Presence> earlier = presences.earlier(admitted);
      presences.rival(admitted).ifPresent(this::giveWay);
      Presence presence = earlier.orElseGet(() -> seat(admitted));
      earlier.ifPresent(found -> presences.introduce(found, admitted.hello()));
      boolean returned = hasBeenHere(presence);
      goLive(presence, connection, HelloAcks.encode(presence, earlier.isPresent(), parts));
      seats.save(presence.seat);
      if (earlier.isEmpty()) {
        announce(returned && !presence.session ? RETURNED : JOINED, presence);
      }
      return new Attachment.Attached(presence);
    } finally {
      lock.unlock();
    }
  }

  // Once more and for good: since the hello was checked the mesh may have filled up, or the member
  // been banned.
  private Optional<Refused> refusal(Admitted admitted) {
    Optional<Member> member =
        parts.directory().cached(meshId).flatMap(mesh -> mesh.member(admitted.member().pubkey()));
    if (member.isEmpty() || member.get().isRevoked()) {
      return Optional.of(Gate.revokedFrom(admitted.mesh()));
    }
    Optional<Seat> seat = seats.find(admitted.pubkey());
    if (seat.isPresent() && !seat.get().memberPubkey.equals(admitted.member().pubkey())) {
      return Optional.of(
          Refused.with(
              ErrorCode.ATTESTATION_MISMATCH, "this session key is another member's session"));
    }
    if (presences.claimsLivePlace(admitted.hello())) {
      return Optional.empty();
    }
    return isFull() ? Optional.of(Gate.meshIsFull()) : refusalOfMember(admitted.member());
  }

  private Optional<Refused> refusalOfMember(Member member) {
    int most = parts.options().maxSocketsPerMember();
    Set<Presence> own = presences.ofMember(member.pubkey());
    boolean full = own.size() >= most && own.stream().filter(Presence::isLive).count() >= most;
    return full ? Optional.of(Gate.memberIsFull()) : Optional.empty();
  }

  private Presence seat(Admitted admitted) {
    Member member = admitted.member();
    TokenBucket bucket =
        buckets.computeIfAbsent(
            member.pubkey(),
            key ->
                new TokenBucket(
                    parts.clock(), parts.options().sendsPerSecond(), parts.options().burst()));
    seats.ensure(member);
    Seat seat = seats.take(member, admitted.pubkey());
    Presence presence = new Presence(admitted, seat, parts.clock().wallTime(), bucket);
    presences.add(presence);
    return presence;
  }

  private boolean hasBeenHere(Presence presence) {
    return seats.find(presence.member.pubkey()).filter(seat -> seat.lastSeenAt != null).isPresent();
  }

  private void goLive(Presence presence, WsConnection connection, String ack) {
    Optional<WsConnection> replaced = presence.connect(connection);
    replaced.ifPresentOrElse(
        old -> old.close(1000, CloseMeaning.SESSION_REPLACED), () -> presences.listen(presence));
    presence.send(ack);
    mailroom.opened(presence);
  }

  private void giveWay(Presence rival) {
    rival.close(1000, CloseMeaning.SESSION_REPLACED);
    remove(rival);
  }

  /** A connection has ended: its presence stays for the grace, unless it has moved on already. */
  void detach(Presence presence, WsConnection connection) {
    lock.lock();
    try {
      if (presence.isOn(connection)) {
        goOffline(presence);
      }
    } finally {
      lock.unlock();
    }
  }

  private void goOffline(Presence presence) {
    if (presence.isLive()) {
      presences.stopListening(presence);
      Instant now = parts.clock().wallTime();
      presence.disconnect(now, parts.clock().nanoTime());
      seats.find(presence.member.pubkey()).ifPresent(seat -> seat.lastSeenAt = now);
      seats.save(presence.seat);
      mailroom.closed(presence);
    }
  }

  private void remove(Presence presence) {
    goOffline(presence);
    presences.remove(presence);
    seats.leave(presence.seat);
    seats.save(presence.seat);
    announce(LEFT, presence);
  }

  /** Ends presences for good, live or in grace. */
  void expel(Collection<Presence> expelled, int code, String reason) {
    lock.lock();
    try {
      for (Presence presence : expelled) {
        if (presences.all().contains(presence)) {
          presence.close(code, reason);
          remove(presence);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends connections; their presences stay for the grace. */
  void disconnect(Collection<Presence> ended, int code, String reason) {
    lock.lock();
    try {
      ended.forEach(presence -> presence.close(code, reason));
    } finally {
      lock.unlock();
    }
  }

  /** Presences that fit a condition; it is asked under the lock. */
  List<Presence> matching(Predicate<Presence> condition) {
    lock.lock();
    try {
      return presences.all().stream().filter(condition).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The peer list as one presence sees it. */
  List<PeerSummary> peersSeenBy(Presence asker) {
    lock.lock();
    try {
      List<PeerSummary> rows = new ArrayList<>(presences.all().size());
      for (Presence presence : presences.all()) {
        if (presence.isVisibleTo(asker)) {
          rows.add(presence.row());
        }
      }
      return rows;
    } finally {
      lock.unlock();
    }
  }

  /** Changes a presence; told once what is kept of it is stored. */
  CompletableFuture<Saved> change(Presence presence, Consumer<Presence> change) {
    lock.lock();
    try {
      change.accept(presence);
      return seats.save(presence.seat);
    } finally {
      lock.unlock();
    }
  }

  /** Asks a presence something. */
  <T> T with(Presence presence, Function<Presence, T> work) {
    lock.lock();
    try {
      return work.apply(presence);
    } finally {
      lock.unlock();
    }
  }

  void setStatus(Presence presence, String status) {
    lock.lock();
    try {
      presence.setStatus(status);
      presence.mailboxes.forEach(mailroom::deliver); // what was held back may now go out
    } finally {
      lock.unlock();
    }
  }

  CompletableFuture<Saved> setVisible(Presence presence, boolean visible) {
    lock.lock();
    try {
      if (presence.isVisible() != visible) {
        presence.setVisible(visible);
        tellOthers(
            event(visible ? "peer_visible" : "peer_hidden", presence), other -> other != presence);
      }
      return seats.save(presence.seat);
    } finally {
      lock.unlock();
    }
  }

  /** Where a message of one presence would go, and who it is from. */
  Routed route(Presence sender, Target target) {
    lock.lock();
    try {
      return new Routed(router.route(sender, target), sender.displayName());
    } finally {
      lock.unlock();
    }
  }

  /** Mail has come into mailboxes of this mesh. */
  void deliver(Iterable<String> mailboxes) {
    lock.lock();
    try {
      mailboxes.forEach(mailroom::deliver);
    } finally {
      lock.unlock();
    }
  }

  void acknowledged(Presence presence, ClientAck ack) {
    lock.lock();
    try {
      mailroom.acknowledged(presence, ack);
    } finally {
      lock.unlock();
    }
  }

  /** The name of who a mailbox is for. */
  String nameOf(String mailbox) {
    lock.lock();
    try {
      String key = Mailboxes.keyOf(mailbox);
      return seats
          .find(key)
          .map(seat -> seat.displayName)
          .or(
              () ->
                  parts
                      .directory()
                      .cached(meshId)
                      .flatMap(mesh -> mesh.member(key))
                      .map(Member::displayName))
          .orElse("");
    } finally {
      lock.unlock();
    }
  }

  /** Tells everybody but one. */
  void tellOthers(Presence self, BrokerMessage message) {
    lock.lock();
    try {
      tellOthers(message, other -> other != self);
    } finally {
      lock.unlock();
    }
  }

  private void announce(String event, Presence subject) {
    tellOthers(event(event, subject), other -> other != subject && subject.isVisibleTo(other));
  }

  private void tellOthers(BrokerMessage message, Predicate<Presence> whom) {
    String frame = MessageCodec.encode(message);
    for (Presence presence : presences.all()) {
      if (presence.isLive() && whom.test(presence)) {
        presence.send(frame);
      }
    }
  }

  private SystemEvent event(String event, Presence subject) {
    return new SystemEvent(
        event,
        subject.displayName(),
        subject.pubkey(),
        subject.groups(),
        Ids.random32(),
        meshId,
        Stamps.iso(parts.clock().wallTime()));
  }

  /** Ends what is past its grace. */
  void tick() {
    lock.lock();
    try {
      long now = parts.clock().nanoTime();
      long grace = parts.options().presenceGrace().toNanos();
      List<Presence> over =
          presences.all().stream().filter(presence -> presence.isPastGrace(now, grace)).toList();
      over.forEach(this::remove);
      seats.saveAgain();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets sessions not seen for long. */
  void tidy() {
    lock.lock();
    try {
      seats.dropOld();
    } finally {
      lock.unlock();
    }
  }
}

package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.broker.Admission.Refused;
import claudemesh.http.WsConnection;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.CloseMeaning;
import claudemesh.protocol.ErrorCode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who comes to a mesh and who goes. Guarded by the room's lock.
 *
 * <pre>
 *   attach ─► live ── detach ──► in grace ── tick ──► removed, announced
 *                └──────── expel, rival ────────────────▲
 * </pre>
 */
final class Attendance {

  private final String meshId;
  private final BrokerParts parts;
  private final Presences presences;
  private final Seats seats;
  private final Mailroom mailroom;
  private final Announcements announcements;
  private final Map<String, TokenBucket> buckets = new HashMap<>();

  Attendance(
      String meshId,
      BrokerParts parts,
      Presences presences,
      Seats seats,
      Mailroom mailroom,
      Announcements announcements) {
    this.meshId = meshId;
    this.parts = parts;
    this.presences = presences;
    this.seats = seats;
    this.mailroom = mailroom;
    this.announcements = announcements;
  }

  /** Whether a hello, not yet proven, would need a slot where none is free. */
  boolean hasNoRoomFor(Opening hello) {
    return isFull() && !presences.claimsLivePlace(hello);
  }

  private boolean isFull() {
    return presences.live() >= parts.options().maxSocketsPerMesh();
  }

  /** Takes up a proven peer's earlier presence silently, or makes a new one and announces it. */
  Attachment attach(Admitted admitted, WsConnection connection) {
    Optional<Refused> refusal = refusal(admitted);
    if (refusal.isPresent()) {
      return new Attachment.Rejected(refusal.get());
    }
    Optional<Presence> earlier = presences.earlier(admitted);
    presences.rival(admitted).ifPresent(rival -> expel(rival, 1000, CloseMeaning.SESSION_REPLACED));
    Presence presence = earlier.orElseGet(() -> seat(admitted));
    earlier.ifPresent(found -> presences.introduce(found, admitted.hello()));
    boolean returned = hasBeenHere(presence);
    goLive(presence, connection, HelloAcks.encode(presence, earlier.isPresent(), parts));
    seats.save(presence.seat);
    if (earlier.isEmpty() && returned && !presence.session) {
      announcements.returned(presence);
    } else if (earlier.isEmpty()) {
      announcements.joined(presence);
    }
    return new Attachment.Attached(presence);
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
    if (presences.earlier(admitted).filter(live -> isOlder(admitted, live)).isPresent()) {
      return Optional.of(Gate.helloIsOvertaken());
    }
    if (presences.claimsLivePlace(admitted.hello())) {
      return Optional.empty();
    }
    return isFull() ? Optional.of(Gate.meshIsFull()) : refusalOfMember(admitted.member());
  }

  // A hello may be under way for long: its client has given that connection up since, and said a
  // later one on the next, which must not give way to it. A clock set back says the same, and for
  // no longer than a hello may be old.
  private boolean isOlder(Admitted admitted, Presence live) {
    return live.isLive()
        && admitted.hello().timestamp().orElse(0) < live.saidAtMillis()
        && parts.clock().since(live.liveSinceNanos()).compareTo(Gate.MOST_SKEW) < 0;
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
    Optional<WsConnection> replaced = presence.connect(connection, parts.clock().nanoTime());
    replaced.ifPresentOrElse(
        old -> old.close(1000, CloseMeaning.SESSION_REPLACED), () -> presences.listen(presence));
    presence.send(ack);
    mailroom.opened(presence);
  }

  /** A connection has ended: its presence stays for the grace, unless it has moved on already. */
  void detach(Presence presence, WsConnection connection) {
    if (presence.isOn(connection)) {
      goOffline(presence);
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

  /** Ends a presence for good, live or in grace; nothing happens if it is gone already. */
  void expel(Presence presence, int code, String reason) {
    if (presences.all().contains(presence)) {
      presence.close(code, reason);
      remove(presence);
    }
  }

  private void remove(Presence presence) {
    goOffline(presence);
    presences.remove(presence);
    seats.leave(presence.seat);
    seats.save(presence.seat);
    announcements.left(presence);
  }

  /** Removes what is past its grace. */
  void tick() {
    long now = parts.clock().nanoTime();
    long grace = parts.options().presenceGrace().toNanos();
    List<Presence> over =
        presences.all().stream().filter(presence -> presence.isPastGrace(now, grace)).toList();
    over.forEach(this::remove);
  }
}

package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.broker.Router.Routed;
import claudemesh.http.WsConnection;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.ClientMessage.ClientAck;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Target;
import claudemesh.store.Saved;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
 * <p>Locks are taken in this order: a room's, then those of topics and grants, then the store's; no
 * other way round.
 */
final class MeshRoom {

  private final String meshId;
  private final BrokerParts parts;

  private final ReentrantLock lock = new ReentrantLock();
  private final Presences presences = new Presences();
  private final Seats seats;
  private final Router router;
  private final Mailroom mailroom;
  private final Announcements announcements;
  private final Attendance attendance;

  private final MeshState state;
  private final MeshMemory memory;
  private final Topics topics;
  private final Grants grants;

  MeshRoom(String meshId, BrokerParts parts) {
    this.meshId = meshId;
    this.parts = parts;
    MeshFacts facts = new MeshFacts(meshId, parts.facts());
    this.state = new MeshState(facts);
    this.memory = new MeshMemory(facts);
    this.seats = new Seats(meshId, parts.clock(), facts);
    this.topics = new Topics(facts);
    this.grants = new Grants(facts);
    this.router = new Router(parts.directory(), meshId, presences, seats, topics, grants);
    this.mailroom = new Mailroom(parts, presences);
    this.announcements = new Announcements(meshId, parts.clock(), presences);
    this.attendance = new Attendance(meshId, parts, presences, seats, mailroom, announcements);
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

  Topics topics() {
    return topics;
  }

  Grants grants() {
    return grants;
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
      return attendance.hasNoRoomFor(hello);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a proven peer on the mesh: takes up its earlier presence silently, or makes a new one and
   * announces it.
   */
  Attachment attach(Admitted admitted, WsConnection connection) {
    lock.lock();
    try {
      return attendance.attach(admitted, connection);
    } finally {
      lock.unlock();
    }
  }

  /** A connection has ended: its presence stays for the grace, unless it has moved on already. */
  void detach(Presence presence, WsConnection connection) {
    lock.lock();
    try {
      attendance.detach(presence, connection);
    } finally {
      lock.unlock();
    }
  }

  /** Ends presences for good, live or in grace. */
  void expel(Collection<Presence> expelled, int code, String reason) {
    lock.lock();
    try {
      expelled.forEach(presence -> attendance.expel(presence, code, reason));
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
        announcements.visibilityChanged(presence);
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

  /** Every mailbox of a member and its sessions, those away too. */
  List<String> mailboxesOf(String memberPubkey) {
    lock.lock();
    try {
      List<String> mailboxes = new ArrayList<>();
      mailboxes.add(Mailboxes.ofMember(meshId, memberPubkey));
      mailboxes.add(Mailboxes.ofSeat(meshId, memberPubkey, true));
      seats.ofSessions(memberPubkey).forEach(seat -> mailboxes.add(seat.mailbox));
      return mailboxes;
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
      announcements.tell(message, other -> other != self);
    } finally {
      lock.unlock();
    }
  }

  /** Ends what is past its grace. */
  void tick() {
    lock.lock();
    try {
      attendance.tick();
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
      topics.keepOnly(key -> seats.find(key).isPresent());
    } finally {
      lock.unlock();
    }
  }
}

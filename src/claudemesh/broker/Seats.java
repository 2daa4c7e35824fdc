package claudemesh.broker;

import claudemesh.json.Log;
import claudemesh.store.Saved;
import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seats of one mesh by key: every member that came, and sessions for 30 days after they were
 * last seen, the most recent ones if there are too many. Kept in the store, so that mail finds them
 * after a restart. Guarded by the room's lock.
 */
final class Seats {

  private static final Duration KEPT = Duration.ofDays(30);
  private static final int MOST = 20_000;
  private static final String KIND = "seat";

  private final String meshId;
  private final Clock clock;
  private final MeshFacts facts;
  // A seat moves to the end when somebody sits down, so the first are the longest away.
  private final Map<String, Seat> byKey = new LinkedHashMap<>();
  // The store's thread adds to it.
  private final Set<Seat> unsaved = ConcurrentHashMap.newKeySet();

  Seats(String meshId, Clock clock, MeshFacts facts) {
    this.meshId = meshId;
    this.clock = clock;
    this.facts = facts;
    facts.all(KIND).stream()
        .map(Seat::decode)
        .sorted(Comparator.comparing(seat -> seat.lastSeenAt))
        .forEach(seat -> byKey.put(seat.pubkey, seat));
  }

  /** Stores a seat as it is now; if that fails, again with the next {@link #saveAgain}. */
  CompletableFuture<Saved> save(Seat seat) {
    CompletableFuture<Saved> told = new CompletableFuture<>();
    facts.put(
        KIND,
        seat.pubkey,
        seat.encode(),
        seat.memberPubkey,
        clock.wallTime(),
        saved -> {
          if (saved instanceof Saved.Failed) {
            unsaved.add(seat);
          }
          told.complete(saved);
        });
    return told;
  }

  /** Stores once more what could not be stored. */
  void saveAgain() {
    if (!unsaved.isEmpty()) {
      List<Seat> again = List.copyOf(unsaved);
      again.forEach(unsaved::remove);
      again.stream().filter(seat -> byKey.get(seat.pubkey) == seat).forEach(this::save);
    }
  }

  private void forget(Seat seat) {
    facts.remove(
        KIND,
        seat.pubkey,
        saved -> {
          if (saved instanceof Saved.Failed failed) {
            Log.warn("seat_not_removed", "mesh", meshId, "reason", failed.reason());
          }
        });
  }

  Optional<Seat> find(String pubkey) {
    return Optional.ofNullable(byKey.get(pubkey));
  }

  /** A member has a seat, and with it a past, as soon as any connection of it came. */
  void ensure(Member member) {
    if (!byKey.containsKey(member.pubkey())) {
      Seat seat = new Seat(meshId, member, member.pubkey());
      byKey.put(member.pubkey(), seat);
      save(seat);
    }
  }

  Seat take(Member member, String pubkey) {
    Seat seat = byKey.remove(pubkey);
    if (seat == null) {
      seat = new Seat(meshId, member, pubkey);
    }
    byKey.put(pubkey, seat);
    seat.presences++;
    if (byKey.size() > MOST) {
      dropLongestAway();
    }
    return seat;
  }

  void leave(Seat seat) {
    seat.presences--;
  }

  List<Seat> inGroup(String group) {
    List<Seat> found = new ArrayList<>();
    for (Seat seat : byKey.values()) {
      if (seat.groups.containsKey(group)) {
        found.add(seat);
      }
    }
    return found;
  }

  List<Seat> ofSessions(String memberPubkey) {
    return byKey.values().stream()
        .filter(seat -> seat.memberPubkey.equals(memberPubkey) && !seat.isMemberSeat())
        .toList();
  }

  void dropOld() {
    Instant oldest = clock.wallTime().minus(KEPT);
    List<Seat> old =
        byKey.values().stream()
            .filter(seat -> isSpare(seat) && seat.lastSeenAt.isBefore(oldest))
            .toList();
    old.forEach(seat -> byKey.remove(seat.pubkey));
    old.forEach(this::forget);
  }

  private void dropLongestAway() {
    Iterator<Seat> seats = byKey.values().iterator();
    while (seats.hasNext()) {
      Seat seat = seats.next();
      if (isSpare(seat)) {
        seats.remove();
        forget(seat);
        return;
      }
    }
  }

  private static boolean isSpare(Seat seat) {
    return seat.presences == 0 && !seat.isMemberSeat() && seat.lastSeenAt != null;
  }
}

package claudemesh.broker;

import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The seats of one mesh by key: every member that came, and sessions for 30 days after they were
 * last seen, the most recent ones if there are too many. Guarded by the room's lock.
 */
final class Seats {

  private static final Duration KEPT = Duration.ofDays(30);
  private static final int MOST = 20_000;

  private final String meshId;
  private final Clock clock;
  // A seat moves to the end when somebody sits down, so the first are the longest away.
  private final Map<String, Seat> byKey = new LinkedHashMap<>();

  Seats(String meshId, Clock clock) {
    this.meshId = meshId;
    this.clock = clock;
  }

  Optional<Seat> find(String pubkey) {
    return Optional.ofNullable(byKey.get(pubkey));
  }

  /** A member has a seat, and with it a past, as soon as any connection of it came. */
  void ensure(Member member) {
    byKey.computeIfAbsent(member.pubkey(), key -> new Seat(meshId, member, key));
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

  void dropOld() {
    Instant oldest = clock.wallTime().minus(KEPT);
    byKey.values().removeIf(seat -> isSpare(seat) && seat.lastSeenAt.isBefore(oldest));
  }

  private void dropLongestAway() {
    Iterator<Seat> seats = byKey.values().iterator();
    while (seats.hasNext()) {
      if (isSpare(seats.next())) {
        seats.remove();
        return;
      }
    }
  }

  private static boolean isSpare(Seat seat) {
    return seat.presences == 0 && !seat.isMemberSeat() && seat.lastSeenAt != null;
  }
}

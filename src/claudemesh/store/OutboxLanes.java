package claudemesh.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is pending, by connection and target. Each lane is filed by its first message, so that a
 * claim looks at nothing else.
 *
 * <pre>
 *   connection ─┬─ ready     lanes whose first message may be sent now, the oldest first
 *               ├─ delayed   lanes whose first message waits, the next due first
 *               └─ neither   lanes with enough in flight
 * </pre>
 *
 * <p>Guarded by the lock of {@link PendingOutbox}.
 */
final class OutboxLanes {

  private static final Comparator<Lane> NEXT_DUE =
      (a, b) -> {
        long earlier = a.filed.dueNanos - b.filed.dueNanos; // which may wrap around
        return earlier != 0 ? Long.signum(earlier) : Long.compare(a.filed.no, b.filed.no);
      };

  private final int window;
  private final Map<Via, Connection> connections = new HashMap<>();

  private static final class Lane {
    final TreeMap<Long, OutboxEntry> waiting = new TreeMap<>();
    int inFlight;

    /** The message it is filed by; null if it is not. */
    OutboxEntry filed;

    boolean ready;
  }

  private static final class Connection {
    final Map<String, Lane> lanes = new HashMap<>();
    final TreeMap<Long, Lane> ready = new TreeMap<>();
    final TreeSet<Lane> delayed = new TreeSet<>(NEXT_DUE);
    final TreeMap<Long, OutboxEntry> inFlight = new TreeMap<>();
  }

  /** Lanes with at most so many messages in flight each. */
  OutboxLanes(int window) {
    this.window = window;
  }

  Set<Via> connections() {
    return new HashSet<>(connections.keySet());
  }

  // ── filing ───────────────────────────────────────────────────────────────────────────────────

  private static void unfile(Connection connection, Lane lane) {
    if (lane.filed == null) {
      return;
    }
    if (lane.ready) {
      connection.ready.remove(lane.filed.no);
    } else {
      connection.delayed.remove(lane);
    }
    lane.filed = null;
  }

  private void file(Connection connection, Lane lane, long now) {
    if (lane.waiting.isEmpty() || lane.inFlight >= window) {
      return;
    }
    lane.filed = lane.waiting.firstEntry().getValue();
    lane.ready = lane.filed.dueNanos - now <= 0;
    if (lane.ready) {
      connection.ready.put(lane.filed.no, lane);
    } else {
      connection.delayed.add(lane);
    }
  }

  private void dropIfEmpty(OutboxEntry of, Connection connection, Lane lane) {
    if (lane.waiting.isEmpty() && lane.inFlight == 0) {
      connection.lanes.remove(of.target);
      if (connection.lanes.isEmpty()) {
        connections.remove(of.via);
      }
    }
  }

  // ── what happens to messages ─────────────────────────────────────────────────────────────────

  /** A message waits from now on. */
  void add(OutboxEntry entry, long now) {
    Connection connection = connections.computeIfAbsent(entry.via, via -> new Connection());
    Lane lane = connection.lanes.computeIfAbsent(entry.target, target -> new Lane());
    unfile(connection, lane);
    lane.waiting.put(entry.no, entry);
    file(connection, lane, now);
  }

  /** Takes what may be sent now. */
  List<OutboxEntry> take(Via via, int most, long now) {
    List<OutboxEntry> taken = new ArrayList<>();
    Connection connection = connections.get(via);
    if (connection == null) {
      return taken;
    }
    promote(connection, now);
    while (taken.size() < most && !connection.ready.isEmpty()) {
      Lane lane = connection.ready.firstEntry().getValue();
      unfile(connection, lane);
      OutboxEntry entry = lane.waiting.pollFirstEntry().getValue();
      lane.inFlight++;
      entry.inFlight = true;
      connection.inFlight.put(entry.no, entry);
      file(connection, lane, now);
      taken.add(entry);
    }
    return taken;
  }

  private void promote(Connection connection, long now) {
    while (!connection.delayed.isEmpty() && connection.delayed.first().filed.dueNanos - now <= 0) {
      Lane lane = connection.delayed.first();
      unfile(connection, lane);
      file(connection, lane, now);
    }
  }

  /** Puts a message in flight back to its place; its due time has been set. */
  void putBack(OutboxEntry entry, long now) {
    Connection connection = connections.get(entry.via);
    Lane lane = connection.lanes.get(entry.target);
    unfile(connection, lane);
    connection.inFlight.remove(entry.no);
    lane.inFlight--;
    entry.inFlight = false;
    lane.waiting.put(entry.no, entry);
    file(connection, lane, now);
  }

  /** A message waits or flies no more. */
  void remove(OutboxEntry entry, long now) {
    Connection connection = connections.get(entry.via);
    Lane lane = connection.lanes.get(entry.target);
    unfile(connection, lane);
    if (connection.inFlight.remove(entry.no) != null) {
      lane.inFlight--;
    } else {
      lane.waiting.remove(entry.no);
    }
    file(connection, lane, now);
    dropIfEmpty(entry, connection, lane);
  }

  /** A waiting message is due now. */
  void hurry(OutboxEntry entry, long now) {
    Connection connection = connections.get(entry.via);
    Lane lane = connection.lanes.get(entry.target);
    unfile(connection, lane);
    entry.dueNanos = now;
    file(connection, lane, now);
  }

  /** Everything of a connection that waits is due now. */
  void hurry(Via via, long now) {
    Connection connection = connections.get(via);
    if (connection == null) {
      return;
    }
    for (Lane lane : connection.lanes.values()) {
      unfile(connection, lane);
      for (OutboxEntry entry : lane.waiting.values()) {
        if (entry.dueNanos - now > 0) {
          entry.dueNanos = now;
        }
      }
      file(connection, lane, now);
    }
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  /** How many messages of a connection wait or fly. */
  int size(Via via) {
    Connection connection = connections.get(via);
    if (connection == null) {
      return 0;
    }
    int size = connection.inFlight.size();
    for (Lane lane : connection.lanes.values()) {
      size += lane.waiting.size();
    }
    return size;
  }

  List<OutboxEntry> inFlight(Via via) {
    Connection connection = connections.get(via);
    return connection == null ? List.of() : new ArrayList<>(connection.inFlight.values());
  }

  /** Nanoseconds until something may be taken, 0 if it may now. */
  OptionalLong untilNext(Via via, long now) {
    Connection connection = connections.get(via);
    if (connection == null) {
      return OptionalLong.empty();
    }
    if (!connection.ready.isEmpty()) {
      return OptionalLong.of(0);
    }
    return Optional.of(connection.delayed)
        .filter(lanes -> !lanes.isEmpty())
        .map(lanes -> OptionalLong.of(Math.max(0, lanes.first().filed.dueNanos - now)))
        .orElse(OptionalLong.empty());
  }
}

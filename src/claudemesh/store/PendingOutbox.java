package claudemesh.store;

import claudemesh.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * What is pending in the outbox, in memory: which message waits, is in flight, or is over and only
 * yet to be written so.
 *
 * <pre>
 *   add ─► waiting ── take ──────► in flight ── takeFromFlight ──┐
 *           ▲ ▲ │                      │                          ▼
 *           │ └─│── putBack, release ──┘                        ending ── forget ──► gone
 *           │   └────────────────── takeOut ───────────────────► │
 *           └────────────────────── putIn ───────────────────────┘
 * </pre>
 *
 * <p>One lock guards it, and nothing is read or written under it. Safe from any thread.
 */
final class PendingOutbox {

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final OutboxLanes lanes;
  private final Map<String, OutboxEntry> entries = new HashMap<>();

  /** Empty, with at most so many messages of a lane in flight. */
  PendingOutbox(Clock clock, int maxInFlightPerLane) {
    this.clock = clock;
    this.lanes = new OutboxLanes(maxInFlightPerLane);
  }

  /** A message waits from now on. */
  void add(OutboxEntry entry) {
    lock.lock();
    try {
      entries.put(entry.id, entry);
      lanes.add(entry, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  // ── in flight ────────────────────────────────────────────────────────────────────────────────

  /** Takes what may be sent now, the oldest of each lane first. */
  List<OutboxEntry> take(Via via, int most) {
    lock.lock();
    try {
      return lanes.take(via, most, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Puts a message back to its place, due after a while; false if it is not in flight. */
  boolean putBack(OutboxEntry entry, Duration delay) {
    lock.lock();
    try {
      if (!flies(entry)) {
        return false;
      }
      long now = clock.nanoTime();
      entry.dueNanos = now + delay.toNanos();
      lanes.putBack(entry, now);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** As the other one, for the message of an id; empty if that is not in flight. */
  Optional<OutboxEntry> putBack(String id, Duration delay) {
    lock.lock();
    try {
      return Optional.ofNullable(entries.get(id)).filter(entry -> putBack(entry, delay));
    } finally {
      lock.unlock();
    }
  }

  /** Puts back what a connection has in flight, due at once; how many that were. */
  int release(Via via) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      List<OutboxEntry> inFlight = lanes.inFlight(via);
      for (OutboxEntry entry : inFlight) {
        entry.dueNanos = now;
        lanes.putBack(entry, now);
      }
      return inFlight.size();
    } finally {
      lock.unlock();
    }
  }

  private static boolean flies(OutboxEntry entry) {
    return entry.inFlight && !entry.ending;
  }

  private static boolean waits(OutboxEntry entry) {
    return !entry.inFlight && !entry.ending;
  }

  // ── due ──────────────────────────────────────────────────────────────────────────────────────

  /** How long until {@link #take} may find something; empty if only behind what is in flight. */
  Optional<Duration> untilNext(Via via) {
    lock.lock();
    try {
      OptionalLong nanos = lanes.untilNext(via, clock.nanoTime());
      return nanos.isPresent()
          ? Optional.of(Duration.ofNanos(nanos.getAsLong()))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** All that waits for a connection is due now. */
  void hurry(Via via) {
    lock.lock();
    try {
      lanes.hurry(via, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** If the message waits, it is due now. */
  void hurry(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      if (entry != null && waits(entry)) {
        lanes.hurry(entry, clock.nanoTime());
      }
    } finally {
      lock.unlock();
    }
  }

  // ── ending ───────────────────────────────────────────────────────────────────────────────────

  /** Takes a message in flight out of its lane, since it is over; empty if it is not in flight. */
  Optional<OutboxEntry> takeFromFlight(String id) {
    lock.lock();
    try {
      Optional<OutboxEntry> found =
          Optional.ofNullable(entries.get(id)).filter(PendingOutbox::flies);
      found.ifPresent(entry -> end(entry, clock.nanoTime()));
      return found;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a message that waits out of its lane, to be ended.
   *
   * @return the message; nothing if it is not pending at all; empty if it is in flight or ending
   */
  Optional<List<OutboxEntry>> takeOut(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      if (entry == null) {
        return Optional.of(List.of());
      }
      return waits(entry) ? Optional.of(takeOut(Stream.of(entry))) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes waiting messages that were enqueued before a time out of their lanes, to be ended. */
  List<OutboxEntry> takeOutOlderThan(long epochMillis, int most) {
    lock.lock();
    try {
      List<OutboxEntry> old =
          entries.values().stream()
              .filter(entry -> entry.enqueuedAt < epochMillis && waits(entry))
              .limit(most)
              .toList();
      return takeOut(old.stream());
    } finally {
      lock.unlock();
    }
  }

  private List<OutboxEntry> takeOut(Stream<OutboxEntry> waiting) {
    long now = clock.nanoTime();
    return waiting.peek(entry -> end(entry, now)).toList();
  }

  private void end(OutboxEntry entry, long now) {
    entry.ending = true;
    lanes.remove(entry, now);
  }

  /** Their end is written. */
  void forget(List<OutboxEntry> over) {
    lock.lock();
    try {
      over.forEach(entry -> entries.remove(entry.id, entry));
    } finally {
      lock.unlock();
    }
  }

  /** The disk did not take the end of what was taken out, so it waits again. */
  void putIn(List<OutboxEntry> out) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      for (OutboxEntry entry : out) {
        entry.ending = false;
        lanes.add(entry, now);
      }
    } finally {
      lock.unlock();
    }
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  /** Connections for which something is pending or in flight. */
  Set<Via> connections() {
    lock.lock();
    try {
      return lanes.connections();
    } finally {
      lock.unlock();
    }
  }

  /** How many messages of a connection wait or are in flight. */
  int size(Via via) {
    lock.lock();
    try {
      return lanes.size(via);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the message is in memory, and neither in flight nor ending. */
  boolean isWaiting(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      return entry != null && waits(entry);
    } finally {
      lock.unlock();
    }
  }

  /** A row as it stands: on disk what is in flight is pending. */
  OutboxRow asItStands(OutboxRow row) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(row.id());
      boolean inFlight = entry != null && entry.inFlight && row.status() == OutboxStatus.PENDING;
      return inFlight ? row.withStatus(OutboxStatus.INFLIGHT) : row;
    } finally {
      lock.unlock();
    }
  }

  /** All that is in flight, the newest first. */
  List<OutboxEntry> inFlight() {
    lock.lock();
    try {
      return entries.values().stream()
          .filter(entry -> entry.inFlight)
          .sorted(Comparator.comparingLong((OutboxEntry entry) -> entry.no).reversed())
          .toList();
    } finally {
      lock.unlock();
    }
  }
}

package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * What happens in a daemon, in one order, for whoever follows it: a ring of the last events. Each
 * follower has a place in the ring and nothing else, so a slow one costs no memory and delays
 * nobody; when the ring has gone past its place it is told of the gap and goes on with the oldest
 * event there is.
 *
 * <p>Ids ascend by one. Those of one start of the daemon begin at its start time, so that a
 * follower who comes back with an id of an earlier start (or, after the clock was set back, of what
 * looks like a later one) is told of a gap too, and nothing is taken for a continuation. Not
 * durable: the stores are. Thread-safe.
 */
final class Events {

  /** So many events can be resumed from. */
  static final int CAPACITY = 10_000;

  // The ids of a start have room for a thousand events a millisecond before they reach those of a
  // start right after; and stay exact in a JavaScript number for 280 years.
  private static final long IDS_PER_MILLI = 1_000;

  private final Clock clock;
  private final Event[] ring;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final long firstId;
  private long nextId;
  private boolean closed;

  /** What kinds of events there are; the word is the SSE event's name. */
  enum Kind {
    /** A message has come in, and is in the inbox. */
    MESSAGE,
    /** Somebody joined the mesh. */
    PEER_JOINED,
    /** Somebody came back within the grace. */
    PEER_RETURNED,
    /** Somebody left the mesh. */
    PEER_LEFT,
    /** Somebody shows again. */
    PEER_VISIBLE,
    /** Somebody hides. */
    PEER_HIDDEN,
    /** A system event that this program does not know. */
    SYSTEM,
    /** A shared value was set. */
    STATE_CHANGE,
    /** A connection's status has changed. */
    STATUS,
    /** An outgoing message's status has changed. */
    OUTBOX,
    /** A session was registered, or has ended. */
    SESSION,
    /** Events were missed between the one before and the next. */
    GAP;

    /** The kind's word on the wire. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Whom an event concerns.
   *
   * @param mesh the mesh's id; empty if it concerns the whole daemon
   * @param session the key of the session it is for alone; empty if it is for the member
   */
  record Scope(Optional<String> mesh, Optional<String> session) {
    static final Scope DAEMON = new Scope(Optional.empty(), Optional.empty());

    static Scope mesh(String meshId) {
      return new Scope(Optional.of(meshId), Optional.empty());
    }

    static Scope session(String meshId, String pubkey) {
      return new Scope(Optional.of(meshId), Optional.of(pubkey));
    }
  }

  /**
   * One event.
   *
   * @param id its place in the order
   * @param at when, by the wall clock
   * @param kind what kind
   * @param scope whom it concerns
   * @param data what happened, without secrets
   */
  record Event(long id, Instant at, Kind kind, Scope scope, Json data) {}

  Events(Clock clock) {
    this(clock, CAPACITY);
  }

  Events(Clock clock, int capacity) {
    this.clock = clock;
    this.ring = new Event[capacity];
    this.firstId = clock.wallTime().toEpochMilli() * IDS_PER_MILLI;
    this.nextId = firstId;
  }

  /** Adds an event and wakes the followers; never blocks on one. Returns its id. */
  long publish(Kind kind, Scope scope, Json data) {
    lock.lock();
    try {
      long id = nextId++;
      ring[slot(id)] = new Event(id, clock.wallTime(), kind, scope, data);
      arrived.signalAll();
      return id;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Follows what happens.
   *
   * @param lastEventId the last event that the follower has; empty to begin with the next one
   * @param wanted which events to hand out; it must be quick
   */
  Follower follow(OptionalLong lastEventId, Predicate<Event> wanted) {
    lock.lock();
    try {
      return new Follower(wanted, lastEventId.isEmpty() ? nextId : lastEventId.getAsLong() + 1);
    } finally {
      lock.unlock();
    }
  }

  /** Ends all following. Idempotent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int slot(long id) {
    return (int) ((id - firstId) % ring.length);
  }

  private long oldestId() {
    return Math.max(firstId, nextId - ring.length);
  }

  /** One reader's place in the ring. Used by one thread at a time; needs no closing. */
  final class Follower {
    private final Predicate<Event> wanted;
    private long next;

    private Follower(Predicate<Event> wanted, long next) {
      this.wanted = wanted;
      this.next = next;
    }

    /**
     * Waits for the next wanted event.
     *
     * @param timeout how long at most; zero polls
     * @return the event, or one of kind {@link Kind#GAP} whose id is that of the last event missed;
     *     empty if time ran out or the daemon ends ({@link #ended})
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<Event> next(Duration timeout) throws InterruptedException {
      long left = timeout.toNanos();
      lock.lockInterruptibly();
      try {
        while (true) {
          Optional<Event> event = poll();
          if (event.isPresent() || closed || left <= 0) {
            return event;
          }
          left = arrived.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whether the daemon ends and nothing will come any more. */
    boolean ended() {
      lock.lock();
      try {
        return closed;
      } finally {
        lock.unlock();
      }
    }

    private Optional<Event> poll() {
      if (next < oldestId() || next > nextId) {
        next = oldestId();
        Json data = Json.object().put("resumes_at", next).build();
        return Optional.of(new Event(next - 1, clock.wallTime(), Kind.GAP, Scope.DAEMON, data));
      }
      while (next < nextId) {
        Event event = ring[slot(next++)];
        if (wanted.test(event)) {
          return Optional.of(event);
        }
      }
      return Optional.empty();
    }
  }
}

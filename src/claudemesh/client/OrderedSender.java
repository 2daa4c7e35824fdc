package claudemesh.client;

import claudemesh.json.Log;
import claudemesh.lifecycle.WsStatus;
import claudemesh.time.Backoff;
import claudemesh.time.Clock;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * Sends messages so that none is lost and none overtakes another with the same target, whatever the
 * connection does meanwhile.
 *
 * <p>There is one lane a target. A lane has many messages under way where the broker keeps a
 * connection's order, and one where it does not. When one of them comes back undecided (the
 * connection was lost, the broker asked for patience), the lane waits until all that are under way
 * have come back, and then goes on from the first undecided one with the same ids; the broker or
 * the receiver drops what it had already. Each message names the one before it that is under way,
 * so that a broker that refuses that one for now takes none behind it. Only accepted and
 * permanently refused messages are reported.
 *
 * <p>Bounded: {@link #submit} blocks while too many are undecided. One virtual thread hands
 * messages to the client; all methods are thread-safe.
 */
public final class OrderedSender implements AutoCloseable {

  /** Under way at once in one lane, where the broker keeps order. */
  private static final int WINDOW = 256;

  private final BrokerSender sender;
  private final int capacity;
  private final BiConsumer<OutgoingMessage, BrokerSendResult> onSettled;
  private final List<Duration> patience;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ReentrantLock handingOver = new ReentrantLock();
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Thread dispatcher;
  private int unsettled;
  private boolean closed;
  private volatile long statusChanges; // written under handingOver

  /** One target's messages, oldest first. Guarded by the sender's lock. */
  private final class Lane {
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    final Backoff backoff = new Backoff(patience, Duration.ofSeconds(1), random);
    int underWay;
    boolean rewinding;
    Deadline notBefore = Deadline.in(Duration.ZERO);

    /** The one before an entry, which is under way then: what comes behind must not overtake it. */
    Optional<String> idBefore(Entry entry) {
      Entry before = null;
      for (Entry each : entries) {
        if (each == entry) {
          break;
        }
        before = each;
      }
      return Optional.ofNullable(before).map(each -> each.message.id());
    }

    Entry next(int window) {
      if (rewinding && underWay == 0 && notBefore.passed()) {
        rewinding = false;
      }
      if (rewinding || underWay >= window) {
        return null;
      }
      for (Entry entry : entries) {
        if (!entry.underWay) {
          return entry;
        }
      }
      return null;
    }
  }

  private static final class Entry {
    final OutgoingMessage message;
    final Lane lane;
    boolean underWay;
    long pickedAt;
    Optional<String> afterId = Optional.empty();

    Entry(OutgoingMessage message, Lane lane) {
      this.message = message;
      this.lane = lane;
    }
  }

  /**
   * A sender over one client's connection.
   *
   * @param sender the client
   * @param capacity how many messages may be undecided before {@link #submit} blocks
   * @param onSettled hears of each message once, when it is accepted or refused for good; runs on
   *     the connection's thread or this sender's own and must not block, nor call {@link #submit}
   */
  public OrderedSender(
      BrokerSender sender, int capacity, BiConsumer<OutgoingMessage, BrokerSendResult> onSettled) {
    this(sender, capacity, onSettled, Backoff.DEFAULT_SCHEDULE);
  }

  /** With another schedule for the waits that a broker asks for. */
  OrderedSender(
      BrokerSender sender,
      int capacity,
      BiConsumer<OutgoingMessage, BrokerSendResult> onSettled,
      List<Duration> patience) {
    this.sender = sender;
    this.capacity = capacity;
    this.onSettled = onSettled;
    this.patience = Backoff.requireSchedule(patience);
    sender.onStatusChange(this::signal);
    this.dispatcher = Thread.ofVirtual().name("ordered-sender").start(this::dispatch);
  }

  /**
   * Takes a message.
   *
   * @param message what to send
   * @throws InterruptedException if the calling thread is interrupted while there is no room
   * @throws IllegalStateException if this sender is closed
   */
  public void submit(OutgoingMessage message) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (unsettled >= capacity && !closed) {
        changed.await();
      }
      if (closed) {
        throw new IllegalStateException("the sender is closed");
      }
      unsettled++;
      Lane lane = lanes.computeIfAbsent(message.target().spec(), spec -> new Lane());
      lane.entries.add(new Entry(message, lane));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many messages are undecided.
   *
   * @return taken, and neither accepted nor refused
   */
  public int unsettled() {
    lock.lock();
    try {
      return unsettled;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until every message taken is decided and has been reported.
   *
   * @param timeout how long at most
   * @return true if all are; false if time ran out or the connection is closed for good
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitSettled(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.in(timeout);
    lock.lockInterruptibly();
    try {
      while (unsettled > 0 && !deadline.passed() && sender.status() != WsStatus.CLOSED) {
        changed.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      }
      return unsettled == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more and sends no more; what is undecided stays so. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    dispatcher.interrupt();
  }

  private void dispatch() {
    try {
      while (true) {
        Entry entry = awaitNext();
        if (entry == null) {
          return;
        }
        handOver(entry).whenComplete((result, failure) -> settle(entry, resultOf(result, failure)));
      }
    } catch (InterruptedException e) {
      // close() ends the dispatcher this way.
    }
  }

  // A change of status waits while this holds the lock, and is noticed if it came before: what was
  // picked for one connection must not go out on the next one, ahead of what that one is to repeat.
  private CompletableFuture<BrokerSendResult> handOver(Entry entry) {
    handingOver.lock();
    try {
      return entry.pickedAt == statusChanges
          ? sender.send(entry.message, entry.afterId)
          : CompletableFuture.completedFuture(
              new BrokerSendResult.Unknown("the connection changed before it was sent"));
    } catch (RuntimeException e) {
      Log.error("send_failed", "message_id", entry.message.id(), "why", e.toString());
      return CompletableFuture.failedFuture(e);
    } finally {
      handingOver.unlock();
    }
  }

  private static BrokerSendResult resultOf(BrokerSendResult result, Throwable failure) {
    return failure == null ? result : new BrokerSendResult.Transient(failure.toString());
  }

  /** Waits for a message that may be sent now; null once closed. */
  private Entry awaitNext() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long picking = statusChanges; // read before the status, or a change could hide between
        Entry entry = sender.status() == WsStatus.OPEN ? next() : null;
        if (entry != null) {
          entry.pickedAt = picking;
          entry.afterId = entry.lane.idBefore(entry);
          entry.underWay = true;
          entry.lane.underWay++;
          return entry;
        }
        await(nearestRetry());
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Entry next() {
    int window = sender.keepsOrder() ? WINDOW : 1;
    for (Lane lane : lanes.values()) {
      Entry entry = lane.next(window);
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  private void await(Deadline nearest) throws InterruptedException {
    if (nearest == null) {
      changed.await();
    } else {
      changed.await(nearest.leftNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private Deadline nearestRetry() {
    Deadline nearest = null;
    for (Lane lane : lanes.values()) {
      boolean waits = lane.rewinding && lane.underWay == 0 && !lane.notBefore.passed();
      if (waits && (nearest == null || lane.notBefore.leftNanos() < nearest.leftNanos())) {
        nearest = lane.notBefore;
      }
    }
    return nearest;
  }

  private void settle(Entry entry, BrokerSendResult result) {
    boolean decided =
        result instanceof BrokerSendResult.Accepted || result instanceof BrokerSendResult.Permanent;
    lock.lock();
    try {
      Lane lane = entry.lane;
      lane.underWay--;
      entry.underWay = false;
      if (decided) {
        remove(entry);
      } else {
        rewind(lane, result);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (decided) {
      report(entry.message, result);
    }
  }

  // Counted when it has been reported: who waits for all of them relies on having heard of each.
  private void report(OutgoingMessage message, BrokerSendResult result) {
    try {
      onSettled.accept(message, result);
    } finally {
      lock.lock();
      try {
        unsettled--;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void remove(Entry entry) {
    Lane lane = entry.lane;
    // Almost always the first: brokers that keep order answer in order.
    Iterator<Entry> each = lane.entries.iterator();
    while (each.hasNext()) {
      if (each.next() == entry) {
        each.remove();
        break;
      }
    }
    lane.backoff.ended(Duration.ofSeconds(1));
    if (lane.entries.isEmpty()) {
      lanes.remove(entry.message.target().spec());
    }
  }

  // After a lost connection the lane goes on as soon as it is open again; a broker that asks for
  // patience gets some.
  private static void rewind(Lane lane, BrokerSendResult result) {
    boolean first = !lane.rewinding;
    lane.rewinding = true;
    if (first && result instanceof BrokerSendResult.Transient) {
      lane.notBefore = Deadline.in(Clock.SYSTEM, lane.backoff.next());
    }
  }

  private void signal() {
    handingOver.lock();
    try {
      statusChanges++;
    } finally {
      handingOver.unlock();
    }
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

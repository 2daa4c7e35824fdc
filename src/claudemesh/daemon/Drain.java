package claudemesh.daemon;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.MeshClient;
import claudemesh.client.OutgoingMessage;
import claudemesh.json.Log;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStore;
import claudemesh.store.Via;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Sends one connection's mail from the outbox.
 *
 * <pre>
 *   wake ──► claim the oldest of each lane ──► send ──► accepted: settle    ┐
 *              ▲                                        refused: give up    ├─► wake
 *              │                                        not now: retry later┘
 *              └─────────── release ◄── the connection was lost: its fate is unknown
 * </pre>
 *
 * <p>There is a thread only while there is something to do: it ends when nothing can be claimed, or
 * the connection is not open, and {@link #wake} starts another. Claiming and handing over to the
 * client happen under one lock that a change of the connection's status takes too: what was claimed
 * for one connection never goes out on the next one, ahead of what that one is to repeat. With the
 * outbox's promise that no message of a lane is claimed before an older one is decided this keeps
 * the order for each target, over reconnects and restarts. Thread-safe.
 */
final class Drain {

  /** So many messages may be under way at once on one connection. */
  private static final int WINDOW = 256;

  /**
   * The longest waits after each failure in turn: for a broker that asks for some, or a recipient
   * who is away.
   */
  private static final List<Duration> PATIENCE =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  /** After a claim that found nothing, the next one is no sooner: the store may be catching up. */
  private static final Duration BREATH = Duration.ofMillis(5);

  private static final Optional<Duration> NEVER = Optional.empty();

  private final OutboxStore outbox;
  private final Via via;
  private final MeshClient client;
  private final OutboxEvents told;
  private final ReentrantLock handingOver = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();

  // Guarded by lock.
  private boolean running;
  private boolean again;
  private boolean dry;
  private int underWay;

  private final AtomicLong accepted = new AtomicLong();

  // Written under handingOver.
  private volatile long epoch;
  private volatile boolean stopped;

  /**
   * A drain that waits to be woken.
   *
   * @param outbox where the messages are
   * @param via the connection's name there
   * @param client the connection
   * @param told hears what becomes of them
   */
  Drain(OutboxStore outbox, Via via, MeshClient client, OutboxEvents told) {
    this.outbox = outbox;
    this.via = via;
    this.client = client;
    this.told = told;
  }

  /** There may be something to send. Never blocks. */
  void wake() {
    lock.lock();
    try {
      again = true;
      if (running) {
        woken.signal();
      } else if (!stopped && client.status() == WsStatus.OPEN) {
        running = true;
        Thread.ofVirtual().name("drain").start(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The connection stands again. On the connection's thread. */
  void opened() {
    outbox.hurry(via);
    wake();
  }

  /** The connection is lost, and with it every answer. On the connection's thread. */
  void lost() {
    handingOver.lock();
    try {
      epoch++;
      outbox.release(via);
    } finally {
      handingOver.unlock();
    }
    wake(); // one that waits notices that it is over
  }

  /** Sends no more; what is under way may still be answered. */
  void stop() {
    handingOver.lock();
    try {
      stopped = true;
    } finally {
      handingOver.unlock();
    }
    wake();
  }

  /** How many messages the broker has taken, since this daemon started. */
  long accepted() {
    return accepted.get();
  }

  private void run() {
    try {
      while (goesOn()) {
        handOver();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // A fault of the store's, most likely: the next wake tries again.
      Log.error("drain_failed", "mesh", via.mesh(), "key", via.key(), "why", e.toString());
      ended();
    }
  }

  private void ended() {
    lock.lock();
    try {
      running = false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there may be something to hand over; false, and not running, if there is none. */
  private boolean goesOn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        boolean mayWork = !stopped && client.status() == WsStatus.OPEN;
        if (mayWork && again && underWay < WINDOW) {
          again = false;
          return true;
        }
        Optional<Duration> next = mayWork && underWay < WINDOW ? outbox.nextClaim(via) : NEVER;
        if (next.isEmpty()) {
          running = false;
          return false;
        }
        Duration pause = dry && next.get().compareTo(BREATH) < 0 ? BREATH : next.get();
        again = pause.isZero() || woken.awaitNanos(pause.toNanos()) <= 0 || again;
      }
    } finally {
      lock.unlock();
    }
  }

  private void handOver() {
    handingOver.lock();
    try {
      if (stopped || client.status() != WsStatus.OPEN) {
        return;
      }
      List<OutboxRow> rows = outbox.claim(via, WINDOW - underWay());
      begun(rows.size());
      for (OutboxRow row : rows) {
        send(row, epoch);
      }
    } finally {
      handingOver.unlock();
    }
  }

  private void send(OutboxRow row, long sentIn) {
    try {
      client
          .send(outgoing(row))
          .whenComplete(
              (result, failure) ->
                  decided(row, sentIn, failure == null ? result : failed(failure)));
    } catch (RuntimeException e) {
      decided(row, sentIn, failed(e));
    }
  }

  private static BrokerSendResult failed(Throwable failure) {
    return new BrokerSendResult.Transient(failure.toString());
  }

  private static OutgoingMessage outgoing(OutboxRow row) {
    return new OutgoingMessage(
        row.message().clientMessageId(),
        Target.parse(row.message().target()),
        row.message().text(),
        Priority.of(row.message().priority()),
        row.message().replyToId(),
        List.of());
  }

  private void decided(OutboxRow row, long sentIn, BrokerSendResult result) {
    switch (result) {
      case BrokerSendResult.Accepted taken -> {
        accepted.incrementAndGet();
        outbox.settle(row.id(), taken.messageId());
        told.done(row, taken.messageId());
      }
      case BrokerSendResult.Permanent refused -> {
        outbox.giveUp(row.id(), refused.reason());
        told.dead(row, refused.reason());
      }
      case BrokerSendResult.Transient later -> {
        // On a connection that is gone it was not refused but lost: lost() releases it.
        if (sentIn == epoch && client.status() == WsStatus.OPEN) {
          outbox.retry(row.id(), later.reason(), patience(row.attempts()));
          told.delayed(row, later.reason());
        }
      }
      case BrokerSendResult.Unknown lost -> {} // lost() releases it
    }
    finished();
  }

  private static Duration patience(int attempts) {
    Duration ceiling = PATIENCE.get(Math.min(attempts, PATIENCE.size() - 1));
    // Half of it for certain: the broker has just asked for patience, and some jitter on top.
    return ceiling
        .dividedBy(2)
        .plus(Duration.ofNanos(RandomGenerator.getDefault().nextLong(ceiling.toNanos() / 2)));
  }

  private int underWay() {
    lock.lock();
    try {
      return underWay;
    } finally {
      lock.unlock();
    }
  }

  private void begun(int howMany) {
    lock.lock();
    try {
      underWay += howMany;
      dry = howMany == 0;
      again |= !dry; // there may be more
    } finally {
      lock.unlock();
    }
  }

  private void finished() {
    lock.lock();
    try {
      underWay--;
    } finally {
      lock.unlock();
    }
    wake();
  }
}

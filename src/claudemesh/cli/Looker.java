package claudemesh.cli;

import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks at something again and again, on a thread of its own, so that neither a daemon nor a broker
 * that takes its time keeps a view from its keys:
 *
 * <pre>
 *   look ──► keep ──► tell ──► wait for the interval, or a poke ──┐
 *    ▲                                                            │
 *    └────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Pokes that come thick and fast are one. The first failure ends it, and is thrown to whoever
 * asks for what was seen. Thread-safe.
 */
final class Looker<T> implements AutoCloseable {

  /** After a look the next is no sooner: a burst of events is no burst of questions. */
  private static final Duration BREATH = Duration.ofMillis(200);

  /** Looks once; may block. */
  interface Look<T> {
    T now() throws CliException, InterruptedException;
  }

  private final Duration interval;
  private final Look<T> look;
  private final Runnable told;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition poked = lock.newCondition();

  // Guarded by lock.
  private boolean again;
  private T seen;
  private CliException refused;
  private RuntimeException fault;

  /**
   * One that does not look yet.
   *
   * @param interval from the end of one look to the next
   * @param look what to do
   * @param told run after each look, and after a failure; it must be quick
   */
  Looker(Duration interval, Look<T> look, Runnable told) {
    this.interval = interval;
    this.look = look;
    this.told = told;
    this.thread = Thread.ofVirtual().name("looker").unstarted(this::run);
  }

  /** Begins to look; once. */
  void start() {
    thread.start();
  }

  /** Something has happened: looks again soon. Never blocks. */
  void poke() {
    lock.lock();
    try {
      again = true;
      poked.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was seen last; empty before the first look is over.
   *
   * @throws CliException if looking has failed: there will be nothing new
   */
  Optional<T> seen() throws CliException {
    lock.lock();
    try {
      if (refused != null) {
        throw refused;
      }
      if (fault != null) {
        throw fault;
      }
      return Optional.ofNullable(seen);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        T now = look.now();
        keep(now, null, null);
        pause();
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    } catch (CliException e) {
      keep(null, e, null);
    } catch (RuntimeException e) {
      keep(null, null, e);
    }
  }

  private void keep(T now, CliException failure, RuntimeException thrown) {
    lock.lock();
    try {
      seen = now;
      refused = failure;
      fault = thrown;
    } finally {
      lock.unlock();
    }
    told.run();
  }

  private void pause() throws InterruptedException {
    Deadline breath = Deadline.in(BREATH);
    Deadline next = Deadline.in(interval);
    lock.lockInterruptibly();
    try {
      while (!next.passed() && !(again && breath.passed())) {
        Deadline first = again ? breath : next;
        poked.awaitNanos(Math.min(first.leftNanos(), next.leftNanos()));
      }
      again = false;
    } finally {
      lock.unlock();
    }
  }

  /** Looks no more; returns when the look under way has ended. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // whoever closes waits all the same, and is told after
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package claudemesh.http;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Closes a connection when its time is up, because a channel knows no timeouts. One thread for one
 * wait: cheaper to start than a selector is to load.
 */
final class Watchdog implements Runnable, AutoCloseable {

  private enum State {
    WATCHING,
    DONE,
    BITTEN
  }

  private final ByteStream stream;
  private final long until;
  private final Thread thread;
  private State state = State.WATCHING;
  private final ReentrantLock lock = new ReentrantLock();

  private Watchdog(ByteStream stream, long nanos) {
    this.stream = stream;
    this.until = System.nanoTime() + nanos;
    this.thread =
        Thread.currentThread().isVirtual()
            ? Thread.ofVirtual().name("http-watchdog").unstarted(this)
            : new Thread(null, this, "http-watchdog", 128 << 10, false);
    if (!thread.isVirtual()) {
      thread.setDaemon(true);
    }
  }

  /**
   * Watches from now on.
   *
   * @param stream closed when time is up
   * @param nanos how long that is
   * @return to be closed when the wait is over
   */
  static Watchdog over(ByteStream stream, long nanos) {
    Watchdog watchdog = new Watchdog(stream, nanos);
    watchdog.thread.start();
    return watchdog;
  }

  @Override
  public void run() {
    long left = until - System.nanoTime();
    while (left > 0 && is(State.WATCHING)) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
    if (leaveFor(State.BITTEN)) {
      stream.abort();
    }
  }

  /** Whether time was up before the wait was over. */
  boolean hasBitten() {
    return is(State.BITTEN);
  }

  @Override
  public void close() {
    leaveFor(State.DONE);
    LockSupport.unpark(thread);
  }

  private boolean is(State wanted) {
    lock.lock();
    try {
      return state == wanted;
    } finally {
      lock.unlock();
    }
  }

  /** Says whether it was still watching. */
  private boolean leaveFor(State next) {
    lock.lock();
    try {
      boolean left = state == State.WATCHING;
      state = left ? next : state;
      return left;
    } finally {
      lock.unlock();
    }
  }
}

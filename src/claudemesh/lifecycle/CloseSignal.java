package claudemesh.lifecycle;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The wish to close, and the way it reaches a loop that waits; and the weaker wish that it wait no
 * longer before its next attempt. Only waits of the loop's own are interrupted: an interrupt in the
 * middle of a listener would hit whatever file or socket it is working on. Thread-safe.
 */
final class CloseSignal {

  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean requested;
  private Thread waiting;
  private boolean napping;
  private boolean hurried;

  boolean isRequested() {
    return requested;
  }

  /** Asks for the end; wakes the loop if it waits. Idempotent. */
  void request() {
    lock.lock();
    try {
      requested = true;
      if (waiting != null) {
        waiting.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Cuts short the nap before the next attempt: the one under way, or else the next one if an
   * attempt is under way.
   */
  void hurry() {
    lock.lock();
    try {
      hurried = true;
      if (napping) {
        waiting.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The attempt under way has succeeded: there is nothing left to hurry. */
  void arrived() {
    lock.lock();
    try {
      hurried = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs the nap before the next attempt.
   *
   * @return whether it was cut short
   * @throws AttemptEnded with {@link Ending.Requested} if the end was asked for before or meanwhile
   */
  boolean nap(Wait<?> wait) throws AttemptEnded {
    enter();
    try {
      if (lieDown()) {
        wait.run();
      }
    } catch (InterruptedException e) {
      if (requested) {
        throw new AttemptEnded(new Ending.Requested());
      }
    } finally {
      leave();
    }
    return getUp();
  }

  private boolean lieDown() {
    lock.lock();
    try {
      napping = !hurried;
      return napping;
    } finally {
      lock.unlock();
    }
  }

  private boolean getUp() {
    lock.lock();
    try {
      napping = false;
      boolean early = hurried;
      hurried = false;
      return early;
    } finally {
      lock.unlock();
    }
  }

  /** One wait of the loop. */
  interface Wait<T> {
    T run() throws InterruptedException, AttemptEnded;
  }

  /**
   * Runs one wait of the loop.
   *
   * @throws AttemptEnded what the wait throws; with {@link Ending.Requested} if the end was asked
   *     for before or meanwhile
   */
  <T> T interruptibly(Wait<T> wait) throws AttemptEnded {
    enter();
    try {
      return wait.run();
    } catch (InterruptedException e) {
      throw new AttemptEnded(new Ending.Requested());
    } finally {
      leave();
    }
  }

  private void enter() throws AttemptEnded {
    lock.lock();
    try {
      if (requested) {
        throw new AttemptEnded(new Ending.Requested());
      }
      Thread.interrupted(); // one that a listener left behind is no wish to close
      waiting = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      waiting = null;
      napping = false;
      Thread.interrupted(); // an interrupt that came too late must not hit the next wait
    } finally {
      lock.unlock();
    }
  }
}

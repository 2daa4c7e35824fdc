package claudemesh.cli;

import java.util.EnumSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a view that stays is woken by. Signals, keys and what is looked at come in on threads of
 * their own and wake the one that draws; several of a kind are one. Thread-safe.
 */
final class Moments {

  /** A kind of moment, the most urgent first. */
  enum Moment {
    /** The person has seen enough. */
    QUIT,
    /** The terminal has another size, or was used by somebody else. */
    RESIZED,
    /** There is something new to show. */
    NEWS
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition come = lock.newCondition();
  private final EnumSet<Moment> waiting = EnumSet.noneOf(Moment.class);

  /** It has come. Never blocks. */
  void tell(Moment moment) {
    lock.lock();
    try {
      waiting.add(moment);
      come.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next; the most urgent of several. */
  Moment next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty()) {
        come.await();
      }
      Moment first = waiting.iterator().next();
      waiting.remove(first);
      return first;
    } finally {
      lock.unlock();
    }
  }
}

package claudemesh.daemon;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The last endings of one connection, oldest first. Costs nothing until one ends. Thread-safe. */
final class Endings {

  /** So many are remembered. */
  static final int REMEMBERED = 20;

  private final ReentrantLock lock = new ReentrantLock();
  private ArrayDeque<EndingRecord> last;

  void add(EndingRecord ending) {
    lock.lock();
    try {
      if (last == null) {
        last = new ArrayDeque<>(2); // most connections end seldom, and there may be thousands
      }
      if (last.size() == REMEMBERED) {
        last.removeFirst();
      }
      last.addLast(ending);
    } finally {
      lock.unlock();
    }
  }

  /** The last one; empty if it has never ended. */
  Optional<EndingRecord> newest() {
    lock.lock();
    try {
      return last == null ? Optional.empty() : Optional.ofNullable(last.peekLast());
    } finally {
      lock.unlock();
    }
  }

  List<EndingRecord> list() {
    lock.lock();
    try {
      return last == null ? List.of() : List.copyOf(last);
    } finally {
      lock.unlock();
    }
  }
}

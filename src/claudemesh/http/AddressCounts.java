package claudemesh.http;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How many connections each address has that nobody has vouched for yet. Thread-safe. */
final class AddressCounts {

  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * No connections.
   *
   * @param most how many one address may have
   */
  AddressCounts(int most) {
    this.most = most;
  }

  /** Counts one more; false, and it is not counted, if the address has as many as it may. */
  boolean enter(String address) {
    lock.lock();
    try {
      int count = counts.getOrDefault(address, 0);
      if (count >= most) {
        return false;
      }
      counts.put(address, count + 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Counts one less. */
  void leave(String address) {
    lock.lock();
    try {
      counts.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    } finally {
      lock.unlock();
    }
  }

  /** How many addresses are known, for tests: none when nobody is there. */
  int addresses() {
    lock.lock();
    try {
      return counts.size();
    } finally {
      lock.unlock();
    }
  }
}

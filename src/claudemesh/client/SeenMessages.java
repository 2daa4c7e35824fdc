package claudemesh.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which messages have been handed on, so that a redelivery is not handed on twice. Remembers a
 * bounded number, the oldest forgotten first; a durable inbox needs no such bound. Thread-safe.
 */
final class SeenMessages {

  /** What is known of a message. */
  enum Seen {
    /** Never seen. */
    NEW,
    /** Handed on, not acknowledged yet. */
    HANDED_ON,
    /** Acknowledged: the broker lost our ack and must be told again. */
    ACKNOWLEDGED
  }

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Seen> seen;

  SeenMessages(int capacity) {
    this.capacity = capacity;
    this.seen = new LinkedHashMap<>();
  }

  /** Remembers a message as handed on; returns what was known of it before. */
  Seen handOn(String key) {
    lock.lock();
    try {
      Seen before = seen.putIfAbsent(key, Seen.HANDED_ON);
      forgetOldest();
      return before == null ? Seen.NEW : before;
    } finally {
      lock.unlock();
    }
  }

  /** Its handler failed: the redelivery is to be handed on again. */
  void forget(String key) {
    lock.lock();
    try {
      seen.remove(key);
    } finally {
      lock.unlock();
    }
  }

  void acknowledge(String key) {
    lock.lock();
    try {
      seen.put(key, Seen.ACKNOWLEDGED);
      forgetOldest();
    } finally {
      lock.unlock();
    }
  }

  private void forgetOldest() {
    if (seen.size() > capacity) {
      var oldest = seen.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }
}

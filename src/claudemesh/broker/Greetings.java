package claudemesh.broker;

import claudemesh.http.WsConnection;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Connections that have not said their hello. Whoever takes one off the list, its hello or the
 * clock, decides what becomes of it. One deadline holds from the accept to the hello, however the
 * peer divides it between TLS, request and hello. Safe from any thread.
 */
final class Greetings {

  private final Clock clock;
  private final Duration timeout;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<WsConnection, Long> waiting = new HashMap<>();

  Greetings(Clock clock, Duration timeout) {
    this.clock = clock;
    this.timeout = timeout;
  }

  /** Puts a connection on. */
  void await(WsConnection connection) {
    lock.lock();
    try {
      Duration left = timeout.minus(connection.sinceRequest());
      waiting.put(connection, clock.nanoTime() + left.toNanos());
    } finally {
      lock.unlock();
    }
  }

  /** Takes a connection off; false if the clock was faster. */
  boolean take(WsConnection connection) {
    lock.lock();
    try {
      return waiting.remove(connection) != null;
    } finally {
      lock.unlock();
    }
  }

  /** How many wait. */
  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes off those that have kept silent too long. */
  List<WsConnection> takeOverdue() {
    lock.lock();
    try {
      long now = clock.nanoTime();
      List<WsConnection> overdue = new ArrayList<>();
      Iterator<Map.Entry<WsConnection, Long>> entries = waiting.entrySet().iterator();
      while (entries.hasNext()) {
        Map.Entry<WsConnection, Long> entry = entries.next();
        if (entry.getValue() - now <= 0) {
          overdue.add(entry.getKey());
          entries.remove();
        }
      }
      return overdue;
    } finally {
      lock.unlock();
    }
  }
}

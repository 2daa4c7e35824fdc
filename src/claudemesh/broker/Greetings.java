package claudemesh.broker;

import claudemesh.http.WsConnection;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Connections that have not said their hello, so many of one address. Whoever takes one off the
 * list, its hello or the clock, decides what becomes of it. Safe from any thread.
 */
final class Greetings {

  private final Clock clock;
  private final Duration timeout;

  private final ReentrantLock lock = new ReentrantLock();
  // In the order they came, which is the order in which they are overdue.
  private final Map<WsConnection, Long> waiting = new LinkedHashMap<>();
  private final Map<String, Integer> byHost = new HashMap<>();
  private final int mostPerHost;

  Greetings(Clock clock, Duration timeout, int mostPerHost) {
    this.clock = clock;
    this.timeout = timeout;
    this.mostPerHost = mostPerHost;
  }

  /** Puts a connection on; false if its address has too many there. */
  boolean await(WsConnection connection) {
    lock.lock();
    try {
      String host = Presence.hostOf(connection.remoteAddress());
      if (byHost.getOrDefault(host, 0) >= mostPerHost) {
        return false;
      }
      byHost.merge(host, 1, Integer::sum);
      waiting.put(connection, clock.nanoTime() + timeout.toNanos());
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a connection off; false if the clock was faster. */
  boolean take(WsConnection connection) {
    lock.lock();
    try {
      boolean taken = waiting.remove(connection) != null;
      if (taken) {
        countDown(connection);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void countDown(WsConnection connection) {
    byHost.computeIfPresent(
        Presence.hostOf(connection.remoteAddress()),
        (host, count) -> count == 1 ? null : count - 1);
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
        if (entry.getValue() - now > 0) {
          break;
        }
        overdue.add(entry.getKey());
        countDown(entry.getKey());
        entries.remove();
      }
      return overdue;
    } finally {
      lock.unlock();
    }
  }
}

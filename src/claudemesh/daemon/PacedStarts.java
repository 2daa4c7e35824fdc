package claudemesh.daemon;

import claudemesh.json.Log;
import claudemesh.lifecycle.WsStatus;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Starts connections to one broker so that only a few say hello at once, however many there are: a
 * daemon that comes back with ten thousand sessions must neither flood the broker nor time out in
 * its own queue. The next one starts when an earlier first attempt is decided, whichever way;
 * afterwards each has its own jittered backoff. Needs no thread. Thread-safe.
 */
final class PacedStarts {

  private final int atOnce;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<MeshConnection> waiting = new ArrayDeque<>();
  private int underWay;

  /**
   * Starts for one broker.
   *
   * @param atOnce how many first attempts may be under way
   */
  PacedStarts(int atOnce) {
    this.atOnce = atOnce;
  }

  /** Starts a connection, now or when its turn comes. */
  void add(MeshConnection connection) {
    lock.lock();
    try {
      waiting.add(connection);
    } finally {
      lock.unlock();
    }
    startNext();
  }

  private void startNext() {
    MeshConnection next = take();
    if (next == null) {
      return;
    }
    try {
      next.begin(this::decided);
    } catch (RuntimeException e) {
      Log.error("connection_not_started", "connection", next.toString(), "why", e.toString());
      decided();
    }
  }

  private MeshConnection take() {
    lock.lock();
    try {
      MeshConnection next = underWay < atOnce ? waiting.poll() : null;
      while (next != null && next.client().status() == WsStatus.CLOSED) {
        next = waiting.poll(); // closed while it waited
      }
      if (next != null) {
        underWay++;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void decided() {
    lock.lock();
    try {
      underWay--;
    } finally {
      lock.unlock();
    }
    startNext();
  }
}

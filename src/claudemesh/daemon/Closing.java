package claudemesh.daemon;

import claudemesh.json.Log;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Closes many things at once within one deadline: a goodbye may take two round trips. */
final class Closing {

  /** What has a goodbye to say, and may take its time over it. */
  interface Leaving extends AutoCloseable {
    @Override
    void close();
  }

  /** How long the goodbyes of a mesh's sessions may take; then the process's end cuts the rest. */
  static final Duration SESSIONS = Duration.ofMillis(1_000);

  /** How long the goodbye of a mesh's member may take, after those of its sessions. */
  static final Duration MEMBERS = Duration.ofMillis(400);

  /** So many say goodbye at a time at a process's end: all at once would starve each other. */
  static final int AT_A_TIME = 256;

  private Closing() {}

  /** Closes all, each on a thread of its own; returns when they are closed or time is up. */
  static void all(Collection<? extends Leaving> leaving, Duration patience) {
    Deadline deadline = Deadline.in(patience);
    await(leaving.stream().<Runnable>map(each -> each::close).toList(), deadline, patience);
  }

  /**
   * At a process's end: closes as many as there is time for, who take turns. What has not begun to
   * leave when time is up never does: the end cuts it, whose goodbye would only hold that up.
   *
   * @param turns how many may be leaving at once, of all that leave
   */
  static void some(Collection<? extends Leaving> leaving, Duration patience, Semaphore turns) {
    Deadline deadline = Deadline.in(patience);
    await(
        leaving.stream().<Runnable>map(each -> () -> inTurn(each, deadline, turns)).toList(),
        deadline,
        patience);
  }

  private static void inTurn(Leaving leaving, Deadline deadline, Semaphore turns) {
    try {
      if (turns.tryAcquire(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
        try {
          if (!deadline.passed()) {
            leaving.close();
          }
        } finally {
          turns.release();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(List<Runnable> closes, Deadline deadline, Duration patience) {
    List<Thread> threads = new ArrayList<>(closes.size());
    for (Runnable close : closes) {
      threads.add(Thread.ofVirtual().name("closing").start(close));
    }
    try {
      for (Thread thread : threads) {
        if (!thread.join(deadline.left())) {
          Log.warn("goodbye_cut_short", "after_ms", patience.toMillis());
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody wants it faster still
    }
  }
}

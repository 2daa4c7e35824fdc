package claudemesh.daemon;

import claudemesh.json.Log;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Closes many things at once within one deadline: a goodbye may take two round trips. */
final class Closing {

  /** What has a goodbye to say, and may take its time over it. */
  interface Leaving extends AutoCloseable {
    @Override
    void close();
  }

  /** How long all goodbyes of one kind may take; what is left over is cut by the process's end. */
  static final Duration PATIENCE = Duration.ofMillis(800);

  private Closing() {}

  /** Closes all, each on a thread of its own; returns when they are closed or time is up. */
  static void all(Collection<? extends Leaving> leaving) {
    Deadline deadline = Deadline.in(PATIENCE);
    List<Thread> threads = new ArrayList<>(leaving.size());
    for (Leaving each : leaving) {
      threads.add(Thread.ofVirtual().name("closing").start(each::close));
    }
    try {
      for (Thread thread : threads) {
        if (!thread.join(deadline.left())) {
          Log.warn("goodbye_cut_short", "after_ms", PATIENCE.toMillis());
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody wants it faster still
    }
  }
}

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

  /** How long the goodbyes of a mesh's sessions may take; then the process's end cuts the rest. */
  static final Duration SESSIONS = Duration.ofMillis(1_000);

  /** How long the goodbye of a mesh's member may take, after those of its sessions. */
  static final Duration MEMBERS = Duration.ofMillis(400);

  private Closing() {}

  /** Closes all, each on a thread of its own; returns when they are closed or time is up. */
  static void all(Collection<? extends Leaving> leaving, Duration patience) {
    Deadline deadline = Deadline.in(patience);
    List<Thread> threads = new ArrayList<>(leaving.size());
    for (Leaving each : leaving) {
      threads.add(Thread.ofVirtual().name("closing").start(each::close));
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

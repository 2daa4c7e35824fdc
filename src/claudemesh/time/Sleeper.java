package claudemesh.time;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How a loop waits between two attempts; tests replace it and need not wait. */
@FunctionalInterface
public interface Sleeper {

  /** Parks the calling thread on the monotonic clock. */
  Sleeper SYSTEM =
      duration -> {
        long deadline = System.nanoTime() + duration.toNanos();
        // parkNanos may return early for no reason, so the clock decides, not the call.
        for (long left = duration.toNanos(); left > 0; left = deadline - System.nanoTime()) {
          LockSupport.parkNanos(left);
          if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting " + duration);
          }
        }
      };

  /**
   * Blocks the calling thread.
   *
   * @param duration how long; zero or negative returns at once
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  void sleep(Duration duration) throws InterruptedException;
}

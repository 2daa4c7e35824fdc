package claudemesh.time;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads and processes bring about, and leaves them the processor for it. */
public final class Waiting {

  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final long STEP_NANOS = 1_000_000;

  private Waiting() {}

  /**
   * Returns when something is so.
   *
   * @param what it is, for the failure
   * @param condition whether it is so
   * @throws Exception what the condition throws
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    Deadline deadline = Deadline.in(PATIENCE);
    while (!condition.call()) {
      if (deadline.passed()) {
        throw new AssertionError("waited in vain for " + what);
      }
      step();
    }
  }

  /** Lets others run for a moment; for loops with a bound of their own. */
  public static void step() {
    LockSupport.parkNanos(STEP_NANOS);
  }
}

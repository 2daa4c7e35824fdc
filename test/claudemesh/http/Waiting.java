package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about. */
final class Waiting {

  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long STEP_NANOS = 1_000_000;

  private Waiting() {}

  /** Returns when it holds; fails if it does not within a minute. */
  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE_NANOS, "did not come true in a minute");
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}

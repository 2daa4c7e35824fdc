package claudemesh.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The two clocks a connection needs, behind one interface so that tests own time.
 *
 * <p>Waits are measured on {@link #nanoTime()}, which no administrator and no time server can set.
 * {@link #wallTime()} is for what goes on the wire and to people, and for noticing that the machine
 * slept: the monotonic clock stands still then, the wall clock does not. Implementations are
 * thread-safe.
 */
public interface Clock {

  /** The machine's own clocks. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Instant wallTime() {
          return Instant.now();
        }
      };

  /**
   * Monotonic time.
   *
   * @return nanoseconds from an arbitrary origin; only differences mean anything
   */
  long nanoTime();

  /**
   * Wall-clock time, which may jump.
   *
   * @return what this machine takes the time of day to be
   */
  Instant wallTime();

  /**
   * Time passed on the monotonic clock.
   *
   * @param sinceNanos an earlier {@link #nanoTime()}
   * @return how long ago that was
   */
  default Duration since(long sinceNanos) {
    return Duration.ofNanos(nanoTime() - sinceNanos);
  }
}

package claudemesh.time;

import java.time.Duration;
import java.util.Objects;

/**
 * One point in monotonic time that bounds a wait of several steps: each step asks what is {@link
 * #left()} and none can stretch the whole. Immutable and thread-safe.
 */
public final class Deadline {

  private final Clock clock;
  private final long atNanos;

  private Deadline(Clock clock, long atNanos) {
    this.clock = clock;
    this.atNanos = atNanos;
  }

  /**
   * A deadline that starts to run now.
   *
   * @param clock the clock it is measured on
   * @param duration how far ahead it lies; not negative, at most about 290 years
   * @return the deadline
   */
  public static Deadline in(Clock clock, Duration duration) {
    Objects.requireNonNull(clock, "clock");
    if (duration.isNegative()) {
      throw new IllegalArgumentException("a deadline lies ahead, got " + duration);
    }
    return new Deadline(clock, clock.nanoTime() + duration.toNanos());
  }

  /**
   * A deadline on the machine's own clock that starts to run now.
   *
   * @param duration how far ahead it lies; not negative
   * @return the deadline
   */
  public static Deadline in(Duration duration) {
    return in(Clock.SYSTEM, duration);
  }

  /**
   * What remains.
   *
   * @return the time left, never negative
   */
  public Duration left() {
    return Duration.ofNanos(leftNanos());
  }

  /**
   * What remains, for calls that take nanoseconds.
   *
   * @return nanoseconds left, never negative
   */
  public long leftNanos() {
    return Math.max(0, atNanos - clock.nanoTime());
  }

  /**
   * Whether it has passed.
   *
   * @return true once nothing is left
   */
  public boolean passed() {
    return leftNanos() == 0;
  }

  @Override
  public String toString() {
    return "deadline in " + left();
  }
}

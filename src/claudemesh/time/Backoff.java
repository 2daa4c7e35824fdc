package claudemesh.time;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: a schedule of ceilings with full jitter, started over
 * only by a connection that held.
 *
 * <p>Full jitter means each delay is drawn evenly between nothing and the ceiling: a crowd that
 * lost the same broker at the same moment must not come back at the same moment. A connection that
 * opens and is dropped again straight away does not start the schedule over, or an
 * accept-then-close broker would be hammered at the first ceiling for ever. Not thread-safe: one
 * loop owns it.
 */
public final class Backoff {

  /** 1, 2, 4, 8, 16, then 30 s for as long as it takes. */
  public static final List<Duration> DEFAULT_SCHEDULE =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8),
          Duration.ofSeconds(16),
          Duration.ofSeconds(30));

  /** How long a connection must have been open to count as one that held. */
  public static final Duration DEFAULT_STABLE = Duration.ofSeconds(30);

  /**
   * The longest wait that may be asked for: a hundred years, and two still fit a nanosecond clock.
   */
  public static final Duration LONGEST = Duration.ofDays(36_500);

  private final List<Duration> schedule;
  private final Duration stable;
  private final RandomGenerator random;
  private int failures;

  /**
   * A schedule at its start.
   *
   * @param schedule the ceilings in order, the last one repeated; not empty, none negative or over
   *     {@link #LONGEST}
   * @param stable how long a connection must have been open for the schedule to start over
   * @param random the source of jitter; seed it to replay a run
   * @throws IllegalArgumentException if the schedule is empty or has a ceiling out of bounds
   */
  public Backoff(List<Duration> schedule, Duration stable, RandomGenerator random) {
    this.schedule = requireSchedule(schedule);
    this.stable = Objects.requireNonNull(stable, "stable");
    this.random = Objects.requireNonNull(random, "random");
  }

  /**
   * Checks a schedule before anything starts.
   *
   * @param schedule the ceilings
   * @return an unmodifiable copy
   * @throws IllegalArgumentException if it is empty or has a ceiling out of bounds
   */
  public static List<Duration> requireSchedule(List<Duration> schedule) {
    if (schedule.isEmpty()) {
      throw new IllegalArgumentException("the backoff schedule is empty: give at least one delay");
    }
    for (Duration ceiling : schedule) {
      if (ceiling.isNegative() || ceiling.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "a backoff delay is between 0 and " + LONGEST.toDays() + " days, got " + ceiling);
      }
    }
    return List.copyOf(schedule);
  }

  /**
   * Draws the next delay and moves one step along the schedule.
   *
   * @return between nothing and the current ceiling
   */
  public Duration next() {
    Duration ceiling = schedule.get(Math.min(failures, schedule.size() - 1));
    failures = Math.min(failures + 1, schedule.size());
    return jitter(ceiling);
  }

  /**
   * Draws a delay under a ceiling of the caller's, leaving the schedule where it is.
   *
   * @param ceiling the longest it may be
   * @return between nothing and {@code ceiling}
   */
  public Duration jitter(Duration ceiling) {
    return ceiling.isZero() ? ceiling : Duration.ofNanos(random.nextLong(ceiling.toNanos() + 1));
  }

  /**
   * Tells how long the connection that has just ended was open; a stable spell starts the schedule
   * over.
   *
   * @param open the time between the hello ack and the ending
   */
  public void ended(Duration open) {
    if (open.compareTo(stable) >= 0) {
      startOver();
    }
  }

  /** Goes back to the start of the schedule. */
  public void startOver() {
    failures = 0;
  }
}

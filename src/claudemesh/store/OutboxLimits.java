package claudemesh.store;

import java.time.Duration;

/**
 * How much an outbox keeps. What does not fit is refused, what is given up has a reason.
 *
 * @param maxPending most messages that are pending or in flight
 * @param maxPendingChars most characters of their texts altogether
 * @param maxInFlightPerLane most messages in flight from one connection to one target. One keeps
 *     their order whatever happens; with more, a message that the broker refuses for now comes in
 *     behind those that it took meanwhile
 * @param maxAge how long a message may be pending before it is dead
 * @param retention how long a message that is done, dead or aborted is remembered
 * @param maxFinished how many of those at most
 */
public record OutboxLimits(
    int maxPending,
    long maxPendingChars,
    int maxInFlightPerLane,
    Duration maxAge,
    Duration retention,
    int maxFinished) {

  /**
   * 100 000 pending with 256 Mi characters, one in flight in each lane, given up after 7 days; 100
   * 000 finished ones for 7 days.
   */
  public static final OutboxLimits DEFAULT =
      new OutboxLimits(100_000, 256L << 20, 1, Duration.ofDays(7), Duration.ofDays(7), 100_000);

  /** Checks. */
  public OutboxLimits {
    if (maxPending < 1 || maxPendingChars < 1 || maxInFlightPerLane < 1 || maxFinished < 0) {
      throw new IllegalArgumentException("outbox limits must be above 0");
    }
    requirePositive("maxAge", maxAge);
    requirePositive("retention", retention);
  }

  static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": expected more than 0, got " + duration);
    }
  }
}

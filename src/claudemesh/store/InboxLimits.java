package claudemesh.store;

import java.time.Duration;

/**
 * How much an inbox keeps, all recipients together. What does not fit is refused, so that a broker
 * keeps it.
 *
 * @param maxMessages most messages that can be read
 * @param maxChars most characters of their bodies altogether
 * @param maxUnreadable most messages kept aside
 * @param retention how long a message is kept, seen or not
 * @param remembered how long a deleted message is known again if it is delivered once more
 */
public record InboxLimits(
    int maxMessages, long maxChars, int maxUnreadable, Duration retention, Duration remembered) {

  /**
   * 2 000 000 messages with 2 Gi characters and 10 000 aside, for a year; deleted ones known again
   * for 30 days, which is as long as a broker keeps what nobody acknowledged.
   */
  public static final InboxLimits DEFAULT =
      new InboxLimits(2_000_000, 2L << 30, 10_000, Duration.ofDays(365), Duration.ofDays(30));

  /** Checks. */
  public InboxLimits {
    if (maxMessages < 1 || maxChars < 1 || maxUnreadable < 0) {
      throw new IllegalArgumentException("inbox limits must be above 0");
    }
    OutboxLimits.requirePositive("retention", retention);
    OutboxLimits.requirePositive("remembered", remembered);
  }
}

package claudemesh.store;

import java.time.Duration;

/**
 * How much a store keeps. Everything is refused or dropped with a reason, never silently.
 *
 * @param maxPerMailbox most unsettled messages of one mailbox
 * @param maxMessages most unsettled messages altogether
 * @param maxChars most characters of unsettled payload altogether
 * @param retention how long a message waits before it is dead
 * @param remembered how many settled or dead messages are remembered, for repetitions and questions
 * @param maxPerLog how many texts of a log are kept, the latest; none for longer than the retention
 */
public record MailboxLimits(
    int maxPerMailbox,
    int maxMessages,
    long maxChars,
    Duration retention,
    int remembered,
    int maxPerLog) {

  /**
   * 10 000 a mailbox, 1 000 000 and 256 Mi characters altogether, 30 days, 100 000 remembered, 1
   * 000 a log.
   */
  public static final MailboxLimits DEFAULT =
      new MailboxLimits(10_000, 1_000_000, 256L << 20, Duration.ofDays(30), 100_000, 1_000);

  /** Checks. */
  public MailboxLimits {
    if (maxPerMailbox < 1 || maxMessages < 1 || maxChars < 1 || remembered < 0 || maxPerLog < 0) {
      throw new IllegalArgumentException("mailbox limits must be above 0");
    }
    if (retention.isNegative() || retention.isZero()) {
      throw new IllegalArgumentException("retention: expected more than 0, got " + retention);
    }
  }

  /**
   * With logs as long as by {@link #DEFAULT}.
   *
   * @param maxPerMailbox most unsettled messages of one mailbox
   * @param maxMessages most unsettled messages altogether
   * @param maxChars most characters of unsettled payload altogether
   * @param retention how long a message waits before it is dead
   * @param remembered how many settled or dead messages are remembered
   */
  public MailboxLimits(
      int maxPerMailbox, int maxMessages, long maxChars, Duration retention, int remembered) {
    this(maxPerMailbox, maxMessages, maxChars, retention, remembered, 1_000);
  }
}

package claudemesh.lifecycle;

import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether the peer of one connection still lives, from the upgrade on. Measured on the monotonic
 * clock, so that setting the time of day kills nothing; but when the wall clock moved without it,
 * or a wait took far too long, this machine slept or was stopped, and the peer is asked before it
 * is given up. Not thread-safe: the loop owns it.
 */
final class Liveness {

  /** What is due. */
  enum Due {
    NOTHING,
    PING,
    DEAD
  }

  /**
   * So many pings, a second apart, follow the last message of a burst. The JDK loses a FIN that
   * comes while it hands a message on (of 21 and 25, every fifth: the end of input finds no demand
   * and is dropped). A dead peer's machine answers the first ping with an RST, and the third one
   * cannot be written any more.
   */
  private static final int PINGS_AFTER_MESSAGE = 3;

  private static final long SOON_NANOS = 1_000_000_000L;

  /** A jump or an overlong wait smaller than this is ordinary scheduling. */
  private static final Duration NOTICEABLE = Duration.ofSeconds(5);

  private final Clock clock;
  private final long pingNanos;
  private final Duration silence;
  private final Duration probe;
  private long pingAt;
  private int pingsSoon;
  private long deadAt;
  private Duration limit;
  private long waitStarted;
  private Instant wallStarted;
  private long waitNanos;

  Liveness(Clock clock, Duration ping, Duration silence, Duration probe) {
    this.clock = clock;
    this.pingNanos = ping.toNanos();
    this.silence = silence;
    this.probe = probe;
    this.pingAt = clock.nanoTime() + pingNanos;
    heard();
  }

  /** The peer gave a sign of life, or we kept it from doing so. */
  void heard() {
    limit = silence;
    deadAt = clock.nanoTime() + silence.toNanos();
  }

  /** The peer sent a message. */
  void heardMessage() {
    heard();
    pingsSoon = PINGS_AFTER_MESSAGE;
    pingAt = clock.nanoTime() + Math.min(SOON_NANOS, pingNanos);
  }

  /** How long until something is due, at most {@code atMost}. The wait is taken to start now. */
  Duration beginWait(Duration atMost) {
    waitStarted = clock.nanoTime();
    wallStarted = clock.wallTime();
    long due = Math.min(pingAt - waitStarted, deadAt - waitStarted); // nanoTime may overflow
    waitNanos = Math.max(0, Math.min(due, atMost.toNanos()));
    return Duration.ofNanos(waitNanos);
  }

  /** Looks at both clocks after a wait in which nothing was heard. */
  Due endWait() {
    long now = clock.nanoTime();
    if (slept(now)) {
      probe();
      return Due.PING;
    }
    if (now - deadAt >= 0) {
      return Due.DEAD;
    }
    if (now - pingAt >= 0) {
      pingsSoon = Math.max(0, pingsSoon - 1);
      pingAt = now + (pingsSoon > 0 ? Math.min(SOON_NANOS, pingNanos) : pingNanos);
      return Due.PING;
    }
    return Due.NOTHING;
  }

  /** How long the peer had when it was found dead. */
  Duration limit() {
    return limit;
  }

  private boolean slept(long now) {
    Duration monotonic = Duration.ofNanos(now - waitStarted);
    Duration wall = Duration.between(wallStarted, clock.wallTime());
    Duration overslept = monotonic.minusNanos(waitNanos);
    return wall.minus(monotonic).abs().compareTo(NOTICEABLE) > 0
        || overslept.compareTo(NOTICEABLE) > 0;
  }

  /** The peer is about to be asked, and is dead if it gives no sign of life soon. */
  void probe() {
    long now = clock.nanoTime();
    limit = probe;
    deadAt = now + probe.toNanos();
    pingAt = now + pingNanos;
  }
}

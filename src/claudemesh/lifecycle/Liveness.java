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

  /** A jump or an overlong wait smaller than this is ordinary scheduling. */
  private static final Duration NOTICEABLE = Duration.ofSeconds(5);

  private final Clock clock;
  private final long pingNanos;
  private final Duration silence;
  private final Duration probe;
  private long pingAt;
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
      return probe(now);
    }
    if (now - deadAt >= 0) {
      return Due.DEAD;
    }
    if (now - pingAt >= 0) {
      pingAt = now + pingNanos;
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

  private Due probe(long now) {
    limit = probe;
    deadAt = now + probe.toNanos();
    pingAt = now + pingNanos;
    return Due.PING;
  }
}

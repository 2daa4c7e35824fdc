package claudemesh.broker;

import claudemesh.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rate of one member's sends. Whoever comes early is told how long to wait and has its place
 * from then on; nobody is turned away unless the wait would be too long. Safe from any thread.
 */
final class TokenBucket {

  private final Clock clock;
  private final long intervalNanos;
  private final long toleranceNanos;

  private final ReentrantLock lock = new ReentrantLock();
  // When the next send would be due at the sustained rate.
  private long dueNanos;

  TokenBucket(Clock clock, int perSecond, int burst) {
    this.clock = clock;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.toleranceNanos = (burst - 1) * intervalNanos;
    this.dueNanos = clock.nanoTime();
  }

  /** Takes the next place: how long to wait for it, or empty (and none taken) if over the limit. */
  Optional<Duration> take(Duration longest) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      long due = dueNanos - now < 0 ? now : dueNanos;
      long wait = due - now - toleranceNanos;
      if (wait > longest.toNanos()) {
        return Optional.empty();
      }
      dueNanos = due + intervalNanos;
      return Optional.of(wait <= 0 ? Duration.ZERO : Duration.ofNanos(wait));
    } finally {
      lock.unlock();
    }
  }
}

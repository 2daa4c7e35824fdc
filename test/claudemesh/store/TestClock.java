package claudemesh.store;

import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when a test says so; both clocks begin at 0. */
final class TestClock implements Clock {
  private final AtomicLong nanos = new AtomicLong();

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public Instant wallTime() {
    return Instant.EPOCH.plusNanos(nanos.get());
  }

  void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}

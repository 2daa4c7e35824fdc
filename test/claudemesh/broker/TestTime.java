package claudemesh.broker;

import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it; whoever sleeps moves it too. */
final class TestTime implements Clock, Sleeper {

  private static final Instant START = Instant.parse("2026-03-01T12:00:00.123Z");

  private final AtomicLong nanos = new AtomicLong();

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public Instant wallTime() {
    return START.plusNanos(nanos.get());
  }

  @Override
  public void sleep(Duration duration) {
    advance(duration);
  }

  void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}

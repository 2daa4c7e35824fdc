package claudemesh.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clock, deadline and sleeper. */
final class ClocksTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong nanos = new AtomicLong();
  private final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          return nanos.get();
        }

        @Override
        public Instant wallTime() {
          throw new AssertionError("a wait is not measured on the wall clock");
        }
      };

  @Test
  void aDeadlineCountsDownToNothingAndNoFurther() {
    Deadline deadline = Deadline.in(clock, SECOND);
    nanos.addAndGet(400_000_000);
    assertEquals(Duration.ofMillis(600), deadline.left());
    assertFalse(deadline.passed());
    nanos.addAndGet(600_000_000);
    assertTrue(deadline.passed());
    nanos.addAndGet(1);
    assertEquals(0, deadline.leftNanos());
    assertEquals(Duration.ZERO, deadline.left());
  }

  @Test
  void aDeadlineHoldsOverTheOverflowOfTheMonotonicClock() {
    nanos.set(Long.MAX_VALUE - 10);
    Deadline deadline = Deadline.in(clock, SECOND);
    assertEquals(SECOND, deadline.left());
    nanos.addAndGet(SECOND.toNanos());
    assertTrue(deadline.passed());
  }

  @Test
  void aDeadlineInThePastIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Deadline.in(clock, Duration.ofNanos(-1)));
    assertTrue(Deadline.in(clock, Duration.ZERO).passed());
  }

  @Test
  void timePassedIsADifference() {
    nanos.set(Long.MAX_VALUE);
    long since = clock.nanoTime();
    nanos.addAndGet(5);
    assertEquals(Duration.ofNanos(5), clock.since(since));
  }

  @Test
  void theSystemsSleeperSleepsAtLeastAsLongAsAsked() throws InterruptedException {
    long before = System.nanoTime();
    Sleeper.SYSTEM.sleep(Duration.ofMillis(5));
    assertTrue(Clock.SYSTEM.since(before).compareTo(Duration.ofMillis(5)) >= 0);
    Sleeper.SYSTEM.sleep(Duration.ZERO);
    Sleeper.SYSTEM.sleep(Duration.ofSeconds(-1));
  }

  @Test
  void theSystemsSleeperIsInterrupted() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> Sleeper.SYSTEM.sleep(Duration.ofHours(1)));
    assertFalse(Thread.currentThread().isInterrupted());
  }
}

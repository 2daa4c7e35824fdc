package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final TestTime time = new TestTime();
  private final TokenBucket bucket = new TokenBucket(time, 10, 3);

  private Optional<Duration> take() {
    return bucket.take(LONGEST);
  }

  private static Optional<Duration> millis(long millis) {
    return Optional.of(Duration.ofMillis(millis));
  }

  @Test
  void aBurstGoesThroughAndTheRestWaitsItsTurn() {
    assertEquals(millis(0), take());
    assertEquals(millis(0), take());
    assertEquals(millis(0), take());
    assertEquals(millis(100), take());
    assertEquals(millis(200), take());
  }

  @Test
  void aRestFillsItAgainButNoFurther() {
    for (int i = 0; i < 3; i++) {
      take();
    }
    time.advance(Duration.ofMillis(100));
    assertEquals(millis(0), take());
    assertEquals(millis(100), take());
    time.advance(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertEquals(millis(0), take());
    }
    assertEquals(millis(100), take());
  }

  @Test
  void whoWouldWaitTooLongGetsNoPlaceAndTakesNone() {
    for (int i = 0; i < 103; i++) {
      take();
    }
    assertEquals(Optional.empty(), take());
    assertEquals(Optional.empty(), take());
    time.advance(Duration.ofMillis(100));
    assertEquals(millis(10_000), take());
  }
}

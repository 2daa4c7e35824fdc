package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Goodbyes: all at once, and none may keep a daemon from leaving. */
final class ClosingTest {

  private static final Duration PROMISE = Duration.ofSeconds(2);

  @Test
  void whatTheGoodbyesMayTakeLeavesRoomInTheTwoSecondsOfADaemon() {
    Duration goodbyes = Closing.SESSIONS.plus(Closing.MEMBERS);
    assertTrue(goodbyes.compareTo(PROMISE.minusMillis(500)) <= 0, goodbyes.toString());
  }

  @Test
  void aGoodbyeThatHasNoEndIsCutShortAndTheOthersAreSaid() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch said = new CountDownLatch(1);
    Closing.all(List.of(() -> await(never), said::countDown), Duration.ofMillis(1));
    said.await();
    never.countDown();
  }

  @Test
  void goodbyesAreSaidAtTheSameTime() {
    CountDownLatch together = new CountDownLatch(100);
    AtomicInteger closed = new AtomicInteger();
    Closing.Leaving each =
        () -> {
          together.countDown();
          await(together);
          closed.incrementAndGet();
        };
    Closing.all(Collections.nCopies(100, each), Duration.ofMinutes(1));
    assertEquals(100, closed.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

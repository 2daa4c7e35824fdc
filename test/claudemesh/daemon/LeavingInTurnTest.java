package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How many say goodbye when a process ends. */
final class LeavingInTurnTest {

  private static final int MANY = 1_000;

  private final AtomicInteger begun = new AtomicInteger();

  @Test
  void allLeaveInTurnIfThereIsTime() {
    Closing.Leaving quick = begun::incrementAndGet;
    Closing.some(Collections.nCopies(MANY, quick), Duration.ofSeconds(60), new Semaphore(4));
    assertEquals(MANY, begun.get());
  }

  @Test
  void whoHasNotBegunWhenTimeIsUpNeverDoes() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    Semaphore turns = new Semaphore(4);
    List<Closing.Leaving> slow = Collections.nCopies(MANY, () -> leaveWhen(hold));
    Closing.some(slow, Duration.ofMillis(50), turns);
    hold.countDown();
    turns.acquire(4); // all that had begun are done
    assertTrue(begun.get() <= 4, begun + " began");
  }

  private void leaveWhen(CountDownLatch hold) {
    begun.incrementAndGet();
    try {
      hold.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

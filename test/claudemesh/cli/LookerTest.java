package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread that looks again and again. */
final class LookerTest {

  private static final Duration NEVER = Duration.ofHours(1);

  private final Semaphore told = new Semaphore(0);

  private void awaitTold() throws InterruptedException {
    assertTrue(told.tryAcquire(50, TimeUnit.SECONDS), "nothing was told");
  }

  @Test
  void itLooksAtOnceAndAgainWhenPoked() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    try (var looker = new Looker<>(NEVER, looks::incrementAndGet, told::release)) {
      assertTrue(looker.seen().isEmpty());
      looker.start();
      awaitTold();
      assertEquals(1, looker.seen().orElseThrow());
      looker.poke();
      awaitTold();
      assertEquals(2, looker.seen().orElseThrow());
    }
  }

  @Test
  void itLooksByItselfWhenTheIntervalIsOver() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    try (var looker = new Looker<>(Duration.ofMillis(1), looks::incrementAndGet, told::release)) {
      looker.start();
      awaitTold();
      awaitTold();
      awaitTold();
    }
    int atTheEnd = looks.get();
    assertTrue(atTheEnd >= 3);
  }

  @Test
  void aPokeDuringALookIsNotLost() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger looks = new AtomicInteger();
    try (var looker =
        new Looker<>(
            NEVER,
            () -> {
              looking.countDown();
              goOn.await();
              return looks.incrementAndGet();
            },
            told::release)) {
      looker.start();
      looking.await();
      looker.poke();
      goOn.countDown();
      awaitTold();
      awaitTold();
      assertEquals(2, looks.get());
    }
  }

  @Test
  void aFailureEndsItAndIsThrownToWhoeverAsks() throws Exception {
    try (var looker =
        new Looker<Integer>(
            NEVER,
            () -> {
              throw new CliException(ExitCode.REFUSED, "no");
            },
            told::release)) {
      looker.start();
      awaitTold();
      assertEquals("no", assertThrows(CliException.class, looker::seen).getMessage());
    }
  }

  @Test
  void closingEndsALookThatTakesItsTime() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    try (var looker =
        new Looker<Integer>(
            NEVER,
            () -> {
              looking.countDown();
              new CountDownLatch(1).await();
              return 1;
            },
            told::release)) {
      looker.start();
      looking.await();
    }
    assertEquals(0, told.availablePermits());
  }
}

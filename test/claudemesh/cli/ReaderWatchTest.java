package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of a verb that waits for news while its reader goes, or stays. */
final class ReaderWatchTest {

  private final CountDownLatch never = new CountDownLatch(1);

  private ExitCode waitForNews() throws InterruptedException {
    never.await();
    return ExitCode.OK;
  }

  /** A reader that stays. */
  private boolean stays() throws IOException {
    try {
      never.await();
      return false;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aReaderThatHasGoneEndsTheWait() {
    AtomicInteger looks = new AtomicInteger();
    assertThrows(
        BrokenPipeException.class,
        () -> ReaderWatch.during(() -> looks.incrementAndGet() == 3, this::waitForNews));
    assertEquals(3, looks.get());
    assertFalse(Thread.interrupted(), "and leaves nothing behind");
  }

  @Test
  void whateverTheEndOfTheWaitBreaksTheReaderIsTheReason() {
    assertThrows(
        BrokenPipeException.class,
        () ->
            ReaderWatch.during(
                () -> true,
                () -> {
                  try {
                    return waitForNews();
                  } catch (InterruptedException e) {
                    throw new CliException(ExitCode.UNREACHABLE, "the daemon hung up", e);
                  }
                }));
  }

  @Test
  void aVerbWhoseReaderStaysEndsAsItDoes() throws Exception {
    assertEquals(ExitCode.FAILED, ReaderWatch.during(this::stays, () -> ExitCode.FAILED));
    CliException own = new CliException(ExitCode.NO_DAEMON, "none");
    assertEquals(
        own,
        assertThrows(
            CliException.class,
            () ->
                ReaderWatch.during(
                    this::stays,
                    () -> {
                      throw own;
                    })));
  }

  @Test
  void aReaderOfWhomNothingCanBeKnownStays() throws Exception {
    SynchronousQueue<Integer> looks = new SynchronousQueue<>();
    AtomicInteger count = new AtomicInteger();
    ReaderWatch.Poll broken =
        () -> {
          try {
            looks.put(count.incrementAndGet());
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          throw new IOException("no such call");
        };
    ExitCode code =
        ReaderWatch.during(
            broken,
            () -> {
              for (int look = 1; look <= 20; look++) {
                assertEquals(look, looks.take());
              }
              return ExitCode.OK;
            });
    assertEquals(ExitCode.OK, code);
    assertEquals(20, count.get(), "it does not ask for ever");
  }
}

package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long the end of the input waits for what was taken. */
class EndsTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  private final Ends ends = new Ends();

  @Test
  void theWaitGoesOnThroughAnyNumberOfLinesUntilTheLastIsSettled() throws Exception {
    ends.opened();
    for (int i = 0; i < 1_000; i++) {
      ends.lineTaken();
    }
    Thread settler =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < 1_000; i++) {
                    ends.lineSettled();
                  }
                });
    assertTrue(ends.awaitSettledWhileItGoesOn(LONG));
    settler.join();
  }

  @Test
  void whereNothingIsSettledForSoLongTheRestIsGivenUp() throws Exception {
    ends.opened();
    ends.lineTaken();
    ends.lineTaken();
    ends.lineSettled();
    assertFalse(ends.awaitSettledWhileItGoesOn(Duration.ofMillis(1)));
    ends.lineSettled();
    assertTrue(ends.awaitSettledWhileItGoesOn(Duration.ofMillis(1)));
  }

  @Test
  void aReaderThatHasGoneEndsTheWait() throws Exception {
    ends.opened();
    ends.lineTaken();
    ends.brokenPipe();
    assertFalse(ends.awaitSettledWhileItGoesOn(LONG));
  }
}

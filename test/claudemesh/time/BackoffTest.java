package claudemesh.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BackoffTest {

  private static final Duration STABLE = Duration.ofSeconds(30);

  /** Chance that always draws the ceiling. */
  private static final class Longest extends Random {
    private static final long serialVersionUID = 1L;

    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }
  }

  private static Backoff longest() {
    return new Backoff(Backoff.DEFAULT_SCHEDULE, STABLE, new Longest());
  }

  private static List<Long> secondsOf(Backoff backoff, int draws) {
    return IntStream.range(0, draws).mapToObj(i -> backoff.next().toSeconds()).toList();
  }

  @Test
  void theScheduleGoesUpAndStaysAtItsEnd() {
    assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L), secondsOf(longest(), 8));
  }

  @Test
  void L09_onlyAStableSpellStartsItOver() {
    Backoff backoff = longest();
    secondsOf(backoff, 3);
    backoff.ended(STABLE.minusNanos(1));
    assertEquals(List.of(8L), secondsOf(backoff, 1));
    backoff.ended(STABLE);
    assertEquals(List.of(1L, 2L), secondsOf(backoff, 2));
  }

  @Test
  void L10_everyDelayIsDrawnEvenlyBetweenNothingAndTheCeiling() {
    Random random = new Random(4);
    long below = 0;
    for (int i = 0; i < 10_000; i++) {
      Duration drawn = new Backoff(List.of(STABLE), STABLE, random).next();
      assertTrue(!drawn.isNegative() && drawn.compareTo(STABLE) <= 0, "drawn " + drawn);
      below += drawn.compareTo(STABLE.dividedBy(3)) < 0 ? 1 : 0;
    }
    assertTrue(below > 3_000 && below < 3_700, below + " of 10000 in the lowest third");
  }

  @Test
  void aDelayUnderAnotherCeilingLeavesTheScheduleWhereItIs() {
    Backoff backoff = longest();
    assertEquals(Duration.ofMinutes(2), backoff.jitter(Duration.ofMinutes(2)));
    assertEquals(Duration.ZERO, backoff.jitter(Duration.ZERO));
    assertEquals(List.of(1L), secondsOf(backoff, 1));
  }

  @Test
  void L28_anEmptyNegativeOrEndlessScheduleIsRefused() {
    List<Duration> empty = List.of();
    List<Duration> negative = List.of(STABLE, STABLE.negated());
    List<Duration> endless = List.of(Backoff.LONGEST.plusNanos(1));
    for (List<Duration> bad : List.of(empty, negative, endless)) {
      assertThrows(IllegalArgumentException.class, () -> Backoff.requireSchedule(bad));
      assertThrows(IllegalArgumentException.class, () -> new Backoff(bad, STABLE, new Random(0)));
    }
  }

  @Test
  void theScheduleIsACopy() {
    List<Duration> mine = new ArrayList<>(List.of(STABLE));
    Backoff backoff = new Backoff(mine, STABLE, new Longest());
    mine.clear();
    assertEquals(STABLE, backoff.next());
  }
}

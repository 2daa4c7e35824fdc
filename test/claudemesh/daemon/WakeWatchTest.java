package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WakeWatchTest {

  /** Two clocks that only the test moves. */
  private static final class Clocks implements Clock {
    private long nanos = Long.MAX_VALUE - 1_000_000_000L; // about to overflow, as it may
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

    void pass(Duration time) {
      nanos += time.toNanos();
      wall = wall.plus(time);
    }

    void jump(Duration by) {
      wall = wall.plus(by);
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Instant wallTime() {
      return wall;
    }
  }

  private final Clocks clocks = new Clocks();
  private Set<String> addresses = Set.of("10.0.0.1");
  private final WakeWatch watch = new WakeWatch(clocks, () -> addresses);

  private Optional<String> lookAfter(Duration time) {
    clocks.pass(time);
    return watch.look();
  }

  private void assertQuiet() {
    assertEquals(Optional.empty(), lookAfter(Duration.ofSeconds(1)));
  }

  @Test
  void ordinarySecondsAndALittleDriftAreNothing() {
    assertQuiet();
    clocks.jump(Duration.ofSeconds(4));
    assertQuiet();
    clocks.jump(Duration.ofSeconds(-4));
    assertQuiet();
  }

  @Test
  void aMachineThatSleptShowsByItsClocksOnce() {
    clocks.jump(Duration.ofHours(8));
    assertTrue(lookAfter(Duration.ofSeconds(1)).orElseThrow().contains("28800 s"));
    assertQuiet();
  }

  @Test
  void aClockSetBackShowsToo() {
    clocks.jump(Duration.ofHours(-1));
    assertTrue(lookAfter(Duration.ofSeconds(1)).isPresent());
    assertQuiet();
  }

  @Test
  void aProcessThatWasStoppedShowsByALookThatCameTooLate() {
    assertTrue(lookAfter(Duration.ofMinutes(2)).orElseThrow().contains("120 s"));
    assertQuiet();
  }

  @Test
  void otherAddressesShowOnce() {
    addresses = Set.of("10.0.0.1", "192.168.1.7");
    assertTrue(lookAfter(Duration.ofSeconds(1)).orElseThrow().contains("addresses"));
    assertQuiet();
  }

  @Test
  void thisMachinesOwnAddressesStayAsTheyAre() {
    WakeWatch own = new WakeWatch(clocks);
    clocks.pass(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), own.look());
  }
}

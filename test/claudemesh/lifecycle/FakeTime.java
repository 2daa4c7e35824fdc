package claudemesh.lifecycle;

import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Time that only a script moves: every wait advances it and returns at once. Monotonic time starts
 * shortly before it overflows, because {@link System#nanoTime()} may.
 */
final class FakeTime implements Clock, Sleeper {

  static final Instant WALL_START = Instant.parse("2026-01-01T00:00:00Z");

  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(40).toNanos();

  /** A script that waits longer than this has lost its way. */
  private static final Duration LONGEST_RUN = Duration.ofDays(30);

  private final List<Duration> slept = new ArrayList<>();
  private volatile long nanos = START;
  private volatile Instant wall = WALL_START;
  private Runnable duringSleep = () -> {};

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant wallTime() {
    return wall;
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    slept.add(duration);
    duringSleep.run();
    requireNotInterrupted();
    advance(duration);
  }

  /** Runs this in the middle of every sleep, before time has moved. */
  void duringSleep(Runnable action) {
    duringSleep = action;
  }

  /** Moves both clocks. */
  void advance(Duration duration) {
    nanos += duration.toNanos();
    wall = wall.plus(duration);
    if (passed().compareTo(LONGEST_RUN) > 0) {
      throw new AssertionError("the script still runs after " + passed());
    }
  }

  /** Moves the wall clock alone, as an administrator or a suspended machine does. */
  void jumpWall(Duration by) {
    wall = wall.plus(by);
  }

  /** Monotonic time since the beginning. */
  Duration passed() {
    return Duration.ofNanos(nanos - START);
  }

  /** Every sleep between attempts, in order. */
  List<Duration> slept() {
    return List.copyOf(slept);
  }

  static void requireNotInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the script was interrupted");
    }
  }
}

package claudemesh.daemon;

import claudemesh.json.Log;
import claudemesh.time.Clock;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Notices that this machine slept, was stopped, had its clock set, or has other addresses than
 * before: reasons to ask every connection whether it still holds, and to try again at once where
 * one waits for its next attempt. To be asked every second, by one thread.
 *
 * <p>A machine that sleeps stops the monotonic clock and not the time of day; a process that is
 * stopped goes on with both, and its look comes far too late. Either way the difference shows.
 */
final class WakeWatch {

  /** Anything smaller is ordinary scheduling, or a time server at work. */
  private static final Duration NOTICEABLE = Duration.ofSeconds(5);

  private final Clock clock;
  private final Supplier<Set<String>> addresses;
  private long lastNanos;
  private Instant lastWall;
  private Set<String> lastAddresses;

  /** Watches this machine's own addresses. */
  WakeWatch(Clock clock) {
    this(clock, WakeWatch::machineAddresses);
  }

  /** Watches whatever addresses it is told. */
  WakeWatch(Clock clock, Supplier<Set<String>> addresses) {
    this.clock = clock;
    this.addresses = addresses;
    this.lastNanos = clock.nanoTime();
    this.lastWall = clock.wallTime();
    this.lastAddresses = addresses.get();
  }

  /**
   * Looks.
   *
   * @return what has happened since the last look, in words; empty if nothing has
   */
  Optional<String> look() {
    long nanos = clock.nanoTime();
    Instant wall = clock.wallTime();
    Duration monotonic = Duration.ofNanos(nanos - lastNanos);
    Duration jump = Duration.between(lastWall, wall).minus(monotonic);
    lastNanos = nanos;
    lastWall = wall;
    Set<String> now = addresses.get();
    boolean moved = !now.equals(lastAddresses);
    lastAddresses = now;
    if (jump.abs().compareTo(NOTICEABLE) > 0) {
      return Optional.of("the clock went " + jump.toSeconds() + " s further than time did");
    }
    if (monotonic.compareTo(NOTICEABLE) > 0) {
      return Optional.of("nothing ran here for " + monotonic.toSeconds() + " s");
    }
    return moved ? Optional.of("the addresses of this machine have changed") : Optional.empty();
  }

  private static Set<String> machineAddresses() {
    Set<String> found = new TreeSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress())
          .forEach(address -> found.add(address.getHostAddress()));
    } catch (SocketException e) {
      Log.debug("addresses_unknown", "why", e.toString()); // none, then: that is a change too
    }
    return found;
  }
}

package claudemesh.daemon;

import claudemesh.client.ClientOptions;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * How a daemon runs.
 *
 * @param config where the joined meshes are
 * @param folder where it keeps its own things
 * @param clock tells the time of day for what is kept and shown
 * @param tuning changes how its clients connect, for instance over which transport
 * @param outboxAge how long an outgoing message is tried before it is reported dead
 * @param tcpPort the loopback port it answers on besides its Unix socket; 0 for any free one
 */
public record DaemonOptions(
    ConfigFolder config,
    DaemonFolder folder,
    Clock clock,
    UnaryOperator<ClientOptions> tuning,
    Duration outboxAge,
    OptionalInt tcpPort) {

  /** How long an outgoing message is tried unless said otherwise. */
  public static final Duration OUTBOX_AGE = Duration.ofDays(7);

  /** Checks what can be checked. */
  public DaemonOptions {
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(tuning, "tuning");
    if (outboxAge.isNegative() || outboxAge.isZero()) {
      throw new IllegalArgumentException("outboxAge must be positive, got " + outboxAge);
    }
  }

  /**
   * A daemon over its Unix socket only, with this machine's clocks.
   *
   * @param config where the joined meshes are
   * @param folder where it keeps its own things
   * @return the defaults
   */
  public static DaemonOptions of(ConfigFolder config, DaemonFolder folder) {
    return new DaemonOptions(
        config, folder, Clock.SYSTEM, UnaryOperator.identity(), OUTBOX_AGE, OptionalInt.empty());
  }

  /**
   * With another clock.
   *
   * @param other tells the time of day
   * @return a copy
   */
  public DaemonOptions withClock(Clock other) {
    return new DaemonOptions(config, folder, other, tuning, outboxAge, tcpPort);
  }

  /**
   * With further changes to how clients connect.
   *
   * @param further applied after those that are there
   * @return a copy
   */
  public DaemonOptions withTuning(UnaryOperator<ClientOptions> further) {
    UnaryOperator<ClientOptions> both = options -> further.apply(tuning.apply(options));
    return new DaemonOptions(config, folder, clock, both, outboxAge, tcpPort);
  }

  /**
   * With more or less patience for outgoing messages.
   *
   * @param other how long one is tried
   * @return a copy
   */
  public DaemonOptions withOutboxAge(Duration other) {
    return new DaemonOptions(config, folder, clock, tuning, other, tcpPort);
  }

  /**
   * Answering on a loopback port too.
   *
   * @param port the port; 0 for any free one
   * @return a copy
   */
  public DaemonOptions withTcpPort(int port) {
    return new DaemonOptions(config, folder, clock, tuning, outboxAge, OptionalInt.of(port));
  }
}

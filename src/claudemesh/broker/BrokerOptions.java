package claudemesh.broker;

import claudemesh.store.MailboxLimits;
import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a broker listens, where it keeps its meshes, and its limits. Durations may be exceeded by
 * one tick.
 *
 * @param host the name or address to listen on
 * @param port the port; 0 lets the system choose
 * @param dataFolder where meshes are kept; made if need be
 * @param clock what everything is measured on
 * @param sleeper how a throttled connection waits
 * @param helloTimeout how long a connection may stay silent before its hello
 * @param presenceGrace how long a closed presence stays listed and can be taken up again
 * @param lease how long a receiver has to acknowledge a push before it comes again
 * @param maxMessageChars most characters of ciphertext, nonce and target together
 * @param maxSocketsPerMesh most connections of one mesh
 * @param sendsPerSecond sustained rate of one member's sends
 * @param burst sends a member may make at once after a rest
 * @param tickPeriod how often timers are looked at; zero leaves it to {@link Broker#tick}
 * @param mailboxLimits how much waits for receivers
 */
public record BrokerOptions(
    String host,
    int port,
    Path dataFolder,
    Clock clock,
    Sleeper sleeper,
    Duration helloTimeout,
    Duration presenceGrace,
    Duration lease,
    int maxMessageChars,
    int maxSocketsPerMesh,
    int sendsPerSecond,
    int burst,
    Duration tickPeriod,
    MailboxLimits mailboxLimits) {

  /** Checks every value. */
  public BrokerOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(dataFolder, "dataFolder");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(sleeper, "sleeper");
    Objects.requireNonNull(mailboxLimits, "mailboxLimits");
    requirePositive("helloTimeout", helloTimeout);
    requirePositive("presenceGrace", presenceGrace);
    requirePositive("lease", lease);
    requirePositive("maxMessageChars", maxMessageChars);
    requirePositive("maxSocketsPerMesh", maxSocketsPerMesh);
    requirePositive("sendsPerSecond", sendsPerSecond);
    requirePositive("burst", burst);
    if (tickPeriod.isNegative()) {
      throw new IllegalArgumentException("tickPeriod: expected 0 or more, got " + tickPeriod);
    }
  }

  /**
   * On this machine only: 127.0.0.1, hello 10 s, grace 90 s, lease 30 s, 65 536 characters, 10 000
   * connections a mesh, 1 000 sends a second with a burst of 2 000, four ticks a second.
   *
   * @param dataFolder where meshes are kept
   * @param port the port; 0 lets the system choose
   * @return the options
   */
  public static BrokerOptions on(Path dataFolder, int port) {
    return new BrokerOptions(
        "127.0.0.1",
        port,
        dataFolder,
        Clock.SYSTEM,
        Sleeper.SYSTEM,
        Duration.ofSeconds(10),
        Duration.ofSeconds(90),
        Duration.ofSeconds(30),
        65_536,
        10_000,
        1_000,
        2_000,
        Duration.ofMillis(250),
        MailboxLimits.DEFAULT);
  }

  /**
   * The same on another address.
   *
   * @param address the name or address to listen on
   * @return the changed options
   */
  public BrokerOptions withHost(String address) {
    return new BrokerOptions(
        address,
        port,
        dataFolder,
        clock,
        sleeper,
        helloTimeout,
        presenceGrace,
        lease,
        maxMessageChars,
        maxSocketsPerMesh,
        sendsPerSecond,
        burst,
        tickPeriod,
        mailboxLimits);
  }

  /**
   * The same on other clocks, without ticks of its own: {@link Broker#tick} moves it on.
   *
   * @param time what everything is measured on
   * @param waiting how a throttled connection waits
   * @return the changed options
   */
  public BrokerOptions withClock(Clock time, Sleeper waiting) {
    return new BrokerOptions(
        host,
        port,
        dataFolder,
        time,
        waiting,
        helloTimeout,
        presenceGrace,
        lease,
        maxMessageChars,
        maxSocketsPerMesh,
        sendsPerSecond,
        burst,
        Duration.ZERO,
        mailboxLimits);
  }

  /**
   * The same with another limit on connections.
   *
   * @param sockets most connections of one mesh
   * @return the changed options
   */
  public BrokerOptions withMaxSocketsPerMesh(int sockets) {
    return new BrokerOptions(
        host,
        port,
        dataFolder,
        clock,
        sleeper,
        helloTimeout,
        presenceGrace,
        lease,
        maxMessageChars,
        sockets,
        sendsPerSecond,
        burst,
        tickPeriod,
        mailboxLimits);
  }

  /**
   * The same with another limit on messages.
   *
   * @param chars most characters of ciphertext, nonce and target together
   * @return the changed options
   */
  public BrokerOptions withMaxMessageChars(int chars) {
    return new BrokerOptions(
        host,
        port,
        dataFolder,
        clock,
        sleeper,
        helloTimeout,
        presenceGrace,
        lease,
        chars,
        maxSocketsPerMesh,
        sendsPerSecond,
        burst,
        tickPeriod,
        mailboxLimits);
  }

  /**
   * The same with another rate of sends.
   *
   * @param perSecond sustained rate of one member's sends
   * @param atOnce sends a member may make at once after a rest
   * @return the changed options
   */
  public BrokerOptions withRate(int perSecond, int atOnce) {
    return new BrokerOptions(
        host,
        port,
        dataFolder,
        clock,
        sleeper,
        helloTimeout,
        presenceGrace,
        lease,
        maxMessageChars,
        maxSocketsPerMesh,
        perSecond,
        atOnce,
        tickPeriod,
        mailboxLimits);
  }

  /**
   * The same with other mailboxes.
   *
   * @param limits how much waits for receivers
   * @return the changed options
   */
  public BrokerOptions withMailboxLimits(MailboxLimits limits) {
    return new BrokerOptions(
        host,
        port,
        dataFolder,
        clock,
        sleeper,
        helloTimeout,
        presenceGrace,
        lease,
        maxMessageChars,
        maxSocketsPerMesh,
        sendsPerSecond,
        burst,
        tickPeriod,
        limits);
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": expected more than 0, got " + value);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": expected more than 0, got " + value);
    }
  }
}

package claudemesh.broker;

import claudemesh.store.MailboxLimits;
import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
 * @param maxSocketsPerMember most connections of one member
 * @param maxStrangersPerAddress most connections of one address that have not said a good hello
 * @param sendsPerSecond sustained rate of one member's sends
 * @param burst sends a member may make at once after a rest
 * @param tickPeriod how often timers are looked at; zero leaves it to {@link Broker#tick}
 * @param mailboxLimits how much waits for receivers
 * @param durable whether mail and what meshes know are kept on disk; if not, they end with the
 *     process
 * @param socketLimits what sockets may cost
 * @param tls the broker's certificate; empty for no encryption
 * @param origins web origins whose pages may use the broker, {@code *} for all; programs that are
 *     no web page send none and need not be listed
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
    int maxSocketsPerMember,
    int maxStrangersPerAddress,
    int sendsPerSecond,
    int burst,
    Duration tickPeriod,
    MailboxLimits mailboxLimits,
    boolean durable,
    SocketLimits socketLimits,
    Optional<TlsFiles> tls,
    Set<String> origins) {

  /** Checks every value. */
  public BrokerOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(dataFolder, "dataFolder");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(sleeper, "sleeper");
    Objects.requireNonNull(mailboxLimits, "mailboxLimits");
    Objects.requireNonNull(socketLimits, "socketLimits");
    Objects.requireNonNull(tls, "tls");
    origins = Set.copyOf(origins);
    requirePositive("helloTimeout", helloTimeout);
    requirePositive("presenceGrace", presenceGrace);
    requirePositive("lease", lease);
    requirePositive("maxMessageChars", maxMessageChars);
    requirePositive("maxSocketsPerMesh", maxSocketsPerMesh);
    requirePositive("maxSocketsPerMember", maxSocketsPerMember);
    requirePositive("maxStrangersPerAddress", maxStrangersPerAddress);
    requirePositive("sendsPerSecond", sendsPerSecond);
    requirePositive("burst", burst);
    if (tickPeriod.isNegative()) {
      throw new IllegalArgumentException("tickPeriod: expected 0 or more, got " + tickPeriod);
    }
  }

  /**
   * On this machine only: 127.0.0.1, hello 10 s, grace 90 s, lease 30 s, 65 536 characters, 10 000
   * connections a mesh and a member, 4 096 strangers an address, 1 000 sends a second with a burst
   * of 2 000, four ticks a second, all on disk.
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
        10_000,
        4_096,
        1_000,
        2_000,
        Duration.ofMillis(250),
        MailboxLimits.DEFAULT,
        true,
        SocketLimits.DEFAULT,
        Optional.empty(),
        Set.of());
  }

  /**
   * The same on another address.
   *
   * @param address the name or address to listen on
   * @return the changed options
   */
  public BrokerOptions withHost(String address) {
    return with(draft -> draft.host = address);
  }

  /**
   * The same on other clocks, without ticks of its own: {@link Broker#tick} moves it on.
   *
   * @param time what everything is measured on
   * @param waiting how a throttled connection waits
   * @return the changed options
   */
  public BrokerOptions withClock(Clock time, Sleeper waiting) {
    return with(
        draft -> {
          draft.clock = time;
          draft.sleeper = waiting;
          draft.tickPeriod = Duration.ZERO;
        });
  }

  /**
   * The same with another limit on connections.
   *
   * @param sockets most connections of one mesh
   * @return the changed options
   */
  public BrokerOptions withMaxSocketsPerMesh(int sockets) {
    return with(draft -> draft.maxSocketsPerMesh = sockets);
  }

  /**
   * The same with another limit on messages.
   *
   * @param chars most characters of ciphertext, nonce and target together
   * @return the changed options
   */
  public BrokerOptions withMaxMessageChars(int chars) {
    return with(draft -> draft.maxMessageChars = chars);
  }

  /**
   * The same with another rate of sends.
   *
   * @param perSecond sustained rate of one member's sends
   * @param atOnce sends a member may make at once after a rest
   * @return the changed options
   */
  public BrokerOptions withRate(int perSecond, int atOnce) {
    return with(
        draft -> {
          draft.sendsPerSecond = perSecond;
          draft.burst = atOnce;
        });
  }

  /**
   * The same with other mailboxes.
   *
   * @param limits how much waits for receivers
   * @return the changed options
   */
  public BrokerOptions withMailboxLimits(MailboxLimits limits) {
    return with(draft -> draft.mailboxLimits = limits);
  }

  /**
   * The same with another limit on the connections of one member.
   *
   * @param sockets most connections of one member
   * @return the changed options
   */
  public BrokerOptions withMaxSocketsPerMember(int sockets) {
    return with(draft -> draft.maxSocketsPerMember = sockets);
  }

  /**
   * The same with another limit on those who have not said who they are.
   *
   * @param sockets most connections of one address that have not said a good hello
   * @return the changed options
   */
  public BrokerOptions withMaxStrangersPerAddress(int sockets) {
    return with(draft -> draft.maxStrangersPerAddress = sockets);
  }

  /**
   * The same with another limit on what comes before a hello.
   *
   * @param timeout how long a connection may stay silent
   * @return the changed options
   */
  public BrokerOptions withHelloTimeout(Duration timeout) {
    return with(draft -> draft.helloTimeout = timeout);
  }

  /**
   * The same with other times to wait for peers.
   *
   * @param grace how long a closed presence stays listed
   * @param leaseTime how long a receiver has to acknowledge a push
   * @return the changed options
   */
  public BrokerOptions withPatience(Duration grace, Duration leaseTime) {
    return with(
        draft -> {
          draft.presenceGrace = grace;
          draft.lease = leaseTime;
        });
  }

  /**
   * The same with other limits on sockets.
   *
   * @param limits what sockets may cost
   * @return the changed options
   */
  public BrokerOptions withSocketLimits(SocketLimits limits) {
    return with(draft -> draft.socketLimits = limits);
  }

  /**
   * The same over TLS.
   *
   * @param files the broker's certificate and key
   * @return the changed options
   */
  public BrokerOptions withTls(TlsFiles files) {
    return with(draft -> draft.tls = Optional.of(files));
  }

  /**
   * The same for pages of some web origins.
   *
   * @param allowed such as {@code https://example.org}; {@code *} allows all
   * @return the changed options
   */
  public BrokerOptions withOrigins(Set<String> allowed) {
    return with(draft -> draft.origins = allowed);
  }

  /**
   * The same with everything in memory: it ends with the process. For trials and tests.
   *
   * @return the changed options
   */
  public BrokerOptions inMemory() {
    return with(draft -> draft.durable = false);
  }

  private BrokerOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** The values while one of them is replaced. */
  private static final class Draft {
    private String host;
    private int port;
    private Path dataFolder;
    private Clock clock;
    private Sleeper sleeper;
    private Duration helloTimeout;
    private Duration presenceGrace;
    private Duration lease;
    private int maxMessageChars;
    private int maxSocketsPerMesh;
    private int maxSocketsPerMember;
    private int maxStrangersPerAddress;
    private int sendsPerSecond;
    private int burst;
    private Duration tickPeriod;
    private MailboxLimits mailboxLimits;
    private boolean durable;
    private SocketLimits socketLimits;
    private Optional<TlsFiles> tls;
    private Set<String> origins;

    Draft(BrokerOptions from) {
      host = from.host;
      port = from.port;
      dataFolder = from.dataFolder;
      clock = from.clock;
      sleeper = from.sleeper;
      helloTimeout = from.helloTimeout;
      presenceGrace = from.presenceGrace;
      lease = from.lease;
      maxMessageChars = from.maxMessageChars;
      maxSocketsPerMesh = from.maxSocketsPerMesh;
      maxSocketsPerMember = from.maxSocketsPerMember;
      maxStrangersPerAddress = from.maxStrangersPerAddress;
      sendsPerSecond = from.sendsPerSecond;
      burst = from.burst;
      tickPeriod = from.tickPeriod;
      mailboxLimits = from.mailboxLimits;
      durable = from.durable;
      socketLimits = from.socketLimits;
      tls = from.tls;
      origins = from.origins;
    }

    BrokerOptions options() {
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
          maxSocketsPerMember,
          maxStrangersPerAddress,
          sendsPerSecond,
          burst,
          tickPeriod,
          mailboxLimits,
          durable,
          socketLimits,
          tls,
          origins);
    }
  }

  static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": expected more than 0, got " + value);
    }
  }

  static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": expected more than 0, got " + value);
    }
  }
}

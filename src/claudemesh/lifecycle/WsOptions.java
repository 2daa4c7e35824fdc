package claudemesh.lifecycle;

import claudemesh.json.Json;
import claudemesh.time.Backoff;
import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Everything a lifecycle needs to know, checked before anything starts. Immutable; made by {@link
 * Builder}.
 *
 * @param <M> the type of messages
 */
public final class WsOptions<M> {

  final URI uri;
  final Function<String, M> decoder;
  final Map<String, List<String>> headers;
  final Optional<HelloSource> hello;
  final Optional<Function<M, HelloReply>> replies;
  final WsListener<M> listener;
  final RetryRule retryRule;
  final Duration attemptTimeout;
  final Duration ackTimeout;
  final List<Duration> backoff;
  final Duration stable;
  final Duration slowRetry;
  final Duration retryAfterLimit;
  final Duration pingInterval;
  final Duration silenceLimit;
  final Duration probeTimeout;
  final Duration writeTimeout;
  final Duration closeTimeout;
  final int inboundLimit;
  final int outboundBytes;
  final int outboundMessages;
  final TurnGate gate;
  final Transport transport;
  final Clock clock;
  final Sleeper sleeper;
  final RandomGenerator random;

  private WsOptions(Builder<M> b) {
    this.uri = b.uri;
    this.decoder = b.decoder;
    this.headers = Map.copyOf(b.headers);
    this.hello = Optional.ofNullable(b.hello);
    this.replies = Optional.ofNullable(b.replies);
    this.listener = b.listener;
    this.retryRule = b.retryRule;
    this.attemptTimeout = b.attemptTimeout;
    this.ackTimeout = b.ackTimeout;
    this.backoff = b.backoff;
    this.stable = b.stable;
    this.slowRetry = b.slowRetry;
    this.retryAfterLimit = b.retryAfterLimit;
    this.pingInterval = b.pingInterval;
    this.silenceLimit = b.silenceLimit;
    this.probeTimeout = b.probeTimeout;
    this.writeTimeout = b.writeTimeout;
    this.closeTimeout = b.closeTimeout;
    this.inboundLimit = b.inboundLimit;
    this.outboundBytes = b.outboundBytes;
    this.outboundMessages = b.outboundMessages;
    this.transport = b.transport != null ? b.transport : JdkTransport.shared();
    this.gate = b.gate;
    this.clock = b.clock;
    this.sleeper = b.sleeper;
    this.random = b.random;
    this.transport.requireReachableInPrinciple(uri);
  }

  /**
   * Options for a connection whose messages are JSON objects; every other frame is unreadable.
   *
   * @param uri a {@code ws} or {@code wss} address
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the address is neither
   */
  public static Builder<Json> json(String uri) {
    return of(uri, Json::parseObject);
  }

  /**
   * Options for a connection whose messages are of any type.
   *
   * @param uri a {@code ws} or {@code wss} address
   * @param decoder makes a message of one text frame; throws if it cannot
   * @param <M> the type of messages
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the address is neither
   */
  public static <M> Builder<M> of(String uri, Function<String, M> decoder) {
    return new Builder<>(requireWebSocketUri(uri), decoder);
  }

  /** Reads an address that a WebSocket can be opened to. */
  static URI requireWebSocketUri(String address) {
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + address + "\" is no address: " + e.getMessage());
    }
    boolean scheme =
        "ws".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
    if (!scheme || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "expected an address like wss://host/path, found \"" + address + "\"");
    }
    if (uri.getFragment() != null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "a WebSocket address has neither #fragment nor user:password@, found \""
              + uri.getHost()
              + "\" with one");
    }
    return uri;
  }

  /**
   * Collects options. Not thread-safe.
   *
   * @param <M> the type of messages
   */
  public static final class Builder<M> {
    // Once for all: there may be thousands of connections.
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration ACK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SLOW_RETRY = Duration.ofMinutes(2);
    private static final Duration RETRY_AFTER_LIMIT = Duration.ofMinutes(5);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(30);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(75);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final URI uri;
    private final Function<String, M> decoder;
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private HelloSource hello;
    private Function<M, HelloReply> replies;
    private WsListener<M> listener = new WsListener<>() {};
    private RetryRule retryRule = RetryRule.PLAIN;
    private Duration attemptTimeout = ATTEMPT_TIMEOUT;
    private Duration ackTimeout = ACK_TIMEOUT;
    private List<Duration> backoff = Backoff.DEFAULT_SCHEDULE;
    private Duration stable = Backoff.DEFAULT_STABLE;
    private Duration slowRetry = SLOW_RETRY;
    private Duration retryAfterLimit = RETRY_AFTER_LIMIT;
    private Duration pingInterval = PING_INTERVAL;
    private Duration silenceLimit = SILENCE_LIMIT;
    private Duration probeTimeout = PROBE_TIMEOUT;
    private Duration writeTimeout = WRITE_TIMEOUT;
    private Duration closeTimeout = CLOSE_TIMEOUT;
    private int inboundLimit = 1 << 20;
    private int outboundBytes = 8 << 20;
    private int outboundMessages = 10_000;
    private TurnGate gate = TurnGate.OPEN;
    private Transport transport;
    private Clock clock = Clock.SYSTEM;
    private Sleeper sleeper = Sleeper.SYSTEM;
    private RandomGenerator random = RandomGenerator.getDefault();

    private Builder(URI uri, Function<String, M> decoder) {
      this.uri = uri;
      this.decoder = Objects.requireNonNull(decoder, "decoder");
    }

    /**
     * Sends a hello first on every connection. Without one, and without {@link #ack}, the lifecycle
     * is open as soon as it is connected.
     *
     * @param source builds it
     * @return this builder
     */
    public Builder<M> hello(HelloSource source) {
      this.hello = source;
      return this;
    }

    /**
     * Awaits an answer to the hello before it is open.
     *
     * @param classifier tells the ack and refusals from everything else; pure
     * @return this builder
     */
    public Builder<M> ack(Function<M, HelloReply> classifier) {
      this.replies = classifier;
      return this;
    }

    /**
     * Hears what happens.
     *
     * @param hears the listener
     * @return this builder
     */
    public Builder<M> listener(WsListener<M> hears) {
      this.listener = Objects.requireNonNull(hears, "listener");
      return this;
    }

    /**
     * Says what the peer's close codes and refusals mean.
     *
     * @param rule the rule
     * @return this builder
     */
    public Builder<M> retryRule(RetryRule rule) {
      this.retryRule = Objects.requireNonNull(rule, "retryRule");
      return this;
    }

    /**
     * Adds a header field to the upgrade request.
     *
     * @param name the field's name
     * @param value its value, printable ASCII
     * @return this builder
     * @throws IllegalArgumentException if it cannot be sent, or is not the caller's to set
     */
    public Builder<M> header(String name, String value) {
      UpgradeHeaders.require(name, value);
      headers.merge(
          name,
          List.of(value),
          (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream()).toList());
      return this;
    }

    /**
     * Bounds one attempt, from its start to the hello ack.
     *
     * @param timeout positive
     * @return this builder
     */
    public Builder<M> attemptTimeout(Duration timeout) {
      this.attemptTimeout = requirePositive("attemptTimeout", timeout);
      return this;
    }

    /**
     * Bounds the wait for the hello ack, from the hello on.
     *
     * @param timeout positive
     * @return this builder
     */
    public Builder<M> ackTimeout(Duration timeout) {
      this.ackTimeout = requirePositive("ackTimeout", timeout);
      return this;
    }

    /**
     * Sets the ceilings of the waits between attempts; each wait is drawn evenly below its ceiling.
     *
     * @param schedule in order, the last one repeated; not empty
     * @return this builder
     */
    public Builder<M> backoff(List<Duration> schedule) {
      this.backoff = Backoff.requireSchedule(schedule);
      return this;
    }

    /**
     * Sets how long a connection must have been open for the backoff to start over.
     *
     * @param spell positive
     * @return this builder
     */
    public Builder<M> stable(Duration spell) {
      this.stable = requirePositive("stable", spell);
      return this;
    }

    /**
     * Sets the ceiling of the wait after an ending that will not heal soon.
     *
     * @param ceiling positive
     * @return this builder
     */
    public Builder<M> slowRetry(Duration ceiling) {
      this.slowRetry = requirePositive("slowRetry", ceiling);
      return this;
    }

    /**
     * Sets the longest {@code Retry-After} that is honoured.
     *
     * @param limit positive
     * @return this builder
     */
    public Builder<M> retryAfterLimit(Duration limit) {
      this.retryAfterLimit = requirePositive("retryAfterLimit", limit);
      return this;
    }

    /**
     * Sets how often the peer is pinged and after which silence it counts as dead.
     *
     * @param ping positive
     * @param silence longer than {@code ping}
     * @return this builder
     */
    public Builder<M> liveness(Duration ping, Duration silence) {
      this.pingInterval = requirePositive("ping", ping);
      this.silenceLimit = requirePositive("silence", silence);
      return this;
    }

    /**
     * Sets how long the peer has to answer a ping after this machine slept or its clock jumped.
     *
     * @param timeout positive
     * @return this builder
     */
    public Builder<M> probeTimeout(Duration timeout) {
      this.probeTimeout = requirePositive("probeTimeout", timeout);
      return this;
    }

    /**
     * Bounds how long the writing of a message may stand still; a long one that goes out in parts
     * may take longer.
     *
     * @param timeout positive
     * @return this builder
     */
    public Builder<M> writeTimeout(Duration timeout) {
      this.writeTimeout = requirePositive("writeTimeout", timeout);
      return this;
    }

    /**
     * Bounds the polite part of closing; then the connection is cut.
     *
     * @param timeout positive
     * @return this builder
     */
    public Builder<M> closeTimeout(Duration timeout) {
      this.closeTimeout = requirePositive("closeTimeout", timeout);
      return this;
    }

    /**
     * Limits one inbound message.
     *
     * @param bytes UTF-8 bytes, positive
     * @return this builder
     */
    public Builder<M> inboundLimit(int bytes) {
      this.inboundLimit = requirePositive("inboundLimit", bytes);
      return this;
    }

    /**
     * Limits what may wait to be written.
     *
     * @param bytes UTF-8 bytes, positive
     * @param messages positive
     * @return this builder
     */
    public Builder<M> outboundLimit(int bytes, int messages) {
      this.outboundBytes = requirePositive("outboundLimit bytes", bytes);
      this.outboundMessages = requirePositive("outboundLimit messages", messages);
      return this;
    }

    /**
     * Replaces what it runs on.
     *
     * @param replacement the transport; {@link JdkTransport#shared()} if this is never called
     * @return this builder
     */
    public Builder<M> transport(Transport replacement) {
      this.transport = Objects.requireNonNull(replacement, "transport");
      return this;
    }

    /**
     * Replaces time and chance, for tests and simulations.
     *
     * @param replacementClock tells the time
     * @param replacementSleeper waits between attempts
     * @param replacementRandom draws jitter
     * @return this builder
     */
    public Builder<M> timeAndChance(
        Clock replacementClock, Sleeper replacementSleeper, RandomGenerator replacementRandom) {
      this.clock = Objects.requireNonNull(replacementClock, "clock");
      this.sleeper = Objects.requireNonNull(replacementSleeper, "sleeper");
      this.random = Objects.requireNonNull(replacementRandom, "random");
      return this;
    }

    /**
     * Has every attempt wait for its turn. Without this none does.
     *
     * @param shared usually one gate for many lifecycles
     * @return this builder
     */
    public Builder<M> gate(TurnGate shared) {
      this.gate = Objects.requireNonNull(shared, "gate");
      return this;
    }

    /**
     * Checks the options against each other.
     *
     * @return the options
     * @throws IllegalArgumentException if they do not go together or the transport cannot serve
     *     them
     */
    public WsOptions<M> build() {
      if (silenceLimit.compareTo(pingInterval) <= 0) {
        throw new IllegalArgumentException(
            "silence must be longer than ping, got " + silenceLimit + " and " + pingInterval);
      }
      if (replies != null && hello == null) {
        throw new IllegalArgumentException("an ack is awaited but no hello is sent: give both");
      }
      return new WsOptions<>(this);
    }

    private static Duration requirePositive(String name, Duration value) {
      if (value.isNegative() || value.isZero() || value.compareTo(Backoff.LONGEST) > 0) {
        throw new IllegalArgumentException(
            name
                + " must be positive and at most "
                + Backoff.LONGEST.toDays()
                + " days, got "
                + value);
      }
      return value;
    }

    private static int requirePositive(String name, int value) {
      if (value <= 0) {
        throw new IllegalArgumentException(name + " must be positive, got " + value);
      }
      return value;
    }
  }
}

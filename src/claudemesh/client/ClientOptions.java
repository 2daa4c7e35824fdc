package claudemesh.client;

import claudemesh.lifecycle.Transport;
import claudemesh.lifecycle.WsOptions;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.PeerDetails;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How a client presents itself and how patient it is.
 *
 * @param details what it says of itself
 * @param sessionId its own id for this connection; a newer connection with the same one replaces it
 * @param pid its process id
 * @param cwd its working directory
 * @param requestTimeout how long a reply or an ack may take
 * @param clock tells the time of day for timestamps and attestations
 * @param tuning changes the lifecycle's options, for instance its backoff
 */
public record ClientOptions(
    PeerDetails details,
    String sessionId,
    long pid,
    String cwd,
    Duration requestTimeout,
    Clock clock,
    UnaryOperator<WsOptions.Builder<BrokerMessage>> tuning) {

  /** How long a reply or an ack may take unless said otherwise (protocol.md §5). */
  public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);

  /**
   * This process, in its working directory, with nothing said of itself.
   *
   * @return the defaults
   */
  public static ClientOptions defaults() {
    long pid = ProcessHandle.current().pid();
    return new ClientOptions(
        PeerDetails.NONE,
        "daemon-" + pid,
        pid,
        System.getProperty("user.dir"),
        REQUEST_TIMEOUT,
        Clock.SYSTEM,
        UnaryOperator.identity());
  }

  /**
   * With other details.
   *
   * @param other what it says of itself
   * @return a copy
   */
  public ClientOptions withDetails(PeerDetails other) {
    return new ClientOptions(other, sessionId, pid, cwd, requestTimeout, clock, tuning);
  }

  /**
   * With another id for the connection.
   *
   * @param other the id
   * @return a copy
   */
  public ClientOptions withSessionId(String other) {
    return new ClientOptions(details, other, pid, cwd, requestTimeout, clock, tuning);
  }

  /**
   * With another working directory.
   *
   * @param other the directory
   * @return a copy
   */
  public ClientOptions withCwd(String other) {
    return new ClientOptions(details, sessionId, pid, other, requestTimeout, clock, tuning);
  }

  /**
   * For another process.
   *
   * @param other its process id
   * @return a copy
   */
  public ClientOptions withPid(long other) {
    return new ClientOptions(details, sessionId, other, cwd, requestTimeout, clock, tuning);
  }

  /**
   * With another clock.
   *
   * @param other tells the time of day
   * @return a copy
   */
  public ClientOptions withClock(Clock other) {
    return new ClientOptions(details, sessionId, pid, cwd, requestTimeout, other, tuning);
  }

  /**
   * With more or less patience.
   *
   * @param other how long a reply or an ack may take
   * @return a copy
   */
  public ClientOptions withRequestTimeout(Duration other) {
    return new ClientOptions(details, sessionId, pid, cwd, other, clock, tuning);
  }

  /**
   * With further changes to the lifecycle's options.
   *
   * @param further applied after those that are there
   * @return a copy
   */
  public ClientOptions withTuning(UnaryOperator<WsOptions.Builder<BrokerMessage>> further) {
    UnaryOperator<WsOptions.Builder<BrokerMessage>> both =
        builder -> further.apply(tuning.apply(builder));
    return new ClientOptions(details, sessionId, pid, cwd, requestTimeout, clock, both);
  }

  /**
   * Over another transport, for instance one with a CA file.
   *
   * @param transport what to run on
   * @return a copy
   */
  public ClientOptions withTransport(Transport transport) {
    return withTuning(builder -> builder.transport(transport));
  }
}

package claudemesh.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ServerSocketFactory;

/**
 * Where a server listens, and its limits. Durations may be off by one tick.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on; 0 lets the system choose a free one
 * @param backlog connections that may wait to be accepted
 * @param maxConnections connections held at once; more are closed as they come
 * @param maxHeadBytes longest request line and header fields together; more is answered 431
 * @param maxBodyBytes longest request body; more is answered 413
 * @param headTimeout how long a request's head may take, from the connection's start or its own
 *     first byte to its last
 * @param bodyTimeout how long a request's body may take
 * @param idleTimeout how long a connection may rest between requests
 * @param writeTimeout how long writing an answer may take
 * @param tickPeriod how often deadlines are looked at; zero leaves it to {@link HttpServer#tick}
 * @param socketFactory what makes the listening socket
 * @param socketFile the Unix socket to listen on instead of host and port
 * @param ownerOnly whether, on a Unix socket, processes of other users are answered 403
 * @param tls how connections are encrypted; empty for plain ones
 * @param maxPerAddress connections of one address held at once that nobody has vouched for ({@link
 *     WsConnection#vouchFor}); more are closed as they come
 * @param refusals hears of what the server refuses by itself
 */
public record HttpServerOptions(
    String host,
    int port,
    int backlog,
    int maxConnections,
    int maxHeadBytes,
    int maxBodyBytes,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration writeTimeout,
    Duration tickPeriod,
    ServerSocketFactory socketFactory,
    Optional<Path> socketFile,
    boolean ownerOnly,
    Optional<ServerTls> tls,
    int maxPerAddress,
    RefusalListener refusals) {

  /** Checks every value. */
  public HttpServerOptions {
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
    }
    requirePositive("backlog", backlog);
    requirePositive("maxConnections", maxConnections);
    requirePositive("maxHeadBytes", maxHeadBytes);
    requirePositive("maxBodyBytes", maxBodyBytes);
    requirePositive("headTimeout", headTimeout);
    requirePositive("bodyTimeout", bodyTimeout);
    requirePositive("idleTimeout", idleTimeout);
    requirePositive("writeTimeout", writeTimeout);
    if (tickPeriod.isNegative()) {
      throw new IllegalArgumentException("tickPeriod: expected 0 or more, got " + tickPeriod);
    }
    Objects.requireNonNull(socketFactory, "socketFactory");
    Objects.requireNonNull(socketFile, "socketFile");
    Objects.requireNonNull(tls, "tls");
    requirePositive("maxPerAddress", maxPerAddress);
    Objects.requireNonNull(refusals, "refusals");
  }

  /**
   * Plain TCP on an address: backlog 4 096, 50 000 connections, head 8 KiB in 10 s, body 1 MiB in
   * 30 s, idle 60 s, write 10 s, one tick a second.
   *
   * @param host the name or address to listen on
   * @param port the port; 0 lets the system choose
   * @return the options
   */
  public static HttpServerOptions listeningOn(String host, int port) {
    return new HttpServerOptions(
        host,
        port,
        4_096,
        50_000,
        8 << 10,
        1 << 20,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        ServerSocketFactory.getDefault(),
        Optional.empty(),
        true,
        Optional.empty(),
        Integer.MAX_VALUE,
        RefusalListener.NONE);
  }

  /**
   * A Unix socket, with the limits of {@link #listeningOn(String, int)}. Only its owner may
   * connect: the file is 0600 from its first moment, processes of other users are answered 403, and
   * it is gone when the server is closed. A dead socket of that name is replaced.
   *
   * @param socketFile the socket's name, in a folder that exists; its absolute path may have about
   *     100 bytes
   * @return the options
   */
  public static HttpServerOptions listeningOn(Path socketFile) {
    return listeningOn("localhost", 0).with(draft -> draft.socketFile = Optional.of(socketFile));
  }

  /**
   * The same, for processes of every user or of this one only. Means nothing on TCP.
   *
   * @param only whether, on a Unix socket, processes of other users are answered 403
   * @return the changed options
   */
  public HttpServerOptions withOwnerOnly(boolean only) {
    return with(draft -> draft.ownerOnly = only);
  }

  /**
   * The same with another limit on connections.
   *
   * @param connections how many are held at once
   * @return the changed options
   */
  public HttpServerOptions withMaxConnections(int connections) {
    return with(draft -> draft.maxConnections = connections);
  }

  /**
   * The same with another limit on request bodies.
   *
   * @param bytes longest body
   * @return the changed options
   */
  public HttpServerOptions withMaxBodyBytes(int bytes) {
    return with(draft -> draft.maxBodyBytes = bytes);
  }

  /**
   * The same with another tick.
   *
   * @param period how often deadlines are looked at; zero leaves it to {@link HttpServer#tick}
   * @return the changed options
   */
  public HttpServerOptions withTickPeriod(Duration period) {
    return with(draft -> draft.tickPeriod = period);
  }

  /**
   * The same on sockets of another kind.
   *
   * @param factory what makes the listening socket
   * @return the changed options
   */
  public HttpServerOptions withSocketFactory(ServerSocketFactory factory) {
    return with(draft -> draft.socketFactory = factory);
  }

  /**
   * The same with another limit on heads.
   *
   * @param bytes longest request line and header fields together
   * @param timeout how long they may take
   * @return the changed options
   */
  public HttpServerOptions withHead(int bytes, Duration timeout) {
    return with(
        draft -> {
          draft.maxHeadBytes = bytes;
          draft.headTimeout = timeout;
        });
  }

  /**
   * The same over TLS.
   *
   * @param how certificate and key
   * @return the changed options
   */
  public HttpServerOptions withTls(ServerTls how) {
    return with(draft -> draft.tls = Optional.of(how));
  }

  /**
   * The same with a limit on connections of one address that nobody has vouched for.
   *
   * @param connections how many are held at once
   * @return the changed options
   */
  public HttpServerOptions withMaxPerAddress(int connections) {
    return with(draft -> draft.maxPerAddress = connections);
  }

  /**
   * The same with another listener.
   *
   * @param listener hears of what the server refuses by itself
   * @return the changed options
   */
  public HttpServerOptions withRefusals(RefusalListener listener) {
    return with(draft -> draft.refusals = listener);
  }

  private HttpServerOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** The values while some of them are replaced. */
  private static final class Draft {
    private String host;
    private int port;
    private int backlog;
    private int maxConnections;
    private int maxHeadBytes;
    private int maxBodyBytes;
    private Duration headTimeout;
    private Duration bodyTimeout;
    private Duration idleTimeout;
    private Duration writeTimeout;
    private Duration tickPeriod;
    private ServerSocketFactory socketFactory;
    private Optional<Path> socketFile;
    private boolean ownerOnly;
    private Optional<ServerTls> tls;
    private int maxPerAddress;
    private RefusalListener refusals;

    Draft(HttpServerOptions from) {
      host = from.host;
      port = from.port;
      backlog = from.backlog;
      maxConnections = from.maxConnections;
      maxHeadBytes = from.maxHeadBytes;
      maxBodyBytes = from.maxBodyBytes;
      headTimeout = from.headTimeout;
      bodyTimeout = from.bodyTimeout;
      idleTimeout = from.idleTimeout;
      writeTimeout = from.writeTimeout;
      tickPeriod = from.tickPeriod;
      socketFactory = from.socketFactory;
      socketFile = from.socketFile;
      ownerOnly = from.ownerOnly;
      tls = from.tls;
      maxPerAddress = from.maxPerAddress;
      refusals = from.refusals;
    }

    HttpServerOptions options() {
      return new HttpServerOptions(
          host,
          port,
          backlog,
          maxConnections,
          maxHeadBytes,
          maxBodyBytes,
          headTimeout,
          bodyTimeout,
          idleTimeout,
          writeTimeout,
          tickPeriod,
          socketFactory,
          socketFile,
          ownerOnly,
          tls,
          maxPerAddress,
          refusals);
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

package claudemesh.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
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
 * @param socketFactory what makes the listening socket: plain, or TLS
 * @param socketFile the Unix socket to listen on instead of host and port
 * @param ownerOnly whether, on a Unix socket, processes of other users are answered 403
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
    boolean ownerOnly) {

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
        true);
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
    HttpServerOptions tcp = listeningOn("localhost", 0);
    return new HttpServerOptions(
        tcp.host,
        tcp.port,
        tcp.backlog,
        tcp.maxConnections,
        tcp.maxHeadBytes,
        tcp.maxBodyBytes,
        tcp.headTimeout,
        tcp.bodyTimeout,
        tcp.idleTimeout,
        tcp.writeTimeout,
        tcp.tickPeriod,
        tcp.socketFactory,
        Optional.of(socketFile),
        true);
  }

  /**
   * The same, for processes of every user or of this one only. Means nothing on TCP.
   *
   * @param only whether, on a Unix socket, processes of other users are answered 403
   * @return the changed options
   */
  public HttpServerOptions withOwnerOnly(boolean only) {
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
        only);
  }

  /**
   * The same with another limit on connections.
   *
   * @param connections how many are held at once
   * @return the changed options
   */
  public HttpServerOptions withMaxConnections(int connections) {
    return new HttpServerOptions(
        host,
        port,
        backlog,
        connections,
        maxHeadBytes,
        maxBodyBytes,
        headTimeout,
        bodyTimeout,
        idleTimeout,
        writeTimeout,
        tickPeriod,
        socketFactory,
        socketFile,
        ownerOnly);
  }

  /**
   * The same with another limit on request bodies.
   *
   * @param bytes longest body
   * @return the changed options
   */
  public HttpServerOptions withMaxBodyBytes(int bytes) {
    return new HttpServerOptions(
        host,
        port,
        backlog,
        maxConnections,
        maxHeadBytes,
        bytes,
        headTimeout,
        bodyTimeout,
        idleTimeout,
        writeTimeout,
        tickPeriod,
        socketFactory,
        socketFile,
        ownerOnly);
  }

  /**
   * The same with another tick.
   *
   * @param period how often deadlines are looked at; zero leaves it to {@link HttpServer#tick}
   * @return the changed options
   */
  public HttpServerOptions withTickPeriod(Duration period) {
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
        period,
        socketFactory,
        socketFile,
        ownerOnly);
  }

  /**
   * The same on sockets of another kind, such as TLS.
   *
   * @param factory what makes the listening socket
   * @return the changed options
   */
  public HttpServerOptions withSocketFactory(ServerSocketFactory factory) {
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
        factory,
        socketFile,
        ownerOnly);
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

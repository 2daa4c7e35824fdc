package claudemesh.http;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The limits of one WebSocket connection. Time is kept by the server's ticks (one a second unless
 * told otherwise), so every duration may be off by one tick.
 *
 * @param maxMessageBytes longest message accepted, all fragments together; more is closed with 1009
 * @param maxQueuedBytes most bytes that may wait to be written; more ends the connection
 * @param maxQueuedMessages most frames that may wait to be written; more ends the connection
 * @param pingInterval how often an open connection is pinged
 * @param silence how long nothing at all may come in before the connection counts as dead
 * @param frameTimeout how long one frame may stand still: it must be whole by then or have brought
 *     1 KiB more, so that what is long may take its time
 * @param writeTimeout how long one write may be stuck
 * @param closeTimeout how long the closing handshake may take before the socket is cut
 * @param subprotocol the subprotocol to answer with; empty for none
 */
public record WsServerOptions(
    int maxMessageBytes,
    int maxQueuedBytes,
    int maxQueuedMessages,
    Duration pingInterval,
    Duration silence,
    Duration frameTimeout,
    Duration writeTimeout,
    Duration closeTimeout,
    Optional<String> subprotocol) {

  private static final WsServerOptions DEFAULTS =
      new WsServerOptions(
          1 << 20,
          8 << 20,
          10_000,
          Duration.ofSeconds(30),
          Duration.ofSeconds(75),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Optional.empty());

  /** Checks every value. */
  public WsServerOptions {
    HttpServerOptions.requirePositive("maxMessageBytes", maxMessageBytes);
    HttpServerOptions.requirePositive("maxQueuedBytes", maxQueuedBytes);
    HttpServerOptions.requirePositive("maxQueuedMessages", maxQueuedMessages);
    HttpServerOptions.requirePositive("pingInterval", pingInterval);
    HttpServerOptions.requirePositive("silence", silence);
    HttpServerOptions.requirePositive("frameTimeout", frameTimeout);
    HttpServerOptions.requirePositive("writeTimeout", writeTimeout);
    HttpServerOptions.requirePositive("closeTimeout", closeTimeout);
    Objects.requireNonNull(subprotocol, "subprotocol");
  }

  /**
   * 1 MiB messages, 8 MiB or 10 000 frames queued, ping 30 s, silence 75 s, frame 30 s, write 10 s,
   * close 2 s, no subprotocol.
   *
   * @return the defaults
   */
  public static WsServerOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another message limit.
   *
   * @param bytes longest message accepted
   * @return the changed options
   */
  public WsServerOptions withMaxMessageBytes(int bytes) {
    return new WsServerOptions(
        bytes,
        maxQueuedBytes,
        maxQueuedMessages,
        pingInterval,
        silence,
        frameTimeout,
        writeTimeout,
        closeTimeout,
        subprotocol);
  }

  /**
   * The same with another bound on what waits to be written.
   *
   * @param bytes most bytes queued
   * @param messages most frames queued
   * @return the changed options
   */
  public WsServerOptions withMaxQueued(int bytes, int messages) {
    return new WsServerOptions(
        maxMessageBytes,
        bytes,
        messages,
        pingInterval,
        silence,
        frameTimeout,
        writeTimeout,
        closeTimeout,
        subprotocol);
  }

  /**
   * The same with another patience for a write.
   *
   * @param timeout how long one write may be stuck
   * @return the changed options
   */
  public WsServerOptions withWriteTimeout(Duration timeout) {
    return new WsServerOptions(
        maxMessageBytes,
        maxQueuedBytes,
        maxQueuedMessages,
        pingInterval,
        silence,
        frameTimeout,
        timeout,
        closeTimeout,
        subprotocol);
  }

  /**
   * The same with other signs of life.
   *
   * @param interval how often to ping
   * @param dead how long a silence means death; longer than {@code interval}
   * @return the changed options
   */
  public WsServerOptions withPing(Duration interval, Duration dead) {
    return new WsServerOptions(
        maxMessageBytes,
        maxQueuedBytes,
        maxQueuedMessages,
        interval,
        dead,
        frameTimeout,
        writeTimeout,
        closeTimeout,
        subprotocol);
  }

  /**
   * The same with a subprotocol, which the client must have offered.
   *
   * @param name its name
   * @return the changed options
   */
  public WsServerOptions withSubprotocol(String name) {
    return new WsServerOptions(
        maxMessageBytes,
        maxQueuedBytes,
        maxQueuedMessages,
        pingInterval,
        silence,
        frameTimeout,
        writeTimeout,
        closeTimeout,
        Optional.of(name));
  }
}

package claudemesh.http;

import java.time.Duration;

/**
 * The limits of one stream of server-sent events. Durations may be off by one tick of the server's.
 *
 * @param maxQueuedBytes most bytes that may wait for a slow client; more ends the stream
 * @param maxQueuedEvents most events that may wait; more ends the stream
 * @param heartbeat how often a comment is sent, so that a client that is gone is noticed
 * @param writeTimeout how long a write may be stuck
 */
public record EventStreamOptions(
    int maxQueuedBytes, int maxQueuedEvents, Duration heartbeat, Duration writeTimeout) {

  /** Checks every value. */
  public EventStreamOptions {
    HttpServerOptions.requirePositive("maxQueuedBytes", maxQueuedBytes);
    HttpServerOptions.requirePositive("maxQueuedEvents", maxQueuedEvents);
    HttpServerOptions.requirePositive("heartbeat", heartbeat);
    HttpServerOptions.requirePositive("writeTimeout", writeTimeout);
  }

  /**
   * 8 MiB or 10 000 events may wait, a heartbeat every 15 s, a write may be stuck for 10 s.
   *
   * @return the options
   */
  public static EventStreamOptions defaults() {
    return new EventStreamOptions(8 << 20, 10_000, Duration.ofSeconds(15), Duration.ofSeconds(10));
  }

  /**
   * The same with other bounds on what waits for a slow client.
   *
   * @param bytes most bytes
   * @param events most events
   * @return the changed options
   */
  public EventStreamOptions withQueue(int bytes, int events) {
    return new EventStreamOptions(bytes, events, heartbeat, writeTimeout);
  }

  /**
   * The same with another heartbeat.
   *
   * @param period how often a comment is sent
   * @return the changed options
   */
  public EventStreamOptions withHeartbeat(Duration period) {
    return new EventStreamOptions(maxQueuedBytes, maxQueuedEvents, period, writeTimeout);
  }
}

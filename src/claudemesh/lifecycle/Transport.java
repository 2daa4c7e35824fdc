package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What a lifecycle runs on: makes WebSocket connections. {@link JdkTransport} is the real one;
 * tests and simulations bring scripted ones. Thread-safe.
 */
public interface Transport {

  /**
   * Connects and upgrades, blocking the caller.
   *
   * @param request where to, and how
   * @param deadline when all of DNS, TCP, TLS and the upgrade must be done
   * @return an open connection, owned by the caller
   * @throws ConnectException if there is no connection; it says why as an {@link Ending}
   * @throws InterruptedException if the calling thread is interrupted; nothing is left open
   */
  Connection connect(Request request, Deadline deadline)
      throws ConnectException, InterruptedException;

  /**
   * Checks what can be known of an address before anything starts.
   *
   * @param uri the address
   * @throws IllegalArgumentException if this transport cannot go there; the message says why
   */
  default void requireReachableInPrinciple(URI uri) {}

  /**
   * Where to connect.
   *
   * @param uri a {@code ws} or {@code wss} address
   * @param headers extra header fields of the upgrade request
   * @param inboundLimit the most UTF-8 bytes one inbound message may have
   */
  record Request(URI uri, Map<String, List<String>> headers, int inboundLimit) {}

  /** No connection could be made. */
  final class ConnectException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Ending ending;

    /**
     * A failure with its reason.
     *
     * @param ending why
     */
    public ConnectException(Ending ending) {
      super(ending.words());
      this.ending = ending;
    }

    /**
     * Why.
     *
     * @return the attempt's ending
     */
    public Ending ending() {
      return ending;
    }
  }

  /** What a connection hands up. */
  sealed interface Event {

    /**
     * One whole text message.
     *
     * @param text its characters
     */
    record Text(String text) implements Event {}

    /** A binary message, which this protocol does not have; its bytes were dropped. */
    record Binary() implements Event {}

    /** A ping or a pong: the peer lives. */
    record Life() implements Event {}

    /** A message over the inbound limit; it was dropped and nothing follows. */
    record TooLong() implements Event {}

    /**
     * The connection has ended; nothing follows.
     *
     * @param ending how
     */
    record Ended(Ending ending) implements Event {}
  }

  /**
   * One open WebSocket. {@link #receive} belongs to one thread, {@link #sendText} to one writer at
   * a time; the rest may be called from anywhere.
   */
  interface Connection {

    /**
     * Waits for the next event.
     *
     * @param timeout how long at most; zero polls
     * @return the event; null if none came in time or {@link #wake} was called
     * @throws InterruptedException if the calling thread is interrupted
     */
    Event receive(Duration timeout) throws InterruptedException;

    /** Makes the {@link #receive} under way, or else the next one, return early. */
    void wake();

    /**
     * Starts to write one text message; never call it before the one before is done.
     *
     * @param text well-formed UTF-16
     * @param onPart run whenever a part of it has been handed to the network, on any thread: a long
     *     message on a slow line is not stuck
     * @return done when all of it has been handed to the network
     */
    CompletableFuture<?> sendText(String text, Runnable onPart);

    /** Sends a ping unless the last one is still being written. */
    void sendPing();

    /**
     * Sends a close frame; the peer's answer comes as {@link Event.Ended}, or never.
     *
     * @param code the close code
     * @param reason at most 123 UTF-8 bytes
     * @return done when it has been handed to the network
     */
    CompletableFuture<?> sendClose(int code, String reason);

    /** Cuts the connection at once. Idempotent; no event follows. */
    void abort();
  }
}

package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * One stream of server-sent events to one client. Its own virtual thread waits for the client's
 * end; any thread may send, close or abort; none of those blocks.
 *
 * <pre>
 *   open ── close(), the server closes ──► what was sent is written ──► over ─► onClosed
 *     └──── the client goes, a stuck write, a queue too long, abort() ──► ▲
 * </pre>
 *
 * <p>The first cause is kept and told. A client that ends its sending side is taken to have gone:
 * it has nothing more to say, but no other sign comes from one that was killed. What it sends is
 * passed over.
 */
public final class EventStream extends Takeover {

  private static final byte[] CONNECTED = ": connected\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEARTBEAT = ": heartbeat\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CLOSING = ": closing\n\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpRequest request;
  private final ByteStream stream;
  private final InputBuffer input;
  private final EventStreamOptions options;
  private final EventStreamHandler handler;
  private final LongSupplier now;
  private final Outbox outbox;
  private final AtomicReference<String> ending = new AtomicReference<>();
  private long nextHeartbeat; // the ticking thread's

  EventStream(
      HttpRequest request,
      ByteStream stream,
      InputBuffer input,
      EventStreamOptions options,
      EventStreamHandler handler,
      LongSupplier now,
      Executor drainers) {
    this.request = request;
    this.stream = stream;
    this.input = input;
    this.options = options;
    this.handler = handler;
    this.now = now;
    this.outbox =
        new Outbox(
            stream,
            drainers,
            now,
            options.maxQueuedBytes(),
            options.maxQueuedEvents(),
            broken -> abort("writing failed: " + broken.getMessage()));
    this.nextHeartbeat = now.getAsLong() + options.heartbeat().toNanos();
  }

  /**
   * The request that was answered with this stream.
   *
   * @return the request
   */
  public HttpRequest request() {
    return request;
  }

  /**
   * The last event that the client had before it came back.
   *
   * @return what its {@code Last-Event-ID} field says; empty if it is new here
   */
  public Optional<String> lastEventId() {
    return request.header("Last-Event-ID").filter(id -> !id.isEmpty());
  }

  /**
   * Sends an event: queues it and returns at once, from any thread. Events leave in the order of
   * the calls. A client so slow that the queue is over its bounds is cut off; it comes back with
   * its {@code Last-Event-ID}.
   *
   * @param event the event
   * @return false if the stream is closing or over, or was just ended for being too slow
   */
  public boolean send(SseEvent event) {
    return isOpen() && enqueue(event.encode().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Waits until all that was sent is written, for who sends more at once than may wait, such as a
   * replay. Only on the stream's own thread, from {@link EventStreamHandler#onOpen}.
   *
   * @throws IOException if the connection is broken
   */
  public void flush() throws IOException {
    outbox.finish();
  }

  /**
   * Whether events can be sent.
   *
   * @return false once it is closing or over
   */
  public boolean isOpen() {
    return ending.get() == null;
  }

  /** Ends the stream, from any thread, when what was sent before is written. Idempotent. */
  public void close() {
    close("closed by this end");
  }

  private void close(String reason) {
    if (ending.compareAndSet(null, reason)) {
      outbox.addLast(CLOSING);
      // Wakes the stream's own thread, which sees to the rest.
      stream.shutdownInput();
    }
  }

  @Override
  void goAway() {
    close("server is shutting down");
  }

  /**
   * Ends the stream at once, from any thread: what waits is dropped.
   *
   * @param reason why, for {@link EventStreamHandler#onClosed}
   */
  @Override
  public void abort(String reason) {
    ending.compareAndSet(null, reason);
    outbox.discard();
    stream.abort();
  }

  /** Runs the stream on the calling thread until it is over; closes the connection. */
  void run() {
    try {
      outbox.own();
      enqueue(CONNECTED);
      outbox.flush();
      handler.onOpen(this);
      outbox.flush();
      awaitEnd();
      outbox.finish();
    } catch (IOException e) {
      ending.compareAndSet(null, "the connection broke: " + e.getMessage());
    } catch (RuntimeException e) {
      Log.error("event_handler_failed", "error", Failures.describe(e));
      ending.compareAndSet(null, "internal error");
    } finally {
      ending.compareAndSet(null, "internal error");
      outbox.discard();
      stream.close();
      notifyClosed();
    }
  }

  private void awaitEnd() {
    try {
      do {
        input.skip(input.available());
      } while (input.fill(stream) >= 0);
    } catch (IOException e) {
      // Whoever goes without having read all is heard as a reset.
      Log.debug("event_client_reset", "peer", stream.remoteAddress(), "error", e.getMessage());
    }
    if (ending.compareAndSet(null, "the client has gone")) {
      outbox.discard();
    }
  }

  private void notifyClosed() {
    try {
      handler.onClosed(this, ending.get());
    } catch (RuntimeException e) {
      Log.error("event_handler_failed", "error", Failures.describe(e));
    }
  }

  @Override
  void tick(long time) {
    long writeBegan = outbox.writeBegan();
    if (writeBegan != Outbox.NONE && time - options.writeTimeout().toNanos() >= writeBegan) {
      abort("a write was stuck for " + options.writeTimeout().toSeconds() + " s");
    } else if (time >= nextHeartbeat && isOpen()) {
      nextHeartbeat = time + options.heartbeat().toNanos();
      enqueue(HEARTBEAT);
    }
  }

  private boolean enqueue(byte[] bytes) {
    return switch (outbox.add(bytes)) {
      case QUEUED -> true;
      case SEALED -> false;
      case FULL -> {
        abort("slow consumer: " + outbox.waitingBytes() + " bytes were waiting to be written");
        yield false;
      }
    };
  }
}

package claudemesh.http;

import claudemesh.json.Log;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * One WebSocket, server side. Its own virtual thread reads and calls the {@link WsHandler}; any
 * thread may send, close or abort; none of those blocks.
 *
 * <pre>
 *   open ── close() ─────────────► closing ── peer's close frame ──► over ─► onClosed
 *     ├──── peer's close frame ──► closing ── answered ────────────►  ▲
 *     ├──── peer breaks a rule ──► closing ── FIN, peer's end ─────►  │
 *     └──── abort(), silence, a stuck write, a stall in a frame,      │
 *           a queue too long, end of stream, broken socket ───────────┘
 * </pre>
 *
 * <p>The first cause is kept as the {@code ending}; nothing later rewrites it. Whatever waits in
 * {@code closing} is cut off after {@link WsServerOptions#closeTimeout}.
 */
public final class WsConnection extends Takeover {

  private static final FrameWriter FRAMES = new FrameWriter(Role.SERVER);
  private static final long NEVER = Long.MAX_VALUE;

  /** Why the connection ended, as the handler hears it. */
  private record Ending(int code, String reason) {}

  private final HttpRequest request;
  private final ByteStream stream;
  private final InputBuffer input;
  private final WsServerOptions options;
  private final WsHandler handler;
  private final LongSupplier now;
  private final Runnable onVouched;
  private final long askedAt;
  private final MessageReader messages;
  private final Outbox outbox;
  private final AtomicReference<Ending> ending = new AtomicReference<>();

  private volatile long cutAt = NEVER;
  private volatile long waitingSince = NEVER;
  private volatile long frameMoved = MessageReader.NONE;
  private volatile long bytesIn;
  private long nextPing; // the ticking thread's

  WsConnection(
      HttpRequest request,
      ByteStream stream,
      InputBuffer input,
      WsServerOptions options,
      WsHandler handler,
      LongSupplier now,
      Executor drainers,
      Runnable onVouched,
      long askedAt) {
    this.request = request;
    this.stream = stream;
    this.input = input;
    this.options = options;
    this.handler = handler;
    this.now = now;
    this.onVouched = onVouched;
    this.askedAt = askedAt;
    this.messages = new MessageReader(Role.SERVER, options.maxMessageBytes(), now);
    this.outbox =
        new Outbox(
            stream,
            drainers,
            now,
            options.maxQueuedBytes(),
            options.maxQueuedMessages(),
            broken -> abort("writing failed: " + broken.getMessage()));
    this.bytesIn = input.available();
    this.nextPing = now.getAsLong() + options.pingInterval().toNanos();
  }

  /**
   * Sends a text message: queues it and returns at once, from any thread. Messages leave in the
   * order of the calls. What the connection's own thread sends from its handler leaves when the
   * handler has seen all that one read brought, in one write.
   *
   * <p>A queue over its bounds ends the connection: a consumer this slow would otherwise cost the
   * others their memory.
   *
   * @param text the message; a lone surrogate is sent as {@code ?}
   * @return false if the connection is closing or closed, or was just ended for being too slow
   */
  public boolean send(String text) {
    return isOpen() && enqueue(FRAMES.text(text));
  }

  /**
   * Sends a binary message, like {@link #send(String)}.
   *
   * @param payload the message; copied
   * @return false if the connection is closing or closed, or was just ended for being too slow
   */
  public boolean send(byte[] payload) {
    return isOpen() && enqueue(FRAMES.frame(true, Opcode.BINARY, payload));
  }

  /**
   * Sends a ping, from any thread. The connection also pings by itself.
   *
   * @return false if the connection is closing or closed, or was just ended for being too slow
   */
  public boolean ping() {
    return isOpen() && enqueue(FRAMES.frame(true, Opcode.PING, new byte[0]));
  }

  /**
   * Starts the closing handshake, from any thread, and returns at once. What was sent before goes
   * out first; messages that still come in are dropped. A peer that does not answer within {@link
   * WsServerOptions#closeTimeout} is cut off. Does nothing on a connection that is ending already.
   *
   * @param code a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999
   * @param reason why, for the peer; cut off at 123 bytes of UTF-8
   * @throws IllegalArgumentException if the code may not be sent
   */
  public void close(int code, String reason) {
    beginClosing(CloseCode.requireSendable(code), reason);
  }

  /**
   * Ends the connection at once, from any thread: nothing more is sent, the socket is reset, and
   * {@link WsHandler#onClosed} follows with 1006 if nothing else ended it before.
   *
   * @param reason why, for {@code onClosed}
   */
  @Override
  public void abort(String reason) {
    end(CloseCode.ABNORMAL, reason);
    cut();
  }

  /**
   * The request that was upgraded.
   *
   * @return the request
   */
  public HttpRequest request() {
    return request;
  }

  /**
   * Changes how long a message from the peer may be, from the next one on: little until it has said
   * who it is, say. To be called from the handler, on the connection's own thread.
   *
   * @param bytes longest message accepted; more is closed with 1009
   * @throws IllegalArgumentException if it is not above 0
   */
  public void limitMessages(int bytes) {
    HttpServerOptions.requirePositive("bytes", bytes);
    messages.limit(bytes);
  }

  /**
   * Says that it is known whose connection this is, so that it no longer counts among those of its
   * address of which that is not known ({@link HttpServerOptions#maxPerAddress}). Idempotent.
   */
  public void vouchFor() {
    onVouched.run();
  }

  /**
   * How long ago its request was awaited: since it was accepted, TLS and all, or on a connection
   * that was kept alive since the first byte of the request. In the server's time, so it may be off
   * by one tick.
   *
   * @return the time that passed, not negative
   */
  public Duration sinceRequest() {
    return Duration.ofNanos(now.getAsLong() - askedAt);
  }

  /**
   * Who is at the other end.
   *
   * @return {@code address:port}
   */
  public String remoteAddress() {
    return request.remoteAddress();
  }

  /**
   * Whether messages can still be sent.
   *
   * @return false from the first cause of its end on
   */
  public boolean isOpen() {
    return ending.get() == null;
  }

  /**
   * Bytes received since the upgrade, frames' headers included.
   *
   * @return the count
   */
  public long bytesIn() {
    return bytesIn;
  }

  /**
   * Bytes written since the upgrade, frames' headers included.
   *
   * @return the count
   */
  public long bytesOut() {
    return outbox.bytesWritten();
  }

  /**
   * Bytes that wait to be written, for senders that pace themselves.
   *
   * @return the count, without the batch that is being written
   */
  public int queuedBytes() {
    return outbox.waitingBytes();
  }

  @Override
  void goAway() {
    close(CloseCode.GOING_AWAY, "server is shutting down");
  }

  /** Runs the connection on the calling thread until it is over. */
  void run() {
    try {
      outbox.own();
      call(() -> handler.onOpen(this));
      receive();
      outbox.finish();
    } catch (WsViolation e) {
      refuse(e);
    } catch (IOException e) {
      end(CloseCode.ABNORMAL, e.getMessage());
    } finally {
      end(CloseCode.ABNORMAL, "internal error");
      outbox.discard();
      // Closing may say a last word, and the peer may not read it.
      cutAt = Math.min(cutAt, now.getAsLong() + options.closeTimeout().toNanos());
      stream.close();
      notifyClosed();
    }
  }

  private void receive() throws IOException, WsViolation {
    MessageSink sink = new Inbound();
    while (true) {
      messages.read(input, sink);
      outbox.flush();
      if (messages.isClosed()) {
        return;
      }
      frameMoved = messages.frameMoved();
      if (fill() < 0) {
        throw new EOFException("the peer ended the stream without a close frame");
      }
    }
  }

  private int fill() throws IOException {
    waitingSince = now.getAsLong();
    try {
      int count = input.fill(stream);
      bytesIn += Math.max(count, 0);
      return count;
    } finally {
      waitingSince = NEVER;
    }
  }

  /** Tells the peer what it did, then waits for it to leave: a reset could overtake the words. */
  private void refuse(WsViolation violation) {
    beginClosing(violation.code(), violation.getMessage());
    try {
      outbox.finish();
      stream.shutdownOutput();
      do {
        input.skip(input.available());
      } while (fill() >= 0);
    } catch (IOException e) {
      Log.debug("ws_refused_peer_lost", "peer", remoteAddress(), "error", e.getMessage());
    }
  }

  /** What is overdue at this time is ended; what is due is sent. Called by the server's ticks. */
  @Override
  void tick(long time) {
    long writeBegan = outbox.writeBegan();
    if (time >= cutAt) {
      cut();
    } else if (writeBegan != Outbox.NONE && overdue(time, writeBegan, options.writeTimeout())) {
      abort("a write was stuck for " + seconds(options.writeTimeout()));
    } else if (overdue(time, waitingSince, options.silence())) {
      abort("nothing was received for " + seconds(options.silence()));
    } else if (isStalledInFrame(time)) {
      abort("a frame did not move for " + seconds(options.frameTimeout()));
    } else if (time >= nextPing) {
      nextPing = time + options.pingInterval().toNanos();
      ping();
    }
  }

  private boolean isStalledInFrame(long time) {
    long moved = frameMoved;
    // Only while the peer is waited for: a handler that takes its time is not the peer's fault.
    return moved != MessageReader.NONE
        && waitingSince != NEVER
        && overdue(time, moved, options.frameTimeout());
  }

  private static boolean overdue(long time, long since, Duration limit) {
    return time - limit.toNanos() >= since;
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  private boolean enqueue(byte[] frame) {
    return switch (outbox.add(frame)) {
      case QUEUED -> true;
      case SEALED -> false;
      case FULL -> {
        abort("slow consumer: " + outbox.waitingBytes() + " bytes were waiting to be written");
        yield false;
      }
    };
  }

  /** The first cause wins. Says whether this was the first. */
  private boolean end(int code, String reason) {
    return ending.compareAndSet(null, new Ending(code, reason == null ? "" : reason));
  }

  private void beginClosing(int code, String reason) {
    if (end(code, reason)) {
      outbox.addLast(FRAMES.close(code, reason));
      cutAt = now.getAsLong() + options.closeTimeout().toNanos();
    }
  }

  private void cut() {
    outbox.discard();
    stream.abort();
  }

  private void call(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      Log.error("ws_handler_failed", "peer", remoteAddress(), "error", Failures.describe(e));
      beginClosing(CloseCode.INTERNAL_ERROR, "internal error");
    }
  }

  private void notifyClosed() {
    Ending cause = ending.get();
    call(() -> handler.onClosed(this, cause.code(), cause.reason()));
  }

  /** Hands on what comes in, as long as the connection is open. */
  private final class Inbound implements MessageSink {

    @Override
    public void text(String text) {
      if (isOpen()) {
        call(() -> handler.onText(WsConnection.this, text));
      }
    }

    @Override
    public void binary(byte[] payload) {
      if (isOpen()) {
        call(() -> handler.onBinary(WsConnection.this, payload));
      }
    }

    @Override
    public void ping(byte[] payload) {
      if (isOpen() && enqueue(FRAMES.frame(true, Opcode.PONG, payload))) {
        call(() -> handler.onPing(WsConnection.this));
      }
    }

    @Override
    public void pong() {
      if (isOpen()) {
        call(() -> handler.onPong(WsConnection.this));
      }
    }

    @Override
    public void close(int code, String reason) {
      beginClosing(code, reason);
    }
  }
}

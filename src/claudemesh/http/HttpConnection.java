package claudemesh.http;

import claudemesh.json.Log;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * One accepted connection: reads a request, has it answered, and again, until either side has
 * enough or a WebSocket or a stream of events takes over. Runs on a virtual thread of its own;
 * {@link #tick}, {@link #shutdown} and {@link #cut} come from others.
 *
 * <p>Each step has one deadline. While a request is read, passing it ends the input, so that the
 * reading thread itself can still answer 408; later it ends the connection.
 */
final class HttpConnection implements Runnable {

  private static final Duration LINGER = Duration.ofSeconds(2);

  /** Stands for the head of a request that could not be read. */
  private static final RequestHead UNREAD = new RequestHead("GET", "/", true, HttpHeaders.EMPTY);

  /** What happens when, unless the step ends before. */
  private record Timeout(long at, Runnable action) {}

  private final ByteStream stream;
  private final HttpServerOptions options;
  private final HttpHandler handler;
  private final LongSupplier now;
  private final Executor helpers;
  private final AtomicReference<Runnable> onVouched;
  private final InputBuffer input = new InputBuffer();
  private final AtomicReference<Timeout> timeout = new AtomicReference<>();

  private long askedAt; // written before its thread starts, then that thread's
  private volatile boolean idle = true;
  private volatile boolean expired;
  private volatile boolean shuttingDown;
  private volatile Takeover takeover;

  /**
   * A connection that was just accepted; the time for its first request begins.
   *
   * @param stream its bytes; closed by {@link #run}
   * @param options the limits
   * @param handler answers its requests
   * @param now the server's time, in nanoseconds
   * @param helpers starts a thread for each task
   * @param onVouched told once: that somebody knows whose connection it is, or that it is over
   */
  HttpConnection(
      ByteStream stream,
      HttpServerOptions options,
      HttpHandler handler,
      LongSupplier now,
      Executor helpers,
      Runnable onVouched) {
    this.stream = stream;
    this.options = options;
    this.handler = handler;
    this.now = now;
    this.helpers = helpers;
    this.onVouched = new AtomicReference<>(onVouched);
    awaitHead();
  }

  private void awaitHead() {
    askedAt = now.getAsLong();
    limit(options.headTimeout(), this::expire);
  }

  @Override
  public void run() {
    try {
      boolean more = awaitFirstRequest();
      while (more) {
        more = serve() && awaitNextRequest();
      }
    } catch (TlsFailure e) {
      refused(Refusal.TLS, e.getMessage());
    } catch (IOException e) {
      // The peer is gone, so nobody is left to be told.
      Log.debug("http_connection_lost", "peer", stream.remoteAddress(), "error", e.getMessage());
    } finally {
      limit(LINGER, this::cut);
      stream.close();
    }
  }

  private boolean awaitFirstRequest() throws IOException {
    boolean came = awaitRequest();
    if (!came && expired) {
      refused(Refusal.SLOW, "nothing was asked in " + options.headTimeout().toSeconds() + " s");
    }
    return came;
  }

  private void refused(Refusal why, String words) {
    options.refusals().refused(why, stream.remoteAddress(), words);
  }

  /** Serves one request; says whether the connection may bring another. */
  private boolean serve() throws IOException {
    HttpExchange exchange = readRequest();
    if (!exchange.isAnswered()) {
      handle(exchange);
    }
    if (!exchange.isKeptAlive() && !exchange.isTakenOver()) {
      linger();
    }
    return exchange.isKeptAlive();
  }

  private boolean awaitNextRequest() throws IOException {
    limit(options.idleTimeout(), this::expire);
    idle = true;
    if (!awaitRequest()) {
      return false;
    }
    awaitHead();
    return true;
  }

  private boolean awaitRequest() throws IOException {
    // Asked after idle was set: whoever shuts down sets and asks the other way round.
    if (shuttingDown || input.isEmpty() && input.fill(stream) < 0) {
      return false;
    }
    idle = false;
    return true;
  }

  /** Reads one request; what cannot be read is answered here. */
  private HttpExchange readRequest() throws IOException {
    try {
      HttpLines lines = new HttpLines(input, stream);
      RequestHead head = new HeadReader(lines, options.maxHeadBytes()).read();
      limit(options.bodyTimeout(), this::expire);
      RequestTarget target = RequestTarget.parse(head.target());
      String body = new BodyReader(input, stream, options.maxBodyBytes()).read(head);
      timeout.set(null);
      return new HttpExchange(this, head, request(head, target, body));
    } catch (HttpFailure e) {
      return refused(e);
    } catch (EOFException e) {
      return refused(
          expired
              ? new HttpFailure(408, "the request took too long")
              : new HttpFailure(400, e.getMessage()));
    }
  }

  private HttpRequest request(RequestHead head, RequestTarget target, String body) {
    return new HttpRequest(
        head.method(), target.path(), target.query(), head.headers(), body, stream.remoteAddress());
  }

  private HttpExchange refused(HttpFailure failure) throws IOException {
    refused(Refusal.ofStatus(failure.status()), failure.getMessage());
    HttpExchange exchange = new HttpExchange(this, UNREAD, request(UNREAD, RequestTarget.ROOT, ""));
    exchange.fail(failure);
    return exchange;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      handler.handle(exchange);
      if (!exchange.isAnswered()) {
        throw new IllegalStateException("the handler did not answer");
      }
    } catch (RuntimeException e) {
      Log.error(
          "http_handler_failed", "path", exchange.request().path(), "error", Failures.describe(e));
      exchange.fail(new HttpFailure(500, "internal error"));
    }
  }

  /** Writes an answer, within its time. */
  void write(byte[] answer) throws IOException {
    limit(options.writeTimeout(), this::cut);
    stream.write(answer, 0, answer.length);
    timeout.set(null);
  }

  void runWebSocket(HttpRequest request, WsServerOptions wsOptions, WsHandler wsHandler) {
    WsConnection webSocket =
        new WsConnection(
            request, stream, input, wsOptions, wsHandler, now, helpers, this::vouchFor, askedAt);
    handOver(webSocket);
    webSocket.run();
  }

  void runEvents(HttpRequest request, EventStreamOptions limits, EventStreamHandler source) {
    EventStream events = new EventStream(request, stream, input, limits, source, now, helpers);
    handOver(events);
    events.run();
  }

  private void handOver(Takeover successor) {
    takeover = successor;
    if (shuttingDown) {
      shutdown();
    }
  }

  Optional<UserPrincipal> peerUser() throws IOException {
    return stream.peerUser();
  }

  /** Lets the peer read the answer before the connection closes: a reset could overtake it. */
  private void linger() throws IOException {
    limit(LINGER, this::cut);
    stream.shutdownOutput();
    do {
      input.skip(input.available());
    } while (input.fill(stream) >= 0);
  }

  private void limit(Duration duration, Runnable action) {
    timeout.set(new Timeout(now.getAsLong() + duration.toNanos(), action));
  }

  private void expire() {
    expired = true;
    stream.shutdownInput();
  }

  /** Ends what is overdue at this time. */
  void tick(long time) {
    Takeover successor = takeover;
    if (successor != null) {
      successor.tick(time);
      return;
    }
    Timeout due = timeout.get();
    if (due != null && time >= due.at() && timeout.compareAndSet(due, null)) {
      due.action().run();
    }
  }

  /** Says that this connection no longer counts as one of a stranger. Idempotent. */
  void vouchFor() {
    Runnable told = onVouched.getAndSet(null);
    if (told != null) {
      told.run();
    }
  }

  /** Ends the connection as soon as that is polite: a running request is still answered. */
  void shutdown() {
    shuttingDown = true;
    Takeover successor = takeover;
    if (successor != null) {
      successor.goAway();
    } else if (idle) {
      stream.shutdownInput();
    }
  }

  boolean isShuttingDown() {
    return shuttingDown;
  }

  /** Ends the connection now. */
  void cut() {
    Takeover successor = takeover;
    if (successor != null) {
      successor.abort("server is shutting down");
    } else {
      stream.abort();
    }
  }
}

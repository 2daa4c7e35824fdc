package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A blocking HTTP/1.1 and WebSocket server on TCP or a Unix socket: one virtual thread accepts,
 * each connection has one of its own, and one tells all of them the time. Thread-safe.
 *
 * <p>Time here is a count of ticks, not a clock: when the process was stopped for a minute, its
 * peers get two ticks older, not sixty, and are not cut off for a silence that was this end's.
 */
public final class HttpServer implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  private static final int CLOSING_STEPS = 200;
  private static final Duration CLOSING_STEP = Duration.ofMillis(10);
  private static final int LEAST_AT_ONCE = 50;

  private final HttpServerOptions options;
  private final HttpHandler handler;
  private final Listener listener;
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService connectionThreads = threads("http-connection");
  private final ExecutorService helpers = threads("http-helper");
  private final CountDownLatch accepting = new CountDownLatch(1);
  private final CountDownLatch stoppedAccepting = new CountDownLatch(1);
  private final CountDownLatch ticking = new CountDownLatch(1);
  private final ReentrantLock tickLock = new ReentrantLock();
  private final LongSupplier clock = () -> this.now;
  private final AddressCounts strangers;
  private volatile long now;
  private boolean full; // the accepting thread's

  private HttpServer(HttpServerOptions options, HttpHandler handler, Listener listener) {
    this.options = options;
    this.handler = guarded(options, handler, listener);
    this.listener = listener;
    this.strangers = new AddressCounts(options.maxPerAddress());
  }

  /**
   * Binds, and starts to accept.
   *
   * @param options where to listen, and the limits
   * @param handler what to do with requests
   * @return the running server
   * @throws IOException if the address cannot be had; the message names it and the cure
   */
  public static HttpServer start(HttpServerOptions options, HttpHandler handler)
      throws IOException {
    HttpServer server = new HttpServer(options, handler, Listener.bind(options));
    server.helpers.execute(server::acceptAll);
    if (!options.tickPeriod().isZero()) {
      server.helpers.execute(server::tickAlong);
    }
    return server;
  }

  private static HttpHandler guarded(
      HttpServerOptions options, HttpHandler handler, Listener listener) {
    return options.ownerOnly() && listener.owner().isPresent()
        ? new OwnerOnly(listener.owner().get(), handler)
        : handler;
  }

  /**
   * Where it listens, with the port that the system chose.
   *
   * @return the address
   * @throws IllegalStateException if it listens on a Unix socket
   */
  public InetSocketAddress address() {
    if (listener.address() instanceof InetSocketAddress address) {
      return address;
    }
    throw new IllegalStateException("expected a TCP server, listens on " + listener.address());
  }

  /**
   * The file of the Unix socket on which it listens.
   *
   * @return the file's absolute path; empty if it listens on TCP
   */
  public Optional<Path> socketFile() {
    return listener.socketFile();
  }

  /**
   * How many connections are held now.
   *
   * @return the count, HTTP and WebSocket together
   */
  public int connections() {
    return connections.size();
  }

  /**
   * Moves the server's time on and ends what is overdue. Called by the server itself unless its
   * tick period is zero; tests call it to skip a wait.
   *
   * @param elapsed how much time has passed since the last call
   */
  public void tick(Duration elapsed) {
    tickLock.lock();
    try {
      now += elapsed.toNanos();
      connections.forEach(connection -> connection.tick(now));
    } finally {
      tickLock.unlock();
    }
  }

  /** Stops accepting and frees the port or the socket's file; connections live on. Idempotent. */
  public void stopAccepting() {
    accepting.countDown();
    try {
      listener.close();
    } catch (IOException e) {
      Log.warn("listener_close_failed", "address", listener.address(), "error", e.getMessage());
    }
    // The kernel lets the port go when the thread has left accept, not before.
    pause(stoppedAccepting, PATIENCE);
  }

  /**
   * Stops accepting, closes WebSockets with 1001, many of them spread over two seconds, lets
   * running requests end, cuts what is left after two more, and waits until every thread of this
   * server has ended. Idempotent; not to be called from a handler, which it would wait for.
   */
  @Override
  public void close() {
    stopAccepting();
    connectionThreads.shutdown();
    shutDownOneByOne();
    if (!awaitEnd(connectionThreads)) {
      connections.forEach(HttpConnection::cut);
      connectionThreads.shutdownNow();
    }
    ticking.countDown();
    helpers.shutdown();
    if (!awaitEnd(connectionThreads) || !awaitEnd(helpers)) {
      Log.warn("http_threads_left", "connections", connections.size());
    }
  }

  // Peers that all heard it at once would all come back at once.
  private void shutDownOneByOne() {
    List<HttpConnection> held = new ArrayList<>(connections);
    Collections.shuffle(held);
    int atOnce = Math.max(LEAST_AT_ONCE, held.size() / CLOSING_STEPS);
    boolean hurried = false;
    for (int i = 0; i < held.size(); i++) {
      if (i > 0 && i % atOnce == 0 && !hurried) {
        hurried = pause(ticking, CLOSING_STEP);
      }
      held.get(i).shutdown();
    }
  }

  /** Whether every thread has ended, for tests. */
  boolean isTerminated() {
    return connectionThreads.isTerminated() && helpers.isTerminated();
  }

  /** How many addresses have connections that nobody has vouched for, for tests. */
  int addressesOfStrangers() {
    return strangers.addresses();
  }

  private static boolean awaitEnd(ExecutorService threads) {
    try {
      return threads.awaitTermination(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Whoever interrupts a close wants it done at once.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void acceptAll() {
    try {
      boolean failing = false;
      while (!listener.isClosed()) {
        failing = !acceptOne(failing);
      }
    } finally {
      stoppedAccepting.countDown();
    }
  }

  /** Says whether it could; only the first of several failures is logged. */
  private boolean acceptOne(boolean wasFailing) {
    try {
      admit(listener.accept());
      return true;
    } catch (IOException e) {
      // Too many open files, most likely: goes on when some are closed (hard-cases.md §2).
      if (!wasFailing && !listener.isClosed()) {
        Log.warn("accept_failed", "address", listener.address(), "error", e.getMessage());
      }
      pause(accepting, ACCEPT_PAUSE);
      return false;
    }
  }

  /** Gives a connection to a thread of its own, if there is room. */
  private void admit(ByteStream plain) {
    boolean wasFull = full;
    full = connections.size() >= options.maxConnections();
    if (full) {
      if (!wasFull) {
        Log.warn("connections_full", "limit", options.maxConnections());
      }
      refuse(plain, Refusal.FULL, "at most " + options.maxConnections() + " connections are held");
      return;
    }
    String address = plain.remoteHost();
    if (!strangers.enter(address)) {
      refuse(
          plain,
          Refusal.ADDRESS_FULL,
          "at most " + options.maxPerAddress() + " of one address have not said who they are");
      return;
    }
    ByteStream stream =
        options
            .tls()
            .<ByteStream>map(tls -> new TlsByteStream(plain, tls::newEngine))
            .orElse(plain);
    Runnable vouched = () -> strangers.leave(address);
    start(new HttpConnection(stream, options, handler, clock, helpers, vouched));
  }

  private void refuse(ByteStream plain, Refusal why, String words) {
    options.refusals().refused(why, plain.remoteAddress(), words);
    plain.abort();
  }

  private void start(HttpConnection connection) {
    connections.add(connection);
    try {
      connectionThreads.execute(() -> run(connection));
    } catch (RejectedExecutionException e) {
      // The server is closing, and will not see this one any more.
      connections.remove(connection);
      connection.vouchFor();
      connection.cut();
    }
  }

  private void run(HttpConnection connection) {
    try {
      connection.run();
    } finally {
      connections.remove(connection);
      connection.vouchFor();
    }
  }

  private void tickAlong() {
    long period = options.tickPeriod().toNanos();
    long last = System.nanoTime();
    while (!pause(ticking, options.tickPeriod())) {
      long time = System.nanoTime();
      tick(Duration.ofNanos(noticed(time - last, period)));
      last = time;
    }
  }

  /** How much of the time since the last tick counts: a pause of this process is not the peers'. */
  static long noticed(long passed, long period) {
    return Math.min(passed, 2 * period);
  }

  /** Waits; true if the latch came down meanwhile. */
  private static boolean pause(CountDownLatch until, Duration longest) {
    try {
      return until.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static ExecutorService threads(String name) {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name).factory());
  }
}

package claudemesh.lifecycle;

import claudemesh.json.Log;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A WebSocket that keeps itself connected.
 *
 * <p>{@link #start} returns at once with a handle that is good for ever; one virtual thread runs
 * the loop behind it ({@code WsLoop}: connect, hello, ack, pump, sleep, again) and tells the {@link
 * WsListener} what happens. At most one connection is alive at a time and nothing is received or
 * sent before the hello ack.
 *
 * <pre>
 *   connecting ──► open ◄──► reconnecting
 *        │           │             │
 *        └───────────┴─────────────┴──► closed      (final)
 * </pre>
 *
 * <p>All methods may be called from any thread. The loop's thread is a daemon: a program that wants
 * to live as long as its connection must wait for something, for instance {@link #awaitClosed}.
 *
 * @param <M> the type of messages
 */
public final class WsLifecycle<M> implements AutoCloseable {

  private final WsOptions<M> options;
  private final CloseSignal signal = new CloseSignal();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CountDownLatch finished = new CountDownLatch(1);
  private final AtomicLongArray counters = new AtomicLongArray(WsCounter.values().length);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final WsLoop<M> loop;

  // Guarded by lock; status is volatile so that reading it needs none.
  private volatile WsStatus status = WsStatus.CONNECTING;
  private Ending lastEnding;
  private Attempt<M> current;
  private volatile Thread thread;

  WsLifecycle(WsOptions<M> options) {
    this.options = options;
    this.loop = new WsLoop<>(options, this, signal);
  }

  /**
   * Starts to connect.
   *
   * @param options what to connect to, and how
   * @param <M> the type of messages
   * @return the handle; the first attempt is under way and is retried like any other
   */
  public static <M> WsLifecycle<M> start(WsOptions<M> options) {
    WsLifecycle<M> lifecycle = create(options);
    lifecycle.begin();
    return lifecycle;
  }

  /**
   * Makes a handle that does nothing yet, for a listener that needs the handle before it can hear
   * anything.
   *
   * @param options what to connect to, and how
   * @param <M> the type of messages
   * @return the handle; {@link #begin} starts it
   */
  public static <M> WsLifecycle<M> create(WsOptions<M> options) {
    return new WsLifecycle<>(options);
  }

  /**
   * Starts to connect; once for each handle. Does nothing if it is closed.
   *
   * @throws IllegalStateException if it was started before
   */
  public void begin() {
    if (!begun.compareAndSet(false, true)) {
      if (status == WsStatus.CLOSED) {
        return;
      }
      throw new IllegalStateException("this lifecycle was started before");
    }
    Thread.ofVirtual().name("ws-" + options.uri.getHost()).start(this::run);
  }

  /** Runs the loop on the calling thread until it is closed. */
  void run() {
    begun.set(true);
    thread = Thread.currentThread();
    loop.run();
  }

  /**
   * Where it stands.
   *
   * @return the status; already the new one when the listener hears of a change
   */
  public WsStatus status() {
    return status;
  }

  /**
   * Why the last attempt ended.
   *
   * @return the ending; empty until one has
   */
  public Optional<Ending> lastEnding() {
    lock.lock();
    try {
      return Optional.ofNullable(lastEnding);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How often something happened, over all connections.
   *
   * @param counter what
   * @return how often
   */
  public long counted(WsCounter counter) {
    return counters.get(counter.ordinal());
  }

  /**
   * Waits until it is open.
   *
   * @param timeout how long at most
   * @throws NotOpenException if it is closed, or not open in time; the message has the peer's own
   *     words
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void awaitOpen(Duration timeout) throws NotOpenException, InterruptedException {
    requireNotOnLoop("awaitOpen");
    Deadline deadline = Deadline.in(timeout);
    lock.lockInterruptibly();
    try {
      while (status != WsStatus.OPEN) {
        if (status == WsStatus.CLOSED) {
          throw new NotOpenException("closed for good: " + lastEnding.words(), lastEnding, true);
        }
        if (deadline.passed()) {
          String last = lastEnding == null ? "still connecting" : lastEnding.words();
          throw new NotOpenException(
              "not open after " + timeout.toMillis() / 1000.0 + " s: " + last, lastEnding, false);
        }
        changed.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until it is closed for good.
   *
   * @param timeout how long at most
   * @return true if it is closed
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    requireNotOnLoop("awaitClosed");
    return finished.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Takes a message for sending, in the order of calls. It has been taken when this returns, not
   * written: what is not written when the connection ends is dropped and counted as {@link
   * WsCounter#UNSENT}. Never blocks on the network.
   *
   * @param text one text message
   * @throws SendRefusedException if it was not taken; the reason says why
   */
  public void send(String text) throws SendRefusedException {
    Outbound outbound;
    lock.lock();
    try {
      if (status != WsStatus.OPEN) {
        throw new SendRefusedException(
            SendRefusedException.Reason.NOT_OPEN, "not sent: the connection is " + status.word());
      }
      outbound = current.outbound();
    } finally {
      lock.unlock();
    }
    outbound.send(text);
    count(WsCounter.SENT, 1);
  }

  /**
   * Something has happened to this machine or its network: looks at once whether the connection
   * still holds. While open the peer is asked for a sign of life, and given up if none comes within
   * the probe timeout; while waiting for the next attempt, that attempt starts now, and the backoff
   * starts over. An attempt under way goes on, and if it fails the next one follows at once. Never
   * blocks.
   */
  public void probe() {
    signal.hurry();
    lock.lock();
    try {
      if (current != null) {
        current.probe();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything taken so far on the present connection is written.
   *
   * @param timeout how long at most
   * @return true if it is; false if time ran out or the connection is not open
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitWritten(Duration timeout) throws InterruptedException {
    requireNotOnLoop("awaitWritten");
    Outbound outbound;
    lock.lock();
    try {
      if (status != WsStatus.OPEN) {
        return false;
      }
      outbound = current.outbound();
    } finally {
      lock.unlock();
    }
    return outbound.awaitDrained(Deadline.in(timeout));
  }

  /**
   * Ends it: writes what was taken, exchanges close frames, and returns when it is closed. If that
   * takes longer than the close timeout the connection is cut. Idempotent. Called by the listener,
   * it returns at once and takes effect when the listener returns.
   */
  @Override
  public void close() {
    signal.request();
    if (begun.compareAndSet(false, true)) {
      closed(new Ending.Requested(), 0); // there is no loop to wait for, and will be none
      return;
    }
    Thread runner = thread;
    if (Thread.currentThread() == runner) {
      return;
    }
    try {
      // The loop bounds its own goodbye by the close timeout; twice that means a listener is stuck.
      if (!finished.await(2 * options.closeTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
        abandon();
      }
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
    }
  }

  private void abandon() {
    lock.lock();
    try {
      if (current != null) {
        current.abort();
      }
    } finally {
      lock.unlock();
    }
    closed(new Ending.Requested(), (int) counted(WsCounter.ATTEMPTS));
  }

  // ── told by the loop, on its thread ──────────────────────────────────────────────────────────

  void connecting() {
    tell("onStatus", () -> options.listener.onStatus(change(WsStatus.CONNECTING, null, 1, null)));
  }

  void open(Attempt<M> attempt, M ack, int number) {
    tell("onHelloAck", () -> options.listener.onHelloAck(ack));
    if (signal.isRequested() || !become(WsStatus.OPEN, null, attempt)) {
      return;
    }
    count(WsCounter.OPENED, 1);
    tell("onStatus", () -> options.listener.onStatus(change(WsStatus.OPEN, null, number, null)));
  }

  void deliver(M message) {
    count(WsCounter.RECEIVED, 1);
    tell("onMessage", () -> options.listener.onMessage(message));
  }

  void reconnecting(Ending ending, int number, Decision decision, Duration delay) {
    if (!become(WsStatus.RECONNECTING, ending, null)) {
      return;
    }
    String reason = ending instanceof Ending.PeerClosed closed ? closed.reason() : ending.words();
    var disconnect = new Disconnect(ending.closeCode(), reason, ending, number, decision, delay);
    tell("onDisconnect", () -> options.listener.onDisconnect(disconnect));
    tell(
        "onStatus",
        () -> options.listener.onStatus(change(WsStatus.RECONNECTING, ending, number, delay)));
  }

  void closed(Ending ending, int number) {
    if (become(WsStatus.CLOSED, ending, null)) {
      Log.info(
          "ws_closed", "host", options.uri.getHost(), "attempt", number, "ending", ending.words());
      try {
        tell(
            "onStatus",
            () -> options.listener.onStatus(change(WsStatus.CLOSED, ending, number, null)));
      } finally {
        finished.countDown(); // an Error there is not ours, but must not leave waiters behind
      }
    }
  }

  void count(WsCounter counter) {
    count(counter, 1);
  }

  void count(WsCounter counter, long howOften) {
    counters.addAndGet(counter.ordinal(), howOften);
  }

  private StatusChange change(WsStatus to, Ending cause, int attempt, Duration delay) {
    return new StatusChange(
        to,
        Optional.ofNullable(cause),
        attempt,
        Optional.ofNullable(delay).map(options.clock.wallTime()::plus));
  }

  /** The one place where the status changes; says whether it did. */
  private boolean become(WsStatus next, Ending ending, Attempt<M> attempt) {
    lock.lock();
    try {
      if (!status.mayBecome(next)) {
        return false;
      }
      status = next;
      current = attempt;
      if (ending != null) {
        lastEnding = ending;
      }
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void tell(String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      failed(what, e);
    }
  }

  /** The caller's own code threw: counted and logged, and the connection goes on. */
  void failed(String what, RuntimeException e) {
    count(WsCounter.LISTENER_FAILURES, 1);
    Log.error("ws_listener_failed", "host", options.uri.getHost(), "in", what, "why", e.toString());
  }

  private void requireNotOnLoop(String method) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          method + " was called by the listener, which would wait for itself");
    }
  }
}

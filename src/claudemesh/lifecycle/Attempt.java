package claudemesh.lifecycle;

import claudemesh.json.Log;
import claudemesh.lifecycle.Transport.Event;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * One connection, from its first packet to its last. Its methods are the steps of the loop, called
 * once each and in order by the loop's thread; each blocks, and ends the attempt by throwing {@link
 * AttemptEnded}. {@link #outbound()} and {@link #probe()} alone may be used from anywhere.
 */
final class Attempt<M> implements AutoCloseable {

  /** So many unreadable messages in a row mean that the peer speaks something else. */
  private static final int UNREADABLE_IN_A_ROW = 3;

  // RFC 6455 §7.4.1.
  private static final int PROTOCOL_ERROR = 1002;
  private static final int UNSUPPORTED = 1003;
  private static final int INVALID_DATA = 1007;
  private static final int TOO_BIG = 1009;
  private static final int NORMAL = 1000;

  private final WsOptions<M> options;
  private final WsLifecycle<M> lifecycle;
  private final CloseSignal signal;
  private final Transport.Connection connection;
  private final Outbound outbound;
  private final Liveness liveness;
  private int unreadableInARow;
  private boolean probing;
  private volatile boolean probeAsked;

  private Attempt(
      WsOptions<M> options,
      WsLifecycle<M> lifecycle,
      CloseSignal signal,
      Transport.Connection connection) {
    this.options = options;
    this.lifecycle = lifecycle;
    this.signal = signal;
    this.connection = connection;
    this.outbound =
        new Outbound(connection, options.clock, options.outboundBytes, options.outboundMessages);
    this.liveness =
        new Liveness(
            options.clock, options.pingInterval, options.silenceLimit, options.probeTimeout);
  }

  /** Step 1: DNS, TCP, TLS, upgrade. */
  static <M> Attempt<M> connect(
      WsOptions<M> options, WsLifecycle<M> lifecycle, CloseSignal signal, Deadline deadline)
      throws AttemptEnded {
    var request = new Transport.Request(options.uri, options.headers, options.inboundLimit);
    return signal.interruptibly(
        () -> {
          try {
            var connection = options.transport.connect(request, deadline);
            return new Attempt<>(options, lifecycle, signal, connection);
          } catch (Transport.ConnectException e) {
            throw new AttemptEnded(e.ending());
          }
        });
  }

  /** Step 2: build the hello and send it, if there is one. */
  void sayHello(int number, Deadline deadline) throws AttemptEnded {
    if (options.hello.isEmpty()) {
      return;
    }
    HelloSource source = options.hello.get();
    String hello = signal.interruptibly(() -> build(source, number, deadline));
    requireNoAckYet(deadline);
    try {
      outbound.send(hello);
    } catch (SendRefusedException e) {
      throw new AttemptEnded(new Ending.HelloFailed(e.getMessage()));
    }
  }

  private String build(HelloSource source, int number, Deadline deadline)
      throws AttemptEnded, InterruptedException {
    try {
      String hello = BoundedCall.run("ws-hello", () -> source.build(number), deadline);
      if (hello == null) {
        throw new AttemptEnded(new Ending.HelloFailed("the hello source returned nothing"));
      }
      return hello;
    } catch (TimeoutException e) {
      throw timedOut(Ending.Phase.HELLO, options.attemptTimeout);
    } catch (ExecutionException e) {
      throw new AttemptEnded(new Ending.HelloFailed(String.valueOf(e.getCause())));
    }
  }

  // An ack can only answer a hello; a peer that acks before it has heard one checks nothing.
  private void requireNoAckYet(Deadline deadline) throws AttemptEnded {
    if (options.replies.isEmpty()) {
      return;
    }
    for (Event event = receive(Duration.ZERO); event != null; event = receive(Duration.ZERO)) {
      if (ackIn(event) != null) {
        throw violation(PROTOCOL_ERROR, "it acknowledged a hello that was not sent yet");
      }
      if (deadline.passed()) { // a flood must not keep us here
        throw timedOut(Ending.Phase.ACK, options.attemptTimeout);
      }
    }
  }

  /** Step 3: await the answer; returns the ack, null where none is awaited. */
  M awaitAck(Deadline attemptDeadline) throws AttemptEnded {
    if (options.replies.isEmpty()) {
      return null;
    }
    Deadline ackDeadline = Deadline.in(options.clock, options.ackTimeout);
    boolean attemptIsNearer = attemptDeadline.leftNanos() < ackDeadline.leftNanos();
    Deadline nearer = attemptIsNearer ? attemptDeadline : ackDeadline;
    do {
      Event event = receive(nearer.left());
      M ack = event == null ? null : ackIn(event);
      if (ack != null) {
        return ack;
      }
    } while (!nearer.passed());
    throw timedOut(Ending.Phase.ACK, attemptIsNearer ? options.attemptTimeout : options.ackTimeout);
  }

  // Before the ack, nothing but the answer to the hello counts; null if this is not the ack.
  private M ackIn(Event event) throws AttemptEnded {
    if (!(event instanceof Event.Text text)) {
      handleControl(event);
      return null;
    }
    Read<M> read = read(text.text());
    return switch (read == null ? null : read.reply()) {
      case null -> null;
      case HelloReply.Accepted accepted -> read.message();
      case HelloReply.Refused refused ->
          throw new AttemptEnded(new Ending.Refused(refused.code(), refused.message()));
      case HelloReply.Other other -> {
        lifecycle.count(WsCounter.EARLY);
        yield null;
      }
    };
  }

  /** Step 4: hand messages on, ping, watch; returns when the connection has ended. */
  Ending pump() {
    try {
      liveness.heardMessage();
      while (true) {
        if (probeAsked) {
          probeAsked = false;
          probing = true;
          liveness.probe();
          connection.sendPing();
        }
        Duration write = requireProgress();
        Duration atMost = write == null ? options.pingInterval : write;
        Event event = receive(liveness.beginWait(atMost));
        if (event == null) {
          keepAlive();
        } else {
          heard();
          handle(event);
        }
      }
    } catch (AttemptEnded e) {
      switch (e.ending()) {
        case Ending.Requested requested -> leave();
        case Ending.Violation violation -> complain(violation);
        default -> {} // the others are cut without a word: nobody would hear it
      }
      return e.ending();
    }
  }

  private void heard() {
    liveness.heard();
    if (probing) {
      probing = false;
      signal.arrived(); // it held, so there is nothing left to hurry
    }
  }

  private void handle(Event event) throws AttemptEnded {
    if (!(event instanceof Event.Text text)) {
      handleControl(event);
      return;
    }
    Read<M> read = read(text.text());
    if (read == null) {
      return;
    }
    if (read.reply() instanceof HelloReply.Accepted) {
      lifecycle.count(WsCounter.STRAY_ACKS);
      return;
    }
    lifecycle.deliver(read.message());
    liveness.heardMessage(); // not sooner: while the listener worked, it was we who did not listen
  }

  private void handleControl(Event event) throws AttemptEnded {
    switch (event) {
      case Event.Life life -> {}
      case Event.Binary binary -> unreadable(UNSUPPORTED, "binary");
      case Event.TooLong tooLong ->
          throw violation(
              TOO_BIG, "it sent a message over the limit of " + options.inboundLimit + " bytes");
      case Event.Ended ended -> throw new AttemptEnded(ended.ending());
      case Event.Text text -> throw new IllegalStateException("text is handled by its reader");
    }
  }

  /** A message, and how it relates to the hello. */
  private record Read<M>(M message, HelloReply reply) {}

  /** Returns null, and counts, if decoder or classifier cannot read it. */
  private Read<M> read(String text) throws AttemptEnded {
    try {
      M message = options.decoder.apply(text);
      HelloReply reply = options.replies.map(of -> of.apply(message)).orElse(HelloReply.OTHER);
      unreadableInARow = 0;
      return new Read<>(message, reply);
    } catch (RuntimeException e) {
      unreadable(INVALID_DATA, e.getMessage());
      return null;
    }
  }

  private void unreadable(int code, String why) throws AttemptEnded {
    lifecycle.count(WsCounter.UNREADABLE);
    Log.warn("ws_unreadable", "host", options.uri.getHost(), "why", why);
    unreadableInARow++;
    if (unreadableInARow == UNREADABLE_IN_A_ROW) {
      throw violation(code, "it sent " + UNREADABLE_IN_A_ROW + " unreadable messages in a row");
    }
  }

  private void keepAlive() throws AttemptEnded {
    switch (liveness.endWait()) {
      case NOTHING -> {}
      case PING -> connection.sendPing();
      case DEAD -> throw timedOut(Ending.Phase.LIFE, liveness.limit());
    }
  }

  // Returns how long the write under way still has; null if there is none.
  private Duration requireProgress() throws AttemptEnded {
    Duration left = outbound.writeLeft(options.writeTimeout);
    if (left != null && (left.isNegative() || left.isZero())) {
      throw timedOut(Ending.Phase.WRITE, options.writeTimeout);
    }
    return left;
  }

  /** Our own close: write what waits, say goodbye, wait for the answer; all within one deadline. */
  private void leave() {
    Deadline deadline = Deadline.in(options.clock, options.closeTimeout);
    try {
      if (dropEventsUntil(outbound::isDrained, deadline)) {
        connection.sendClose(NORMAL, "");
        dropEventsUntil(() -> false, deadline);
      }
    } catch (InterruptedException e) {
      // Somebody wants it faster; the connection is cut next in any case.
      Thread.currentThread().interrupt();
    }
  }

  // What still comes is for nobody. False if the connection has ended.
  private boolean dropEventsUntil(BooleanSupplier done, Deadline deadline)
      throws InterruptedException {
    while (!done.getAsBoolean() && !deadline.passed()) {
      if (connection.receive(deadline.left()) instanceof Event.Ended) {
        return false;
      }
    }
    return true;
  }

  private void complain(Ending.Violation violation) {
    try {
      connection
          .sendClose(violation.code(), violation.words())
          .get(options.closeTimeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Log.debug("ws_complaint_unsent", "host", options.uri.getHost(), "why", String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Cuts the connection and forgets what was not written. */
  @Override
  public void close() {
    connection.abort();
    lifecycle.count(WsCounter.UNSENT, outbound.close());
  }

  /** Asks the peer for a sign of life, soon; from any thread. */
  void probe() {
    probeAsked = true;
    connection.wake();
  }

  Outbound outbound() {
    return outbound;
  }

  void abort() {
    connection.abort();
  }

  private Event receive(Duration timeout) throws AttemptEnded {
    return signal.interruptibly(() -> connection.receive(timeout));
  }

  private static AttemptEnded timedOut(Ending.Phase phase, Duration limit) {
    return new AttemptEnded(new Ending.TimedOut(phase, limit));
  }

  private static AttemptEnded violation(int code, String words) {
    return new AttemptEnded(new Ending.Violation(code, words));
  }
}

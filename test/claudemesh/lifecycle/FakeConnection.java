package claudemesh.lifecycle;

import claudemesh.lifecycle.Transport.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * One attempt to connect and what the peer does then, written down in advance:
 *
 * <pre>
 *   scene.attempt().acks().after(seconds(3)).receives("{}").closes(1000, "disconnected");
 * </pre>
 *
 * <p>Steps are played one after another by {@link #receive}, which moves the clock to each; after
 * the last one the peer is silent. The lines of a step in this class are the words of the script;
 * what a lifecycle calls comes after them.
 */
final class FakeConnection implements Transport.Connection {

  /** One step: possible once {@code ready} holds; gives an event, or null after an action. */
  private record Step(Duration after, BooleanSupplier ready, Runnable action, Event event) {}

  private final FakeTime time;
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Deque<Event> answers = new ArrayDeque<>();
  private final List<String> sent = new ArrayList<>();
  private final List<String> closesSent = new ArrayList<>();
  private final Deque<CompletableFuture<Void>> unread = new ArrayDeque<>();
  private Runnable partTaken;
  private Duration connecting = Duration.ZERO;
  private Optional<Ending> failure = Optional.empty();
  private Duration nextAfter = Duration.ZERO;
  private Duration connectedAt;
  private Duration lastStep;
  private boolean answersPings;
  private boolean answersClose = true;
  private boolean reading = true;
  private boolean acked;
  private boolean ackNeeded = true;
  private boolean woken;
  private int hellosSeen;
  private final List<Double> pings = new ArrayList<>();
  private Duration abortedAt;

  FakeConnection(FakeTime time) {
    this.time = time;
  }

  // ── the words of a script ────────────────────────────────────────────────────────────────────

  /** Connecting takes so long. */
  FakeConnection connectsAfter(Duration duration) {
    connecting = duration;
    return this;
  }

  /** No connection can be made. */
  FakeConnection fails(Ending ending) {
    failure = Optional.of(ending);
    return this;
  }

  /** Nothing listens there. */
  FakeConnection refused() {
    return fails(new Ending.ConnectFailed(Ending.ConnectStep.CONNECT, "connection refused"));
  }

  /** There is no hello and no ack here, so anything may be sent at once. */
  FakeConnection withoutHello() {
    ackNeeded = false;
    return this;
  }

  /** The next step happens so long after the one before. */
  FakeConnection after(Duration duration) {
    nextAfter = nextAfter.plus(duration);
    return this;
  }

  FakeConnection receives(String text) {
    return step(() -> true, () -> acked |= text.equals(Scene.ACK), new Event.Text(text));
  }

  FakeConnection receivesBinary() {
    return step(() -> true, () -> {}, new Event.Binary());
  }

  FakeConnection receivesTooMuch() {
    return step(() -> true, () -> {}, new Event.TooLong());
  }

  FakeConnection receivesPing() {
    return step(() -> true, () -> {}, new Event.Life());
  }

  /** Waits until another text has been written. */
  FakeConnection awaitsText() {
    return step(() -> sent.size() > hellosSeen, () -> hellosSeen++, null);
  }

  /** Waits for the hello and acknowledges it. */
  FakeConnection acks() {
    return awaitsText().receives(Scene.ACK);
  }

  /** A close frame from the peer. */
  FakeConnection closes(int code, String reason) {
    return ends(new Ending.PeerClosed(code, reason));
  }

  /** FIN without a close frame. */
  FakeConnection ends() {
    return closes(Ending.NO_CLOSE_FRAME, "");
  }

  /** The connection ends. */
  FakeConnection ends(Ending ending) {
    return step(() -> true, () -> {}, new Event.Ended(ending));
  }

  /** Something happens on our side while the lifecycle waits. */
  FakeConnection then(Runnable action) {
    return step(() -> true, action, null);
  }

  /** From here on the peer takes no data. */
  FakeConnection stopsReading() {
    return then(() -> reading = false);
  }

  /** The peer takes the one write that waits. */
  FakeConnection takesOne() {
    return then(() -> unread.remove().complete(null));
  }

  /** The peer takes a part of the write that waits. */
  FakeConnection takesAPart() {
    return then(() -> partTaken.run());
  }

  /** The write that waits fails. */
  FakeConnection failsWrites() {
    return then(() -> unread.remove().completeExceptionally(new IOException("broken pipe")));
  }

  /** The peer takes everything that waits, and all that follows. */
  FakeConnection readsAgain() {
    return then(
        () -> {
          reading = true;
          while (!unread.isEmpty()) {
            unread.remove().complete(null);
          }
        });
  }

  FakeConnection answersPings() {
    answersPings = true;
    return this;
  }

  FakeConnection ignoresClose() {
    answersClose = false;
    return this;
  }

  private FakeConnection step(BooleanSupplier ready, Runnable action, Event event) {
    steps.add(new Step(nextAfter, ready, action, event));
    nextAfter = Duration.ZERO;
    return this;
  }

  // ── what it saw ──────────────────────────────────────────────────────────────────────────────

  /** Every text that was written, in order. */
  List<String> sent() {
    return List.copyOf(sent);
  }

  /** Every close frame that was written, as {@code code reason}. */
  List<String> closesSent() {
    return List.copyOf(closesSent);
  }

  /** Whether its last text was never taken by the peer. */
  boolean endedStuck() {
    return !unread.isEmpty();
  }

  boolean wasConnected() {
    return lastStep != null;
  }

  /** When it was pinged, in seconds since it was connected. */
  List<Double> pings() {
    return List.copyOf(pings);
  }

  /** Monotonic time from the scene's beginning to the abort; empty while it lives. */
  Optional<Duration> abortedAt() {
    return Optional.ofNullable(abortedAt);
  }

  // ── what the lifecycle calls ─────────────────────────────────────────────────────────────────

  /** Connects as the script says, or throws. */
  FakeConnection connect(claudemesh.time.Deadline deadline) throws Transport.ConnectException {
    Duration left = deadline.left();
    if (connecting.compareTo(left) >= 0) {
      time.advance(left);
      throw new Transport.ConnectException(new Ending.TimedOut(Ending.Phase.CONNECT, left));
    }
    time.advance(connecting);
    if (failure.isPresent()) {
      throw new Transport.ConnectException(failure.get());
    }
    connectedAt = time.passed();
    lastStep = connectedAt;
    return this;
  }

  @Override
  public Event receive(Duration timeout) throws InterruptedException {
    Duration until = time.passed().plus(timeout);
    while (true) {
      FakeTime.requireNotInterrupted();
      requireAlive("receive");
      if (!answers.isEmpty()) {
        return answers.remove();
      }
      Step step = steps.peek();
      if (step == null || !step.ready().getAsBoolean()) {
        return silence(until);
      }
      Duration due = lastStep.plus(step.after());
      if (due.compareTo(until) > 0) {
        return silence(until);
      }
      advanceTo(due);
      lastStep = time.passed();
      steps.remove();
      step.action().run();
      if (step.event() != null) {
        return step.event();
      }
    }
  }

  private Event silence(Duration until) {
    if (!woken) {
      advanceTo(until);
    }
    woken = false;
    return null;
  }

  private void advanceTo(Duration moment) {
    if (moment.compareTo(time.passed()) > 0) {
      time.advance(moment.minus(time.passed()));
    }
  }

  @Override
  public void wake() {
    woken = true;
  }

  @Override
  public CompletableFuture<?> sendText(String text, Runnable onPart) {
    requireAlive("sendText");
    if (!unread.isEmpty()) {
      throw new AssertionError("sendText before the last one was done: " + text);
    }
    if (ackNeeded && !acked && !sent.isEmpty()) {
      throw new AssertionError("sent before the ack (I4): " + text);
    }
    sent.add(text);
    if (reading) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> stuck = new CompletableFuture<>();
    unread.add(stuck);
    partTaken = onPart;
    return stuck;
  }

  @Override
  public void sendPing() {
    requireAlive("sendPing");
    pings.add(time.passed().minus(connectedAt).toMillis() / 1000.0);
    if (answersPings) {
      answers.add(new Event.Life());
    }
  }

  @Override
  public CompletableFuture<?> sendClose(int code, String reason) {
    requireAlive("sendClose");
    closesSent.add((code + " " + reason).strip());
    if (answersClose) {
      answers.add(new Event.Ended(new Ending.PeerClosed(code, "")));
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void abort() {
    if (abortedAt == null) {
      abortedAt = time.passed();
    }
  }

  private void requireAlive(String call) {
    if (abortedAt != null) {
      throw new AssertionError(call + " on a connection that was aborted");
    }
  }
}

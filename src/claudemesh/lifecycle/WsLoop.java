package claudemesh.lifecycle;

import claudemesh.json.Log;
import claudemesh.time.Backoff;
import claudemesh.time.Deadline;
import java.time.Duration;

/**
 * The loop of one lifecycle: connect, send the hello, await its ack, pump messages; on any ending
 * decide, sleep the backoff, and again.
 *
 * <pre>
 *            ┌──────────────────────── sleep ◄──────────────────────┐
 *            ▼                                                      │ retry, retry slowly, renew
 *   connect ──► hello ──► ack ──► (open) pump ──► ending ──► decide ┤
 *      │          │        │                        ▲               │ stop
 *      └──────────┴────────┴────────────────────────┘               ▼
 *                                                                 closed
 * </pre>
 *
 * One thread runs it, blocking in every step. Everything an attempt owns is a fresh {@link Attempt}
 * that dies with it, so no timer and no late reply of an old one can reach a new one. Over a
 * scripted transport, clock, sleeper and random source a run is a pure function of its script.
 */
final class WsLoop<M> implements Runnable {

  private final WsOptions<M> options;
  private final WsLifecycle<M> lifecycle;
  private final CloseSignal signal;
  private final Backoff backoff;

  WsLoop(WsOptions<M> options, WsLifecycle<M> lifecycle, CloseSignal signal) {
    this.options = options;
    this.lifecycle = lifecycle;
    this.signal = signal;
    this.backoff = new Backoff(options.backoff, options.stable, options.random);
  }

  @Override
  public void run() {
    Ending ending = new Ending.Requested();
    int number = 0;
    try {
      lifecycle.connecting();
      do {
        number++;
        ending = attempt(number);
      } while (goesOnAfter(ending, number));
    } finally {
      // Also reached by a fault of our own: whoever waits for this lifecycle must hear of it.
      lifecycle.closed(signal.isRequested() ? new Ending.Requested() : ending, number);
    }
  }

  private Ending attempt(int number) {
    lifecycle.count(WsCounter.ATTEMPTS);
    try (Turn turn = Turn.take(options.gate, signal)) {
      return attempt(number, turn);
    } catch (AttemptEnded e) {
      return e.ending();
    }
  }

  private Ending attempt(int number, Turn turn) throws AttemptEnded {
    Deadline deadline = Deadline.in(options.clock, options.attemptTimeout);
    try (Attempt<M> attempt = Attempt.connect(options, lifecycle, signal, deadline)) {
      attempt.sayHello(number, deadline);
      M ack = attempt.awaitAck(deadline);
      turn.close();
      long openedAt = options.clock.nanoTime();
      signal.arrived();
      try {
        lifecycle.open(attempt, ack, number);
        return attempt.pump();
      } finally {
        backoff.ended(options.clock.since(openedAt));
      }
    }
  }

  private boolean goesOnAfter(Ending ending, int number) {
    Decision decision = Decision.about(ending, options.retryRule);
    if (signal.isRequested() || decision == Decision.STOP) {
      return false;
    }
    Duration delay = delayAfter(ending, decision);
    Log.info(
        "ws_ended",
        "host",
        options.uri.getHost(),
        "attempt",
        number,
        "ending",
        ending.words(),
        "then",
        decision,
        "next_ms",
        delay.toMillis());
    lifecycle.reconnecting(ending, number, decision, delay);
    return sleep(delay);
  }

  private Duration delayAfter(Ending ending, Decision decision) {
    Duration drawn =
        decision == Decision.RETRY_SLOWLY ? backoff.jitter(options.slowRetry) : backoff.next();
    if (ending instanceof Ending.UpgradeRefused refused && refused.retryAfter().isPresent()) {
      Duration asked = refused.retryAfter().get();
      Duration limit = options.retryAfterLimit;
      // On top of the jitter: everybody was told the same time to come back at.
      return drawn.plus(asked.compareTo(limit) > 0 ? limit : asked);
    }
    return drawn;
  }

  private boolean sleep(Duration delay) {
    try {
      boolean early =
          signal.nap(
              () -> {
                options.sleeper.sleep(delay);
                return null;
              });
      if (early) {
        backoff.startOver(); // what it had learnt was about the time before
      }
      return !signal.isRequested();
    } catch (AttemptEnded requested) {
      return false;
    }
  }
}

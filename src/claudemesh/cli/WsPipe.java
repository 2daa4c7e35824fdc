package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.SendRefusedException;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsListener;
import claudemesh.lifecycle.WsStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bare lifecycle as a pipe: lines of standard input become text frames, text frames become lines
 * of standard output. A frame with line breaks that is JSON is written on one line; one that is not
 * is written as one JSON string, so that a line is always a whole frame and nothing is lost.
 */
final class WsPipe implements WsListener<String> {

  private static final Duration PATIENCE = Duration.ofHours(1);

  private final Output out;
  private final Ends ends;
  private final PipeInput input;
  private final boolean printsStatus;
  private final long wanted;
  private final AtomicLong received = new AtomicLong();
  private Thread pump;

  /**
   * A pipe, not started.
   *
   * @param call where to read and write
   * @param ends hears how it goes
   * @param printsStatus whether changes of status go to standard output too
   * @param count how many frames to wait for
   */
  WsPipe(Call call, Ends ends, boolean printsStatus, Optional<Integer> count) {
    this.out = call.out();
    this.ends = ends;
    this.printsStatus = printsStatus;
    this.wanted = count.orElse(0);
    this.input =
        new PipeInput(
            call.streams().in(),
            Optional.of(""),
            ends,
            (line, why) -> {
              Log.warn("line_failed", "line", line, "why", why);
              ends.lineSettled();
            });
  }

  void start(WsLifecycle<String> lifecycle) {
    pump = Thread.ofVirtual().name("pump").start(() -> pumpAll(lifecycle));
    input.start();
  }

  long received() {
    return received.get();
  }

  private void pumpAll(WsLifecycle<String> lifecycle) {
    try {
      while (true) {
        String frame = input.take().body();
        while (!sent(lifecycle, frame)) {
          lifecycle.awaitWritten(PATIENCE); // it was full, or the connection was lost just now
        }
        ends.lineSettled();
      }
    } catch (InterruptedException | NotOpenException e) {
      // stop() ends the pump the first way, the lifecycle's end the second.
    }
  }

  private static boolean sent(WsLifecycle<String> lifecycle, String frame)
      throws NotOpenException, InterruptedException {
    try {
      lifecycle.awaitOpen(PATIENCE);
      lifecycle.send(frame);
      return true;
    } catch (SendRefusedException e) {
      return false;
    } catch (NotOpenException e) {
      if (e.isFinal()) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void onMessage(String frame) {
    if (!ends.isEnough() && write(line(frame)) && received.incrementAndGet() == wanted) {
      ends.enough();
    }
  }

  /** A frame as one line. */
  static String line(String frame) {
    if (frame.indexOf('\n') < 0 && frame.indexOf('\r') < 0) {
      return frame;
    }
    try {
      return Json.parse(frame).toString();
    } catch (JsonException notJson) {
      return Json.of(frame).toString();
    }
  }

  @Override
  public void onStatus(StatusChange change) {
    String why = change.cause().map(Ending::words).orElse("");
    Log.info("ws_status", "status", change.status().word(), "why", why);
    if (printsStatus) {
      write(
          Json.object()
              .put("type", "status")
              .put("status", change.status().word())
              .put("why", change.cause().map(Ending::words))
              .put("next_try", change.nextTry().map(Instant::toString))
              .build()
              .toString());
    }
    if (change.status() == WsStatus.OPEN) {
      ends.opened();
    } else if (change.status() == WsStatus.CLOSED) {
      ends.closed(change.cause().orElseThrow());
    }
  }

  private boolean write(String line) {
    try {
      out.text(line);
      return true;
    } catch (BrokenPipeException e) {
      ends.brokenPipe();
      return false;
    }
  }

  /** Sends no more; what waits is left unsent. */
  void stop() {
    if (pump != null) {
      pump.interrupt();
    }
  }
}

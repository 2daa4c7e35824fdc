package claudemesh.client;

import claudemesh.json.Json;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.Transport;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A transport without sockets: each connection is played by a script that is called with every
 * frame of the client, in the client's own thread.
 */
final class FakeTransport implements Transport {

  /** The broker's side of one connection. */
  interface Script {
    /** A frame of the client. */
    void onFrame(Json frame);
  }

  private final Function<FakeConnection, Script> scripts;

  /** Plays a script for every connection; one that is null refuses it. */
  FakeTransport(Function<FakeConnection, Script> scripts) {
    this.scripts = scripts;
  }

  @Override
  public Connection connect(Request request, Deadline deadline) throws ConnectException {
    FakeConnection connection = new FakeConnection();
    connection.script = scripts.apply(connection);
    if (connection.script == null) {
      throw new ConnectException(
          new Ending.ConnectFailed(Ending.ConnectStep.CONNECT, "connection refused"));
    }
    return connection;
  }

  /** One connection, seen from both sides. */
  static final class FakeConnection implements Connection {

    private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();
    private volatile boolean over;
    private Script script;

    // ── the script's side ──────────────────────────────────────────────────────────────────────

    void say(String frame) {
      if (!over) {
        events.add(Optional.of(new Event.Text(frame)));
      }
    }

    /** Nothing is taken or said after this. */
    void end(int code, String reason) {
      if (!over) {
        over = true;
        events.add(Optional.of(new Event.Ended(new Ending.PeerClosed(code, reason))));
      }
    }

    // ── the client's side ──────────────────────────────────────────────────────────────────────

    @Override
    public Event receive(Duration timeout) throws InterruptedException {
      Optional<Event> event = events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return event == null ? null : event.orElse(null);
    }

    @Override
    public void wake() {
      events.add(Optional.empty());
    }

    @Override
    public CompletableFuture<?> sendText(String text, Runnable onPart) {
      if (!over) {
        script.onFrame(Json.parseObject(text));
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void sendPing() {}

    @Override
    public CompletableFuture<?> sendClose(int code, String reason) {
      end(code, reason);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void abort() {
      over = true;
    }
  }
}

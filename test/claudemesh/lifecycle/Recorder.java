package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes down what a listener hears, one line each, and holds I4 (no message unless open) and I7
 * (only legal changes, known to {@link WsLifecycle#status} first, nothing after closed).
 */
final class Recorder implements WsListener<Json> {

  private final Supplier<WsLifecycle<Json>> lifecycle;
  private final List<String> lines = new ArrayList<>();
  private final List<Disconnect> disconnects = new ArrayList<>();
  private final List<StatusChange> changes = new ArrayList<>();
  private Consumer<String> reaction = line -> {};

  Recorder(Supplier<WsLifecycle<Json>> lifecycle) {
    this.lifecycle = lifecycle;
  }

  /** Runs after each line is written down, on the listener's thread; may throw. */
  void react(Consumer<String> toLine) {
    reaction = reaction.andThen(toLine);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  /** The lines that start so. */
  List<String> lines(String prefix) {
    return lines.stream().filter(line -> line.startsWith(prefix)).toList();
  }

  List<Disconnect> disconnects() {
    return List.copyOf(disconnects);
  }

  List<StatusChange> changes() {
    return List.copyOf(changes);
  }

  @Override
  public void onMessage(Json message) {
    assertEquals(WsStatus.OPEN, lifecycle.get().status(), "a message while not open (I4)");
    hear("message " + message.string("text", message.toString()));
  }

  @Override
  public void onHelloAck(Json ack) {
    hear("ack");
  }

  @Override
  public void onStatus(StatusChange change) {
    assertEquals(change.status(), lifecycle.get().status(), "the status is set before it is told");
    if (!changes.isEmpty()) {
      WsStatus from = changes.getLast().status();
      assertTrue(isLegal(from, change.status()), from + " to " + change.status() + " (I7)");
    }
    changes.add(change);
    String cause = change.cause().map(ending -> ": " + ending.words()).orElse("");
    hear(change.status().word() + cause);
  }

  // The drawing in WsLifecycle, written down a second time on purpose.
  private static boolean isLegal(WsStatus from, WsStatus to) {
    return switch (from) {
      case CONNECTING -> to != WsStatus.CONNECTING;
      case OPEN -> to == WsStatus.RECONNECTING || to == WsStatus.CLOSED;
      case RECONNECTING -> to != WsStatus.CONNECTING;
      case CLOSED -> false;
    };
  }

  @Override
  public void onDisconnect(Disconnect disconnect) {
    disconnects.add(disconnect);
    hear("disconnect " + disconnect.code() + " " + disconnect.reason());
  }

  private void hear(String line) {
    if (!changes.isEmpty() && changes.getLast().status() == WsStatus.CLOSED) {
      assertTrue(line.startsWith("closed") && lines("closed").isEmpty(), line + " after closed");
    }
    lines.add(line);
    reaction.accept(line);
  }
}

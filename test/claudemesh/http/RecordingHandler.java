package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what it hears, a line an event, and echoes what it is told to. */
class RecordingHandler implements WsHandler {

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private volatile WsConnection connection;

  @Override
  public void onOpen(WsConnection opened) {
    connection = opened;
    events.add("open");
  }

  @Override
  public void onText(WsConnection from, String text) {
    events.add("text " + text);
  }

  @Override
  public void onBinary(WsConnection from, byte[] payload) {
    events.add("binary " + payload.length);
  }

  @Override
  public void onPing(WsConnection from) {
    events.add("ping");
  }

  @Override
  public void onPong(WsConnection from) {
    events.add("pong");
  }

  @Override
  public void onClosed(WsConnection from, int code, String reason) {
    events.add("closed " + code + " " + reason);
  }

  /** The next event; fails if there is none for ten seconds. */
  String next() throws InterruptedException {
    String event = events.poll(10, TimeUnit.SECONDS);
    assertNotNull(event, "expected another event");
    return event;
  }

  /** The next event that begins so; others are passed over. */
  String next(String beginning) throws InterruptedException {
    String event = next();
    while (!event.startsWith(beginning)) {
      event = next();
    }
    return event;
  }

  WsConnection connection() {
    return connection;
  }

  int unread() {
    return events.size();
  }
}

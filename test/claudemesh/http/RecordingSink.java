package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes down what a {@link MessageReader} reads, in words such as {@code text hello}. */
final class RecordingSink implements MessageSink {

  private final Deque<String> events = new ArrayDeque<>();

  Deque<String> events() {
    return events;
  }

  @Override
  public void text(String text) {
    events.add("text " + text);
  }

  @Override
  public void binary(byte[] payload) {
    events.add("binary " + payload.length);
  }

  @Override
  public void ping(byte[] payload) {
    events.add("ping " + new String(payload, StandardCharsets.UTF_8));
  }

  @Override
  public void pong() {
    events.add("pong");
  }

  @Override
  public void close(int code, String reason) {
    events.add("close " + code + " " + reason);
  }
}

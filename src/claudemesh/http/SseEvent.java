package claudemesh.http;

import java.util.Objects;

/**
 * One server-sent event (HTML standard, §9.2), as both ends see it.
 *
 * @param id what a client that comes back names as the last it had; empty if the event has none
 * @param event its kind; {@code message} if it names none
 * @param data its text; may have several lines, which arrive with LF between them
 */
public record SseEvent(String id, String event, String data) {

  /** The kind of an event that names none. */
  public static final String MESSAGE = "message";

  /** Checks that nothing in it could be taken for a field or another event. */
  public SseEvent {
    requireOneLine("id", id);
    requireOneLine("event", event);
    Objects.requireNonNull(data, "data");
    if (event.isEmpty()) {
      throw new IllegalArgumentException("event: expected a kind, got none");
    }
  }

  private static void requireOneLine(String name, String value) {
    if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(name + ": expected one line without NUL");
    }
  }

  /** The event as it is sent, the empty line at its end included. */
  String encode() {
    StringBuilder text = new StringBuilder(data.length() + 64);
    if (!id.isEmpty()) {
      text.append("id: ").append(id).append('\n');
    }
    text.append("event: ").append(event).append("\ndata: ");
    for (int at = 0; at < data.length(); at++) {
      char unit = data.charAt(at);
      if (unit == '\r' && at + 1 < data.length() && data.charAt(at + 1) == '\n') {
        continue;
      }
      if (unit == '\r' || unit == '\n') {
        text.append("\ndata: ");
      } else {
        text.append(unit);
      }
    }
    return text.append("\n\n").toString();
  }
}

package claudemesh.daemon;

import claudemesh.http.SseEvent;
import claudemesh.http.UnixEvents;
import claudemesh.http.UnixHttpException;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.util.Optional;

/** What happens in a daemon, one event after the other. One thread takes them; any may close. */
public final class DaemonEvents implements AutoCloseable {

  private final UnixEvents events;

  DaemonEvents(UnixEvents events) {
    this.events = events;
  }

  /**
   * Waits for the next event, for as long as that takes.
   *
   * @return the event; empty when the daemon ends, or after {@link #close}
   * @throws DaemonException if the connection breaks, or what comes is no event
   */
  public Optional<DaemonEvent> next() throws DaemonException {
    try {
      Optional<SseEvent> next = events.next();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      SseEvent event = next.get();
      return Optional.of(
          new DaemonEvent(event.id(), event.event(), Json.parseObject(event.data())));
    } catch (UnixHttpException e) {
      throw new DaemonException(
          DaemonException.NONE, DaemonException.UNREACHABLE, e.getMessage(), "{}");
    } catch (JsonException e) {
      throw new DaemonException(
          DaemonException.NONE, "malformed", "an event is " + e.getMessage(), "{}");
    }
  }

  @Override
  public void close() {
    events.close();
  }
}

package claudemesh.daemon;

import claudemesh.http.EventStream;
import claudemesh.http.EventStreamHandler;
import claudemesh.http.EventStreamOptions;
import claudemesh.http.HttpExchange;
import claudemesh.http.SseEvent;
import claudemesh.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * {@code GET /v1/events?mesh=} as server-sent events (protocol.md §8). A follower that comes back
 * with its {@code Last-Event-ID} hears what it missed, or of a gap.
 *
 * <p>A session hears of its own messages and of what concerns its mesh; without one it is the
 * member's messages and all else; with {@code scope=all}, which no session may say, everything.
 */
final class EventRoutes {

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
  private static final int FLUSH_EVERY = 100;

  private final ApiParts parts;

  EventRoutes(ApiParts parts) {
    this.parts = parts;
  }

  /** Answers on this thread until the follower goes or the daemon ends. */
  void stream(HttpExchange exchange, ApiRequest request) throws ApiRefusal, IOException {
    Predicate<Events.Event> wanted = wanted(request);
    OptionalLong last = lastEventId(request.header("Last-Event-ID"));
    Events.Follower follower = parts.parts().events().follow(last, wanted);
    exchange.stream(EventStreamOptions.defaults(), new Following(follower));
  }

  /** What is not one of our ids is the id of an event long gone. */
  private static OptionalLong lastEventId(Optional<String> header) {
    Optional<String> given = header.filter(id -> !id.isBlank());
    if (given.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Math.max(-1, Long.parseLong(given.get().strip())));
    } catch (NumberFormatException e) {
      return OptionalLong.of(-1);
    }
  }

  private Predicate<Events.Event> wanted(ApiRequest request) throws ApiRefusal {
    Optional<RegisteredSession> session = request.session();
    Optional<String> named = request.query("mesh").or(() -> session.map(RegisteredSession::mesh));
    Optional<String> mesh =
        named.map(name -> parts.choice().find(name).map(AttachedMesh::meshId).orElse(name));
    Optional<String> own = session.flatMap(RegisteredSession::pubkey);
    boolean all = session.isEmpty() && request.query("scope").filter("all"::equals).isPresent();
    return event -> concerns(event, mesh) && (all || isFor(event, own));
  }

  private static boolean concerns(Events.Event event, Optional<String> mesh) {
    Optional<String> of = event.scope().mesh();
    return mesh.isEmpty() || of.isEmpty() || of.equals(mesh);
  }

  // Mail is its owner's alone; what happens on a mesh is for all who are on it.
  private static boolean isFor(Events.Event event, Optional<String> own) {
    boolean mail = event.kind() == Events.Kind.MESSAGE || event.kind() == Events.Kind.OUTBOX;
    Optional<String> of = event.scope().session();
    if (mail) {
      return of.equals(own);
    }
    return of.isEmpty() || own.isEmpty() || of.equals(own);
  }

  /** One follower's stream. */
  private static final class Following implements EventStreamHandler {

    private final Events.Follower follower;
    private volatile Thread pump;

    Following(Events.Follower follower) {
      this.follower = follower;
    }

    @Override
    public void onOpen(EventStream stream) throws IOException {
      try {
        catchUp(stream);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      // This thread watches for the follower's end, so another one waits for events.
      pump = Thread.ofVirtual().name("events").start(() -> follow(stream));
    }

    /** What was missed may be more than the stream's queue holds. */
    private void catchUp(EventStream stream) throws IOException, InterruptedException {
      Optional<Events.Event> missed = follower.next(Duration.ZERO);
      for (int sent = 1; missed.isPresent() && stream.send(sse(missed.get())); sent++) {
        if (sent % FLUSH_EVERY == 0) {
          stream.flush();
        }
        missed = follower.next(Duration.ZERO);
      }
    }

    private void follow(EventStream stream) {
      try {
        while (stream.isOpen() && !follower.ended()) {
          follower.next(LOOK_AGAIN).ifPresent(event -> stream.send(sse(event)));
        }
        stream.close();
      } catch (InterruptedException over) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void onClosed(EventStream stream, String reason) {
      if (pump != null) {
        pump.interrupt();
      }
    }

    private static SseEvent sse(Events.Event event) {
      Json.Builder data = Json.object().put("ts", Iso.of(event.at()));
      for (String field : event.data().names()) {
        if (!field.equals("ts")) {
          data.putNull(field).put(field, event.data().get(field).orElse(null));
        }
      }
      return new SseEvent(Long.toString(event.id()), event.kind().word(), data.build().toString());
    }
  }
}

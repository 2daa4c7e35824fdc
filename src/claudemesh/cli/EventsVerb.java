package claudemesh.cli;

import claudemesh.daemon.DaemonEvent;
import claudemesh.json.Json;
import java.io.IOException;
import java.util.Optional;

/** {@code events}: everything that happens, as JSON lines. */
final class EventsVerb implements Verb {

  private static final Flag AFTER =
      Flag.value("after", "ID", "go on after this event_id, as far as the daemon remembers");
  private static final Flag COUNT = Flag.value("count", "N", "end after N events").or("n");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("events", "print everything that happens, a JSON line each")
        .flags(AFTER, COUNT, VerbSpec.MESH, VerbSpec.VERBOSE)
        .about(
            "{\"type\",\"event_id\",\"ts\",…}, where type is message, peer_joined, peer_returned,"
                + " peer_left, peer_visible, peer_hidden, system, state_change, status, outbox or"
                + " session with fields that \"claudemesh help json\" explains, or gap: events were"
                + " missed before this one.",
            "When the daemon goes: {\"type\":\"daemon\",\"status\":\"away\"}; it then waits for"
                + " one, {\"type\":\"daemon\",\"status\":\"back\"}, and goes on where it was.")
        .examples("claudemesh events", "claudemesh events --mesh team --count 1");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    int most = call.arguments().number(COUNT.name(), 1, Integer.MAX_VALUE).orElse(0);
    String after = call.arguments().value(AFTER.name()).orElse(null);
    DaemonAccess daemon = DaemonAccess.required(call);
    return ReaderWatch.during(call, () -> print(call, daemon, after, most));
  }

  private static ExitCode print(Call call, DaemonAccess daemon, String after, int most)
      throws CliException, IOException, InterruptedException {
    try (EventFeed feed = new EventFeed(daemon, call, after)) {
      feed.open();
      call.out().json(notice("listening"));
      for (int count = 0; most == 0 || count < most; ) {
        Optional<DaemonEvent> event = feed.next();
        if (event.isEmpty()) {
          call.out().json(notice("away"));
          feed.awaitBack();
          call.out().json(notice("back"));
          continue;
        }
        call.out().json(line(event.get()));
        count++;
      }
    }
    return ExitCode.OK;
  }

  /** That the daemon went, or is back. */
  static Json notice(String status) {
    return Json.object().put("type", "daemon").put("status", status).build();
  }

  private static Json line(DaemonEvent event) {
    Json.Builder line = Json.object().put("type", event.kind()).put("event_id", event.id());
    Json data = event.data();
    for (String field : data.names()) {
      if (!field.equals("type") && !field.equals("event_id")) {
        line.putNull(field);
        if (data.has(field)) {
          line.put(field, data.get(field).get());
        }
      }
    }
    return line.build();
  }
}

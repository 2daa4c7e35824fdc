package claudemesh.broker;

import claudemesh.http.HttpExchange;
import claudemesh.http.HttpRequest;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code POST /hook/set-status}: what a program beside a session says of it (protocol.md §7). It
 * proves nothing, so it reaches only sessions that are connected from its own address.
 */
final class StatusHook {

  private static final String JSON = "application/json";

  private final BrokerParts parts;
  private final Rooms rooms;

  StatusHook(BrokerParts parts, Rooms rooms) {
    this.parts = parts;
    this.rooms = rooms;
  }

  void answer(HttpExchange exchange) throws IOException {
    HttpRequest request = exchange.request();
    if (!request.method().equals("POST")) {
      exchange.respondError(405, "expected POST, got " + request.method());
      return;
    }
    parts.metrics().add(Metrics.Counter.HOOKS);
    try {
      exchange.respond(200, JSON, answer(request).toString());
    } catch (JsonException e) {
      exchange.respond(500, JSON, refusal(e.getMessage()).toString()); // as deployed brokers do
    }
  }

  private Json answer(HttpRequest request) {
    Json body = Json.parseObject(request.body());
    Optional<String> cwd = body.optionalString("cwd");
    Optional<String> status = body.optionalString("status");
    OptionalLong pid = body.optionalNumber("pid");
    if (cwd.isEmpty() || status.isEmpty()) {
      return refusal("cwd and status required");
    }
    if (!Presence.STATUSES.contains(status.get())) {
      return refusal("status: expected idle, working or dnd");
    }
    String host = Presence.hostOf(request.remoteAddress());
    Json.Builder answer = Json.object().put("ok", true);
    rooms
        .setStatus(host, cwd.get(), pid, status.get())
        .ifPresentOrElse(id -> answer.put("presence_id", id), () -> answer.put("pending", true));
    return answer.build();
  }

  private static Json refusal(String error) {
    return Json.object().put("ok", false).put("error", error).build();
  }
}

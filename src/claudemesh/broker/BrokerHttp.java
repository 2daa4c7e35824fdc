package claudemesh.broker;

import claudemesh.crypto.Keys;
import claudemesh.http.HttpExchange;
import claudemesh.http.HttpHandler;
import claudemesh.http.HttpRequest;
import claudemesh.http.WsHandler;
import claudemesh.http.WsServerOptions;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import claudemesh.protocol.Invite;
import claudemesh.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The HTTP of a broker: health, metrics, join, and the way to its WebSockets (protocol.md §7). */
final class BrokerHttp implements HttpHandler {

  private static final String ANY = "*";
  private static final String JSON = "application/json";
  private static final String METRICS = "text/plain; version=0.0.4";
  private static final String REQUIRED =
      "invite_token, invite_payload, peer_pubkey, display_name required";

  private final BrokerParts parts;
  private final Rooms rooms;
  private final Greetings greetings;
  private final Optional<Supplier<Instant>> certificateEnd;
  private final StatusHook hook;
  private final StatusPage page;
  private final MeshDirectory directory;
  private final Clock clock;
  private final WsServerOptions socketOptions;
  private final Supplier<WsHandler> sockets;
  private final long startedNanos;
  private final String version = readVersion();

  BrokerHttp(
      BrokerParts parts,
      Rooms rooms,
      Greetings greetings,
      Optional<Supplier<Instant>> certificateEnd,
      WsServerOptions socketOptions,
      Supplier<WsHandler> sockets) {
    this.parts = parts;
    this.rooms = rooms;
    this.greetings = greetings;
    this.certificateEnd = certificateEnd;
    this.hook = new StatusHook(parts, rooms);
    this.directory = parts.directory();
    this.clock = parts.clock();
    this.socketOptions = socketOptions;
    this.sockets = sockets;
    this.startedNanos = clock.nanoTime();
    this.page = new StatusPage(parts, rooms, greetings::size, version);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Optional<String> origin = exchange.request().headers().first("origin");
    if (origin.isPresent() && !isAllowed(origin.get())) {
      parts
          .refusals()
          .refused(
              "origin",
              exchange.request().remoteAddress(),
              "a page of an origin that is not allowed",
              List.of());
      exchange.respondError(403, "pages of this origin may not use this broker");
      return;
    }
    switch (exchange.request().path()) {
      case "/ws" -> exchange.upgrade(socketOptions, sockets.get());
      case "/health" -> get(exchange, JSON, () -> health("ok").toString());
      case "/health/ready" -> ready(exchange);
      case "/metrics" -> get(exchange, METRICS, this::metrics);
      case "/hook/set-status" -> hook.answer(exchange);
      case "/join" -> join(exchange);
      case StatusPage.PAGE, StatusPage.EVENTS -> page.answer(exchange);
      default -> exchange.respond(404, "text/plain", "not found");
    }
  }

  /** Looks at what is due; called by the broker's tick. */
  void tick() {
    page.tick();
  }

  private boolean isAllowed(String origin) {
    Set<String> origins = parts.options().origins();
    return origins.contains(ANY) || origins.contains(origin);
  }

  /** Not ready while the store cannot write, nor once its file was found damaged. */
  private void ready(HttpExchange exchange) throws IOException {
    Optional<String> trouble = parts.store().trouble();
    if (trouble.isEmpty()) {
      get(exchange, JSON, () -> health("ready").toString());
    } else {
      Json why = health("failing").toBuilder().put("why", trouble.get()).build();
      exchange.respond(503, JSON, why.toString());
    }
  }

  private static void get(HttpExchange exchange, String type, Supplier<String> answer)
      throws IOException {
    String method = exchange.request().method();
    if (method.equals("GET") || method.equals("HEAD")) {
      exchange.respond(200, type, answer.get());
    } else {
      exchange.respondError(405, "expected GET, got " + method);
    }
  }

  private String metrics() {
    return parts.metrics().page()
        + Metrics.gauge("broker_connections_active", "peers on a mesh now", rooms::live)
        + Metrics.gauge("broker_strangers", "connections that have said no hello", greetings::size)
        + Metrics.gauge(
            "broker_queue_depth", "messages that wait for receivers", parts.store()::waiting)
        + certificateEnd.map(BrokerHttp::expiry).orElse("");
  }

  private static String expiry(Supplier<Instant> end) {
    return Metrics.gauge(
        "broker_certificate_expiry_timestamp_seconds",
        "when the certificate in use expires, in seconds since 1970",
        () -> end.get().getEpochSecond());
  }

  private Json health(String status) {
    return Json.object()
        .put("status", status)
        .put("version", version)
        .put("uptime", clock.since(startedNanos).toSeconds())
        .build();
  }

  private void join(HttpExchange exchange) throws IOException {
    HttpRequest request = exchange.request();
    if (!request.method().equals("POST")) {
      exchange.respondError(405, "expected POST, got " + request.method());
      return;
    }
    JoinResult result;
    try {
      result = join(Json.parseObject(request.body()));
    } catch (JsonException | IllegalArgumentException e) {
      result = new JoinResult.Refused(e.getMessage());
    } catch (IOException e) {
      Log.error("join_failed", "from", request.remoteAddress(), "error", e);
      exchange.respond(500, JSON, refusal("the broker failed to store it").toString());
      return;
    }
    switch (result) {
      case JoinResult.Joined joined -> {
        Log.info("member_joined", "member", joined.memberId(), "from", request.remoteAddress());
        exchange.respond(200, JSON, encode(joined).toString());
      }
      case JoinResult.Refused refused -> {
        Log.info("join_refused", "error", refused.error(), "from", request.remoteAddress());
        exchange.respond(400, JSON, refusal(refused.error()).toString());
      }
    }
  }

  private JoinResult join(Json body) throws IOException {
    Optional<String> token = body.optionalString("invite_token");
    Optional<Json> payload = body.get("invite_payload");
    Optional<String> pubkey = body.optionalString("peer_pubkey");
    Optional<String> name = body.optionalString("display_name");
    if (token.isEmpty() || payload.isEmpty() || pubkey.isEmpty() || name.isEmpty()) {
      return new JoinResult.Refused(REQUIRED);
    }
    if (!Keys.isPublicHex(pubkey.get())) {
      return new JoinResult.Refused("peer_pubkey must be 64 hex chars (32 bytes)");
    }
    MeshDirectory.requireName(name.get());
    Invite invite = Invite.decode(payload.get());
    if (!Invite.parse(token.get()).equals(invite)) {
      return new JoinResult.Refused("invite_bad_signature"); // two invites, and one was not signed
    }
    return directory.join(invite, pubkey.get(), name.get());
  }

  private static Json encode(JoinResult.Joined joined) {
    Json.Builder answer = Json.object().put("ok", true).put("memberId", joined.memberId());
    if (joined.alreadyMember()) {
      answer.put("alreadyMember", true);
    }
    return answer.build();
  }

  private static Json refusal(String error) {
    return Json.object().put("ok", false).put("error", error).build();
  }

  private static String readVersion() {
    try (InputStream in = BrokerHttp.class.getResourceAsStream("/claudemesh/version.txt")) {
      return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      Log.warn("version_unreadable", "error", e);
      return "unknown";
    }
  }
}

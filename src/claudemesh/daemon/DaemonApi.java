package claudemesh.daemon;

import claudemesh.http.HttpExchange;
import claudemesh.http.HttpHandler;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import java.io.IOException;
import java.util.Optional;

/**
 * The daemon's HTTP API (protocol.md §8), the same over its Unix socket and over TCP but for who
 * may ask:
 *
 * <pre>
 *   ApiGuard ──► ApiRequest ──► routes of its subject ──► ApiReply
 *   may it ask?  in whose name?  (EventRoutes: a stream)
 * </pre>
 *
 * <p>Whatever goes wrong is answered in JSON: {@code {"error":word,"detail"?:sentence}}. Called on
 * each connection's own thread; thread-safe.
 */
final class DaemonApi implements HttpHandler {

  private final ApiGuard guard;
  private final Sessions sessions;
  private final ApiRoutes about;
  private final ApiRoutes endings;
  private final ApiRoutes connections;
  private final ApiRoutes session;
  private final ApiRoutes peers;
  private final ApiRoutes profile;
  private final ApiRoutes send;
  private final ApiRoutes outbox;
  private final ApiRoutes inbox;
  private final ApiRoutes state;
  private final ApiRoutes memory;
  private final ApiRoutes topics;
  private final ApiRoutes moderation;
  private final EventRoutes events;

  /**
   * The API of one daemon, for one way in.
   *
   * @param parts what to answer from
   * @param guard who may ask
   * @param version this program's version
   */
  DaemonApi(ApiParts parts, ApiGuard guard, String version) {
    this.guard = guard;
    this.sessions = parts.sessions();
    this.about = new AboutRoutes(parts, version);
    this.endings = new EndingsRoutes(parts);
    this.connections = new ConnectionsRoutes(parts);
    this.session = new SessionRoutes(parts);
    this.peers = new PeerRoutes(parts);
    this.profile = new ProfileRoutes(parts);
    this.send = new SendRoutes(parts);
    this.outbox = new OutboxRoutes(parts);
    this.inbox = new InboxRoutes(parts);
    this.state = new StateRoutes(parts);
    this.memory = new MemoryRoutes(parts);
    this.topics = new TopicRoutes(parts);
    this.moderation = new ModerationRoutes(parts);
    this.events = new EventRoutes(parts);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Optional<ApiReply> refusal = guard.refusal(exchange.request());
    if (refusal.isPresent()) {
      respond(exchange, refusal.get());
      return;
    }
    ApiRequest request = new ApiRequest(exchange.request(), sessions);
    if (request.subject().equals("events") && request.verb().equals("GET ")) {
      stream(exchange, request);
    } else {
      respond(exchange, answer(request));
    }
  }

  private void stream(HttpExchange exchange, ApiRequest request) throws IOException {
    try {
      events.stream(exchange, request);
    } catch (ApiRefusal e) {
      respond(exchange, e.reply());
    }
  }

  private ApiReply answer(ApiRequest request) {
    try {
      Optional<ApiRoutes> routes = routes(request.subject());
      return routes.isPresent() ? routes.get().answer(request) : ApiReply.notFound();
    } catch (ApiRefusal e) {
      return e.reply();
    } catch (JsonException e) {
      return ApiReply.error(400, e.getMessage());
    } catch (IOException e) {
      Log.error("request_not_saved", "subject", request.subject(), "error", e.getMessage());
      return ApiReply.error(503, "not_saved", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ApiReply.error(503, "shutting_down");
    } catch (RuntimeException e) {
      Log.error("request_failed", "subject", request.subject(), "error", e.toString());
      return ApiReply.error(500, "internal");
    }
  }

  private Optional<ApiRoutes> routes(String subject) {
    return Optional.ofNullable(
        switch (subject) {
          case "version", "health", "status", "whoami" -> about;
          case "endings" -> endings;
          case "connections" -> connections;
          case "sessions" -> session;
          case "peers" -> peers;
          case "profile", "group" -> profile;
          case "send" -> send;
          case "outbox" -> outbox;
          case "inbox" -> inbox;
          case "state" -> state;
          case "memory", "skills" -> memory;
          case "topics" -> topics;
          case "moderation", "bans", "message-status" -> moderation;
          default -> null;
        });
  }

  private static void respond(HttpExchange exchange, ApiReply reply) throws IOException {
    exchange.respond(reply.status(), "application/json", reply.body().toString());
  }
}

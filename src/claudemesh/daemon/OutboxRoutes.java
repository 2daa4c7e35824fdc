package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.OutboxQuery;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What goes out: {@code GET /v1/outbox?status=&mesh=&limit=}, {@code GET /v1/outbox/ID}, {@code
 * POST /v1/outbox/requeue} and {@code DELETE /v1/outbox/ID}. A session sees and touches what it
 * sends itself.
 */
final class OutboxRoutes implements ApiRoutes {

  private static final int USUAL_ROWS = 50;
  private static final int MOST_ROWS = 10_000;

  private final ApiParts parts;

  OutboxRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    return switch (request.verb()) {
      case "GET " -> list(request);
      case "POST requeue" -> requeue(request);
      default ->
          switch (request.method()) {
            case "GET" -> one(request);
            case "DELETE" -> drop(request);
            default -> ApiReply.notFound();
          };
    };
  }

  private ApiReply list(ApiRequest request) throws ApiRefusal {
    Optional<RegisteredSession> session = request.session();
    Optional<OutboxStatus> status = status(request);
    int limit = request.limit(USUAL_ROWS);
    Optional<String> named = request.query("mesh").or(() -> session.map(RegisteredSession::mesh));
    Optional<String> mesh = named.flatMap(parts.choice()::find).map(AttachedMesh::meshId);
    if (named.isPresent() && mesh.isEmpty()) {
      return ApiReply.list("items", List.of());
    }
    Optional<String> own = session.flatMap(RegisteredSession::pubkey);
    List<OutboxRow> rows =
        parts
            .parts()
            .outbox()
            .list(new OutboxQuery(mesh, status, own.isEmpty() ? limit : MOST_ROWS));
    return ApiReply.list(
        "items",
        rows.stream()
            .filter(row -> own.isEmpty() || isOf(row, own.get()))
            .limit(limit)
            .map(this::json)
            .toList());
  }

  private static Optional<OutboxStatus> status(ApiRequest request) throws ApiRefusal {
    Optional<String> word = request.query("status");
    Optional<OutboxStatus> status = word.flatMap(OutboxJson::status);
    if (word.isPresent() && status.isEmpty()) {
      throw new ApiRefusal(
          400, "status must be 'pending' | 'inflight' | 'done' | 'dead' | 'aborted'");
    }
    return status;
  }

  private ApiReply one(ApiRequest request) throws ApiRefusal {
    return ApiReply.ok(Json.object().put("item", json(find(request, request.rest()))));
  }

  private ApiReply requeue(ApiRequest request)
      throws ApiRefusal, IOException, InterruptedException {
    Json body = request.body();
    if (body.bool("dead", false)) {
      Optional<String> mesh = body.optionalString("mesh");
      Optional<String> meshId = Optional.empty();
      if (mesh.isPresent()) {
        meshId = Optional.of(parts.choice().one(mesh, Optional.empty()).meshId());
      }
      int requeued = await(parts.sends().requeueDead(meshId));
      return ApiReply.ok(Json.object().put("ok", true).put("requeued", requeued));
    }
    OutboxRow row = find(request, ApiRequest.required(body, "id"));
    OutboxRow now = await(parts.sends().requeue(row.id())).orElse(row);
    if (now.status() == OutboxStatus.DONE) {
      return unchanged(now, "the broker has it already");
    }
    // Deployed clients read where it went on; here it goes on as itself.
    return ApiReply.ok(
        Json.object()
            .put("ok", true)
            .put("requeued", 1)
            .put("item", json(now))
            .put("new_row_id", now.id())
            .put("new_client_message_id", now.message().clientMessageId()));
  }

  private ApiReply drop(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    OutboxRow row = find(request, request.rest());
    String by = request.session().map(RegisteredSession::displayName).orElse("operator");
    OutboxRow now = await(parts.sends().drop(row.id(), by)).orElse(row);
    return switch (now.status()) {
      case ABORTED -> ApiReply.ok(Json.object().put("ok", true).put("item", json(now)));
      case INFLIGHT -> unchanged(now, "it is under way, and the broker may have it already");
      default -> unchanged(now, "the broker has it already");
    };
  }

  private static ApiReply unchanged(OutboxRow row, String why) {
    return new ApiReply(
        409,
        Json.object()
            .put("error", "outbox_" + OutboxJson.word(row.status()))
            .put("detail", why)
            .put("id", row.id())
            .build());
  }

  /** A message by its id, or by its sender's. */
  private OutboxRow find(ApiRequest request, String id) throws ApiRefusal {
    Optional<String> own = request.session().flatMap(RegisteredSession::pubkey);
    return parts
        .parts()
        .outbox()
        .find(id)
        .or(() -> parts.parts().outbox().findByClientId(id).stream().findFirst())
        .filter(row -> own.isEmpty() || isOf(row, own.get()))
        .orElseThrow(
            () ->
                new ApiRefusal(
                    new ApiReply(
                        404, Json.object().put("error", "not found").put("id", id).build())));
  }

  private static boolean isOf(OutboxRow row, String key) {
    return row.message().via().key().equals(key);
  }

  private Json json(OutboxRow row) {
    String meshId = row.message().via().mesh();
    return OutboxJson.encode(
        row, parts.meshes().find(meshId).map(AttachedMesh::slug).orElse(meshId));
  }

  static <T> T await(CompletableFuture<T> saved) throws IOException, InterruptedException {
    try {
      return saved.get();
    } catch (ExecutionException e) {
      Throwable cause = BrokerAnswers.cause(e);
      throw cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
    }
  }
}

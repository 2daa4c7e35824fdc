package claudemesh.daemon;

import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * What a mesh remembers: {@code GET /v1/memory?q=}, {@code POST /v1/memory}, {@code DELETE
 * /v1/memory/ID}; and {@code GET /v1/skills}, of which our meshes have none.
 */
final class MemoryRoutes implements ApiRoutes {

  private final ApiParts parts;

  MemoryRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    if (request.subject().equals("skills")) {
      return skills(request);
    }
    if (request.method().equals("DELETE") && !request.rest().isEmpty()) {
      return forget(request);
    }
    return switch (request.verb()) {
      case "GET " -> recall(request);
      case "POST " -> remember(request);
      default -> ApiReply.notFound();
    };
  }

  private static ApiReply skills(ApiRequest request) {
    if (request.verb().equals("GET ")) {
      return ApiReply.list("skills", List.of());
    }
    return request.method().equals("GET")
        ? new ApiReply(
            404, Json.object().put("error", "skill_not_found").put("name", request.rest()).build())
        : ApiReply.notFound();
  }

  private ApiReply recall(ApiRequest request) throws ApiRefusal, InterruptedException {
    String query = request.query("q").orElse("");
    Optional<RegisteredSession> session = request.session();
    return EachMesh.ask(
            parts.choice().all(request.query("mesh"), session),
            mesh ->
                BrokerAnswers.ask(
                        "recall", mesh, session, client -> client.requests().recall(query))
                    .stream()
                    .map(memory -> AnswerJson.memory(memory, mesh.slug()))
                    .toList())
        .reply("matches");
  }

  private ApiReply remember(ApiRequest request) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    String content = ApiRequest.required(body, "content");
    List<String> tags = body.stringList("tags");
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), session);
    String id =
        BrokerAnswers.ask(
            "remember", mesh, session, client -> client.requests().remember(content, tags));
    return ApiReply.ok(Json.object().put("id", id).put("mesh", mesh.slug()));
  }

  private ApiReply forget(ApiRequest request) throws ApiRefusal, InterruptedException {
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(request.query("mesh"), session);
    String id = request.rest();
    BrokerAnswers.ask("forget", mesh, session, client -> client.requests().forget(id));
    return ApiReply.ok(Json.object().put("ok", true).put("id", id).put("mesh", mesh.slug()));
  }
}

package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.StateEntry;
import java.util.List;
import java.util.Optional;

/** Values that a mesh shares: {@code GET /v1/state[?key=]} and {@code POST /v1/state}. */
final class StateRoutes implements ApiRoutes {

  private final ApiParts parts;

  StateRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    return switch (request.verb()) {
      case "GET " -> request.query("key").isPresent() ? one(request) : list(request);
      case "POST " -> set(request);
      default -> ApiReply.notFound();
    };
  }

  private ApiReply list(ApiRequest request) throws ApiRefusal, InterruptedException {
    Optional<RegisteredSession> session = request.session();
    return EachMesh.ask(
            parts.choice().all(request.query("mesh"), session),
            mesh ->
                BrokerAnswers.ask("state", mesh, session, client -> client.requests().listState())
                    .stream()
                    .map(entry -> AnswerJson.state(entry, mesh.slug()))
                    .toList())
        .reply("entries");
  }

  private ApiReply one(ApiRequest request) throws ApiRefusal, InterruptedException {
    String key = request.query("key").orElseThrow();
    Optional<RegisteredSession> session = request.session();
    EachMesh answers =
        EachMesh.ask(
            parts.choice().all(request.query("mesh"), session),
            mesh -> {
              StateEntry entry =
                  BrokerAnswers.ask(
                      "state", mesh, session, client -> client.requests().getState(key));
              return entry.value().isEmpty()
                  ? List.of()
                  : List.of(AnswerJson.state(entry, mesh.slug()));
            });
    if (!answers.rows().isEmpty()) {
      return ApiReply.ok(Json.object().put("state", answers.rows().getFirst()));
    }
    if (!answers.errors().isEmpty()) {
      // Whoever did not answer may have it.
      return ApiReply.error(502, "state_failed", answers.errors().getFirst().string("error"));
    }
    return new ApiReply(404, Json.object().put("error", "state_not_found").put("key", key).build());
  }

  private ApiReply set(ApiRequest request) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    String key = ApiRequest.required(body, "key");
    Json value = body.get("value").orElse(Json.parse("null"));
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), session);
    BrokerAnswers.ask("state", mesh, session, client -> client.requests().setState(key, value));
    return ApiReply.ok(Json.object().put("ok", true).put("key", key).put("mesh", mesh.slug()));
  }
}

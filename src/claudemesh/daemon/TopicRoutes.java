package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.TopicCreated;
import java.util.List;
import java.util.Optional;

/**
 * Topics of a mesh, for the asking session or the member: {@code GET /v1/topics?mesh=}, {@code POST
 * /v1/topics}, {@code POST /v1/topics/join}, {@code POST /v1/topics/leave}, {@code GET
 * /v1/topics/history?name=&limit=&before=} and {@code DELETE /v1/topics/NAME}.
 */
final class TopicRoutes implements ApiRoutes {

  private static final int USUAL_ROWS = 50;

  private final ApiParts parts;

  TopicRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    return switch (request.verb()) {
      case "GET " -> list(request);
      case "POST " -> create(request);
      case "POST join" -> join(request, true);
      case "POST leave" -> join(request, false);
      case "GET history" -> history(request);
      default ->
          request.method().equals("DELETE") && !request.rest().isEmpty()
              ? delete(request)
              : ApiReply.notFound();
    };
  }

  private ApiReply list(ApiRequest request) throws ApiRefusal, InterruptedException {
    Optional<RegisteredSession> session = request.session();
    return EachMesh.ask(
            parts.choice().all(request.query("mesh"), session),
            mesh ->
                BrokerAnswers.ask("topics", mesh, session, client -> client.requests().listTopics())
                    .stream()
                    .map(topic -> AnswerJson.topic(topic, mesh.slug()))
                    .toList())
        .reply("topics");
  }

  private ApiReply create(ApiRequest request) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    String name = bare(ApiRequest.required(body, "name"));
    Optional<String> description = body.optionalString("description");
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), session);
    TopicCreated made =
        BrokerAnswers.ask(
            "topic", mesh, session, client -> client.requests().createTopic(name, description));
    return ApiReply.ok(
        Json.object()
            .put("ok", true)
            .put("topic", AnswerJson.topic(made.topic(), mesh.slug()))
            .put("created", made.created())
            .put("mesh", mesh.slug()));
  }

  private ApiReply join(ApiRequest request, boolean join) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    String name = bare(ApiRequest.required(body, "name"));
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), session);
    BrokerAnswers.ask(
        "topic",
        mesh,
        session,
        client -> join ? client.requests().joinTopic(name) : client.requests().leaveTopic(name));
    return done(name, mesh);
  }

  private ApiReply delete(ApiRequest request) throws ApiRefusal, InterruptedException {
    String name = bare(request.rest());
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(request.query("mesh"), session);
    BrokerAnswers.ask("topic", mesh, session, client -> client.requests().deleteTopic(name));
    return done(name, mesh);
  }

  private static ApiReply done(String name, AttachedMesh mesh) {
    return ApiReply.ok(Json.object().put("ok", true).put("name", name).put("mesh", mesh.slug()));
  }

  private ApiReply history(ApiRequest request) throws ApiRefusal, InterruptedException {
    String name =
        bare(request.query("name").orElseThrow(() -> new ApiRefusal(400, "missing 'name'")));
    int limit = request.limit(USUAL_ROWS);
    Optional<String> before = request.query("before");
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(request.query("mesh"), session);
    List<Json> rows =
        BrokerAnswers.ask(
                "topic",
                mesh,
                session,
                client -> client.requests().topicHistory(name, limit, before))
            .stream()
            .map(message -> AnswerJson.message(message, mesh.slug()))
            .toList();
    return ApiReply.list("messages", rows);
  }

  private static String bare(String name) {
    return name.startsWith("#") ? name.substring(1) : name;
  }
}

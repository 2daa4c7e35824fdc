package claudemesh.daemon;

import claudemesh.client.MeshRequests;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the asking session, or the member, shows on a mesh: {@code POST /v1/profile}, {@code POST
 * /v1/group/join} and {@code POST /v1/group/leave}.
 */
final class ProfileRoutes implements ApiRoutes {

  private static final Set<String> STATUSES = Set.of("idle", "working", "dnd");
  private static final List<String> PROFILE =
      List.of("avatar", "title", "bio", "role", "capabilities");

  private final ApiParts parts;

  ProfileRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    return switch (request.method() + " " + request.subject() + "/" + request.rest()) {
      case "POST profile/" -> profile(request);
      case "POST group/join" -> group(request, true);
      case "POST group/leave" -> group(request, false);
      default -> ApiReply.notFound();
    };
  }

  private ApiReply profile(ApiRequest request) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    body.optionalString("status").ifPresent(ProfileRoutes::requireStatus);
    Optional<RegisteredSession> session = request.session();
    Optional<String> named = body.optionalString("mesh").or(() -> request.query("mesh"));
    List<AttachedMesh> meshes =
        named.isPresent()
            ? List.of(parts.choice().one(named, session))
            : parts.choice().all(named, session);
    for (AttachedMesh mesh : meshes) {
      apply(body, mesh, session);
    }
    List<String> applied = body.names().stream().filter(field -> !field.equals("mesh")).toList();
    return ApiReply.ok(
        Json.object()
            .put("ok", true)
            .put("applied", Json.strings(applied))
            .put("meshes", Json.strings(meshes.stream().map(AttachedMesh::slug).toList())));
  }

  private static void requireStatus(String status) {
    if (!STATUSES.contains(status)) {
      throw new JsonException("status must be 'idle' | 'working' | 'dnd'");
    }
  }

  private static void apply(Json body, AttachedMesh mesh, Optional<RegisteredSession> session)
      throws ApiRefusal, InterruptedException {
    MeshRequests requests = BrokerAnswers.client(mesh, session).requests();
    Optional<String> summary = body.optionalString("summary");
    if (summary.isPresent()) {
      BrokerAnswers.await("profile", requests.setSummary(summary.get()));
    }
    Optional<String> status = body.optionalString("status");
    if (status.isPresent()) {
      BrokerAnswers.await("profile", requests.setStatus(status.get()));
    }
    if (body.has("visible")) {
      BrokerAnswers.await("profile", requests.setVisible(body.bool("visible", true)));
    }
    Json.Builder profile = Json.object();
    List<String> given = new ArrayList<>(PROFILE);
    given.removeIf(field -> !body.has(field));
    given.forEach(field -> profile.put(field, body.get(field).orElseThrow()));
    if (!given.isEmpty()) {
      BrokerAnswers.await("profile", requests.setProfile(profile.build()));
    }
  }

  private ApiReply group(ApiRequest request, boolean join) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    String name = ApiRequest.required(body, "name");
    String group = name.startsWith("@") ? name.substring(1) : name;
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), session);
    MeshRequests requests = BrokerAnswers.client(mesh, session).requests();
    BrokerAnswers.await(
        "group",
        join
            ? requests.joinGroup(new Group(group, body.optionalString("role")))
            : requests.leaveGroup(group));
    return ApiReply.ok(Json.object().put("ok", true).put("name", group).put("mesh", mesh.slug()));
  }
}

package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Keys;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * Sessions come and go (protocol.md §8): {@code POST /v1/sessions/register}, {@code DELETE
 * /v1/sessions/TOKEN}, {@code GET /v1/sessions} and {@code GET /v1/sessions/me}. No reply carries a
 * secret: of a token its first digits, of a key pair the public key.
 */
final class SessionRoutes implements ApiRoutes {

  private final ApiParts parts;

  SessionRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, IOException {
    return switch (request.verb()) {
      case "POST register" -> register(Registration.decode(request.body()));
      case "GET me" -> me(request);
      case "GET " ->
          ApiReply.list(
              "sessions", parts.sessions().all().stream().map(RegisteredSession::shown).toList());
      default ->
          request.method().equals("DELETE") && !request.rest().isEmpty()
              ? remove(request.rest().toLowerCase(Locale.ROOT))
              : ApiReply.notFound();
    };
  }

  private ApiReply register(Registration asked) throws ApiRefusal, IOException {
    AttachedMesh mesh = parts.choice().one(Optional.of(asked.mesh()), Optional.empty());
    Optional<Ed25519KeyPair> keys = Optional.empty();
    Optional<String> fault = Optional.empty();
    try {
      keys = keys(asked, mesh);
    } catch (JsonException e) {
      fault = Optional.of(e.getMessage());
    }
    RegisteredSession session =
        asked.toSession(mesh.slug(), keys, ProcessStart.of(asked.pid()), parts.clock().wallTime());
    parts.sessions().register(session);
    return ApiReply.ok(
        Json.object()
            .put("ok", true)
            .put("registered_at", session.registeredAt().toEpochMilli())
            .put("presence_accepted", keys.isPresent())
            .put("presence_error", fault)
            .put("session_pubkey", asked.isManaged() ? session.pubkey() : Optional.empty()));
  }

  private Optional<Ed25519KeyPair> keys(Registration asked, AttachedMesh mesh) throws IOException {
    if (asked.presence().isEmpty()) {
      return Optional.empty();
    }
    if (asked.isManaged()) {
      return Optional.of(parts.sessionKeys().of(mesh.meshId(), asked.sessionId()));
    }
    String member =
        mesh.membership()
            .orElseThrow(() -> new JsonException("the mesh " + mesh.slug() + " cannot be used"))
            .keys()
            .publicHex();
    return Optional.of(asked.handedIn(member));
  }

  private static ApiReply me(ApiRequest request) throws ApiRefusal {
    RegisteredSession session =
        request.session().orElseThrow(() -> new ApiRefusal(401, "no session token"));
    return ApiReply.ok(Json.object().put("session", session.shown()));
  }

  private ApiReply remove(String token) {
    if (!Keys.isPublicHex(token)) {
      return ApiReply.error(400, "invalid token");
    }
    boolean removed = parts.sessions().remove(token).isPresent();
    return new ApiReply(
        removed ? 200 : 404,
        Json.object()
            .put("ok", removed)
            .put("token_prefix", RegisteredSession.prefixOf(token))
            .build());
  }
}

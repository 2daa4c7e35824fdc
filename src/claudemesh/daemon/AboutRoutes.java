package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.InboxRecipient;
import claudemesh.store.OutboxStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the daemon tells of itself: {@code /v1/version}, {@code /v1/health}, {@code /v1/status} and
 * {@code /v1/whoami}.
 */
final class AboutRoutes implements ApiRoutes {

  /** The API's level that deployed clients look for. */
  private static final String API = "v1";

  private static final int SCHEMA_VERSION = 1;

  private static final List<String> FEATURES =
      List.of(
          "version",
          "health",
          "send",
          "inbox",
          "events",
          "peers",
          "profile",
          "skills",
          "state",
          "memory",
          "sessions");

  private final ApiParts parts;
  private final String version;

  /**
   * Routes of one daemon.
   *
   * @param parts what to answer from
   * @param version this program's version
   */
  AboutRoutes(ApiParts parts, String version) {
    this.parts = parts;
    this.version = version;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal {
    if (!request.verb().equals("GET ")) {
      return ApiReply.notFound();
    }
    return switch (request.subject()) {
      case "version" -> version();
      case "health" -> health();
      case "status" -> status(request.sessionIfKnown());
      case "whoami" -> whoami(request);
      default -> ApiReply.notFound();
    };
  }

  private ApiReply version() {
    return ApiReply.ok(
        Json.object()
            .put("daemon_version", version)
            .put("ipc_api", API)
            .put("ipc_features", Json.strings(FEATURES))
            .put("schema_version", SCHEMA_VERSION));
  }

  private ApiReply health() {
    Json.Builder brokers = Json.object();
    for (AttachedMesh mesh : parts.meshes().attached()) {
      brokers.put(mesh.slug(), mesh.status().word());
    }
    return ApiReply.ok(
        Json.object()
            .put("ok", true)
            .put("pid", ProcessHandle.current().pid())
            .put("brokers", brokers.build()));
  }

  private ApiReply status(Optional<RegisteredSession> session) {
    Duration up = Duration.between(parts.startedAt(), parts.clock().wallTime());
    Json.Builder status =
        Json.object()
            .put("version", version)
            .put("pid", ProcessHandle.current().pid())
            .put("started_at", Iso.of(parts.startedAt()))
            .put("uptime_s", Math.max(0, up.toSeconds()))
            .put("folder", parts.parts().options().folder().path().toString())
            .put("config_error", parts.meshes().configError());
    Map<OutboxStatus, Long> outbox = parts.parts().outbox().counts();
    Map<InboxRecipient, Long> unread = parts.parts().inbox().unread();
    List<Json> meshes = new ArrayList<>();
    for (AttachedMesh mesh : parts.meshes().attached()) {
      meshes.add(status(mesh, session, unread));
    }
    return ApiReply.ok(status.put("outbox", outbox(outbox)).put("meshes", Json.array(meshes)));
  }

  private Json status(
      AttachedMesh mesh, Optional<RegisteredSession> session, Map<InboxRecipient, Long> unread) {
    ConnectionStatus status = mesh.status();
    Json.Builder row =
        Json.object()
            .put("mesh", mesh.slug())
            .put("mesh_id", mesh.meshId())
            .put("status", status.word())
            .put("why", status.why())
            .put("next_try", status.nextTry().map(Iso::of));
    if (status.attempt() > 0) {
      row.put("attempt", status.attempt());
    }
    mesh.member()
        .ifPresent(
            member -> row.put("display_name", member.name()).put("member_pubkey", member.pubkey()));
    return row.put("sessions", sessions(mesh))
        .put("outbox", outbox(parts.parts().outbox().unfinished(mesh.meshId())))
        .put("unread", unread(mesh, session, unread))
        .put("error", mesh.error())
        .build();
  }

  /** What is unread for whoever asks: the session on its own mesh, else the member. */
  private static long unread(
      AttachedMesh mesh, Optional<RegisteredSession> session, Map<InboxRecipient, Long> unread) {
    Optional<String> key =
        session
            .filter(asking -> asking.mesh().equals(mesh.slug()))
            .flatMap(RegisteredSession::pubkey)
            .or(mesh::memberKey);
    return unread.entrySet().stream()
        .filter(of -> of.getKey().mesh().equals(mesh.meshId()))
        .filter(of -> key.equals(Optional.of(of.getKey().key())))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static Json sessions(AttachedMesh mesh) {
    List<MeshConnection> sessions = mesh.sessions();
    long open = sessions.stream().filter(session -> session.status().isOpen()).count();
    return Json.object().put("open", open).put("total", sessions.size()).build();
  }

  private static Json outbox(Map<OutboxStatus, Long> counts) {
    Json.Builder outbox = Json.object();
    counts.forEach((status, count) -> outbox.put(OutboxJson.word(status), count));
    return outbox.build();
  }

  private ApiReply whoami(ApiRequest request) throws ApiRefusal {
    Optional<RegisteredSession> session = request.session();
    List<Json> meshes = new ArrayList<>();
    for (AttachedMesh mesh : parts.choice().all(request.query("mesh"), session)) {
      meshes.add(whoami(mesh));
    }
    Json.Builder body = Json.object().put("meshes", Json.array(meshes));
    session.ifPresent(asking -> body.put("session", whoami(asking)));
    return ApiReply.ok(body);
  }

  private static Json whoami(AttachedMesh mesh) {
    Json.Builder row =
        Json.object()
            .put("mesh", mesh.slug())
            .put("mesh_id", mesh.meshId())
            .put("member_id", mesh.joined().memberId());
    mesh.member()
        .ifPresent(
            member -> row.put("member_pubkey", member.pubkey()).put("display_name", member.name()));
    return row.put("broker_url", mesh.joined().brokerUrl())
        .put("status", mesh.status().word())
        .put("error", mesh.error())
        .build();
  }

  private static Json whoami(RegisteredSession session) {
    return Json.object()
        .put("session_id", session.sessionId())
        .put("mesh", session.mesh())
        .put("session_pubkey", session.pubkey())
        .put("display_name", session.displayName())
        .build();
  }
}

package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.lifecycle.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code GET /v1/endings?mesh=}: how each connection ended, the last times. */
final class EndingsRoutes implements ApiRoutes {

  private final ApiParts parts;

  EndingsRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal {
    if (!request.verb().equals("GET ")) {
      return ApiReply.notFound();
    }
    List<Json> rows = new ArrayList<>();
    for (AttachedMesh mesh : parts.choice().all(request.query("mesh"), request.session())) {
      if (mesh.error().isPresent()) {
        rows.add(failed(mesh));
      }
      for (MeshConnection connection : mesh.connections()) {
        rows.add(row(connection));
      }
    }
    return ApiReply.list("connections", rows);
  }

  private static Json failed(AttachedMesh mesh) {
    return Json.object()
        .put("mesh", mesh.slug())
        .put("kind", "member")
        .put("name", mesh.joined().displayName().orElse(""))
        .put("status", mesh.status().word())
        .put("why", mesh.error())
        .put("endings", Json.array(List.of()))
        .build();
  }

  private static Json row(MeshConnection connection) {
    ConnectionStatus status = connection.status();
    return Json.object()
        .put("mesh", connection.mesh().slug())
        .put("kind", connection.kind().word())
        .put("name", connection.name())
        .put("pubkey", connection.pubkey())
        .put("status", status.word())
        .put("why", status.why())
        .put("next_try", status.nextTry().map(Iso::of))
        .put(
            "endings",
            Json.array(connection.endings().stream().map(EndingsRoutes::ending).toList()))
        .build();
  }

  /** An ending as {@code GET /v1/endings} tells it. */
  static Json ending(EndingRecord record) {
    Json.Builder row =
        Json.object().put("at", Iso.of(record.at())).put("what", what(record.ending()));
    code(record.ending()).ifPresent(code -> row.put("code", code));
    reason(record.ending()).ifPresent(reason -> row.put("reason", reason));
    row.put("words", record.words())
        .put("decision", record.decision().name().toLowerCase(Locale.ROOT))
        .put("next_try", record.nextTry().map(Iso::of));
    record.lasted().ifPresent(lasted -> row.put("lasted_ms", lasted.toMillis()));
    return row.build();
  }

  private static String what(Ending ending) {
    return ending
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  /** The peer's number or word for it. */
  private static Optional<Json> code(Ending ending) {
    return switch (ending) {
      case Ending.PeerClosed closed -> Optional.of(number(closed.code()));
      case Ending.UpgradeRefused refused -> Optional.of(number(refused.status()));
      case Ending.Refused refused -> Optional.of(Json.of(refused.code()));
      default -> Optional.empty();
    };
  }

  private static Json number(int code) {
    return Json.parse(Integer.toString(code));
  }

  private static Optional<String> reason(Ending ending) {
    return switch (ending) {
      case Ending.PeerClosed closed -> Optional.of(closed.reason());
      case Ending.Refused refused -> Optional.of(refused.message());
      default -> Optional.empty();
    };
  }
}

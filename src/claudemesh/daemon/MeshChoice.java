package claudemesh.daemon;

import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * Which mesh a request is about: the one it names, else the session's, else the only one, else all
 * of them for a list, and for anything else a question back. Thread-safe.
 */
final class MeshChoice {

  private final Meshes meshes;

  MeshChoice(Meshes meshes) {
    this.meshes = meshes;
  }

  /**
   * The meshes to list.
   *
   * @param named the mesh that the request names
   * @param session the session that asks
   * @return none if that mesh is not joined
   */
  List<AttachedMesh> all(Optional<String> named, Optional<RegisteredSession> session) {
    Optional<String> wanted = named.or(() -> session.map(RegisteredSession::mesh));
    return wanted.isEmpty() ? meshes.attached() : find(wanted.get()).stream().toList();
  }

  /**
   * The one mesh to do something on.
   *
   * @param named the mesh that the request names
   * @param session the session that asks
   * @return the mesh
   * @throws ApiRefusal if that mesh is not joined, or none is named and it could be any of several
   */
  AttachedMesh one(Optional<String> named, Optional<RegisteredSession> session) throws ApiRefusal {
    Optional<String> wanted = named.or(() -> session.map(RegisteredSession::mesh));
    if (wanted.isPresent()) {
      return find(wanted.get()).orElseThrow(() -> notAttached(wanted.get()));
    }
    return meshes.only().orElseThrow(this::ambiguous);
  }

  /** A mesh by its short name or id; one joined a moment ago too. */
  Optional<AttachedMesh> find(String slugOrId) {
    Optional<AttachedMesh> found = meshes.find(slugOrId);
    if (found.isPresent()) {
      return found;
    }
    meshes.refreshIfChanged();
    return meshes.find(slugOrId);
  }

  private static ApiRefusal notAttached(String mesh) {
    return new ApiRefusal(
        new ApiReply(
            404, Json.object().put("error", "mesh_not_attached").put("mesh", mesh).build()));
  }

  // Deployed clients read "attached".
  private ApiRefusal ambiguous() {
    Json slugs = Json.strings(meshes.attached().stream().map(AttachedMesh::slug).toList());
    return new ApiRefusal(
        new ApiReply(
            409,
            Json.object()
                .put("error", "mesh_required")
                .put("meshes", slugs)
                .put("attached", slugs)
                .build()));
  }
}

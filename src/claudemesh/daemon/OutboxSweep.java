package claudemesh.daemon;

import claudemesh.store.OutboxRow;
import claudemesh.store.Via;
import java.util.Optional;

/**
 * Keeps the outbox from growing for ever: what has waited for too long dies, and that is told like
 * any other end. Called by the ticker's thread; waits for the disk.
 */
final class OutboxSweep {

  private final DaemonParts parts;
  private final Meshes meshes;

  OutboxSweep(DaemonParts parts, Meshes meshes) {
    this.parts = parts;
    this.meshes = meshes;
  }

  /** Sweeps once. */
  void run() {
    parts.outbox().sweep(this::tell);
  }

  private void tell(OutboxRow row) {
    Via via = row.message().via();
    Optional<AttachedMesh> mesh = meshes.find(via.mesh());
    boolean member = mesh.flatMap(AttachedMesh::memberKey).equals(Optional.of(via.key()));
    Events.Scope scope =
        member ? Events.Scope.mesh(via.mesh()) : Events.Scope.session(via.mesh(), via.key());
    // A mesh that was left since has no short name any more.
    String slug = mesh.map(AttachedMesh::slug).orElse(via.mesh());
    new OutboxEvents(parts.events(), slug, scope).dead(row, row.lastError().orElse(""));
  }
}

package claudemesh.daemon;

import claudemesh.store.Enqueued;
import claudemesh.store.NewOutgoing;
import claudemesh.store.OutboxRow;
import claudemesh.store.Via;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Takes messages for sending: each is on disk before the caller hears that it was taken, and then
 * goes out through the connection it was meant for and no other, when that one is open.
 * Thread-safe.
 */
final class Sends {

  private final Meshes meshes;
  private final DaemonParts parts;

  Sends(Meshes meshes, DaemonParts parts) {
    this.meshes = meshes;
    this.parts = parts;
  }

  /**
   * Takes a message. May wait while the store has too much to do.
   *
   * @param request what to send, through which connection
   * @return what became of it, once it is on disk; completes on a thread of the store's, so what
   *     depends on it must not block
   */
  CompletableFuture<Accepted> accept(SendRequest request) {
    CompletableFuture<Accepted> accepted = new CompletableFuture<>();
    Optional<AttachedMesh> mesh = meshes.find(request.meshId());
    Optional<String> key = request.via().or(() -> mesh.flatMap(AttachedMesh::memberKey));
    if (key.isEmpty()) {
      String why = mesh.flatMap(AttachedMesh::error).orElse("the mesh is not attached");
      accepted.complete(new Accepted.Refused(why));
      return accepted;
    }
    Via via = new Via(request.meshId(), key.get());
    NewOutgoing outgoing =
        new NewOutgoing(
            request.clientMessageId(),
            via,
            request.target().spec(),
            request.text(),
            request.priority().word(),
            request.replyToId(),
            request.fingerprint());
    parts
        .outbox()
        .append(
            outgoing,
            outcome -> {
              accepted.complete(about(request, outcome));
              if (outcome instanceof Enqueued.Stored) {
                wake(via);
              }
            });
    return accepted;
  }

  private static Accepted about(SendRequest request, Enqueued outcome) {
    return switch (outcome) {
      case Enqueued.Stored stored -> new Accepted.Queued(request.clientMessageId());
      case Enqueued.Duplicate duplicate -> {
        OutboxRow row = duplicate.row();
        yield new Accepted.Duplicate(request.clientMessageId(), word(row), row.brokerMessageId());
      }
      case Enqueued.Conflict conflict -> {
        OutboxRow row = conflict.row();
        String fingerprint = row.message().fingerprint();
        yield new Accepted.Conflict(word(row), prefixOf(fingerprint), row.brokerMessageId());
      }
      case Enqueued.Refused refused -> new Accepted.Refused(refused.reason());
    };
  }

  private static String word(OutboxRow row) {
    return row.status().name().toLowerCase(Locale.ROOT);
  }

  private static String prefixOf(String fingerprint) {
    return fingerprint.substring(0, Math.min(16, fingerprint.length()));
  }

  /**
   * Sends a message that was given up again, or one that waits, at once.
   *
   * @param id its id in the outbox
   * @return the message as it is now; empty if there is none
   */
  CompletableFuture<Optional<OutboxRow>> requeue(String id) {
    return parts
        .outbox()
        .requeue(id)
        .thenApply(
            row -> {
              row.ifPresent(found -> wake(found.message().via()));
              return row;
            });
  }

  /**
   * Sends all dead messages again.
   *
   * @param meshId only those of this mesh
   * @return how many
   */
  CompletableFuture<Integer> requeueDead(Optional<String> meshId) {
    return parts
        .outbox()
        .requeueDead(meshId)
        .thenApply(
            requeued -> {
              requeued.keySet().forEach(this::wake);
              return requeued.values().stream().mapToInt(Integer::intValue).sum();
            });
  }

  /**
   * Gives up a message that is not under way.
   *
   * @param id its id in the outbox
   * @param by who wants it so
   * @return the message as it is now: aborted, or unchanged if it is under way or done; empty if
   *     there is none
   */
  CompletableFuture<Optional<OutboxRow>> drop(String id, String by) {
    return parts
        .outbox()
        .drop(id, by)
        .thenApply(
            row -> {
              row.ifPresent(found -> wake(found.message().via())); // its lane goes on behind it
              return row;
            });
  }

  /** Wakes the drains of a mesh's connections for which something waits. */
  void wakeAll(AttachedMesh mesh) {
    for (Via via : parts.outbox().waiting()) {
      if (via.mesh().equals(mesh.meshId())) {
        parts.outbox().hurry(via);
        wake(via);
      }
    }
  }

  private void wake(Via via) {
    meshes.find(via.mesh()).flatMap(mesh -> mesh.byKey(via.key())).ifPresent(MeshConnection::wake);
  }
}

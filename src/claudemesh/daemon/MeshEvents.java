package claudemesh.daemon;

import claudemesh.daemon.Events.Kind;
import claudemesh.daemon.Events.Scope;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.Group;

/** Tells what a broker says of its mesh as events of the daemon. */
final class MeshEvents {

  private MeshEvents() {}

  /** Somebody came, went, showed or hid. */
  static void publish(Events events, AttachedMesh mesh, SystemEvent event) {
    Kind kind = kindOf(event.event());
    if (kind == Kind.PEER_JOINED || kind == Kind.PEER_RETURNED) {
      mesh.peerCame();
    }
    Json.Builder data =
        Json.object()
            .put("mesh", mesh.slug())
            .put("event", event.event())
            .put("name", event.name())
            .put("pubkey", event.pubkey());
    if (!event.groups().isEmpty()) {
      data.put("groups", Json.array(event.groups().stream().map(Group::encode).toList()));
    }
    data.put("created_at", event.createdAt());
    events.publish(kind, Scope.mesh(mesh.meshId()), data.build());
  }

  private static Kind kindOf(String event) {
    return switch (event) {
      case "peer_joined" -> Kind.PEER_JOINED;
      case "peer_returned" -> Kind.PEER_RETURNED;
      case "peer_left" -> Kind.PEER_LEFT;
      case "peer_visible" -> Kind.PEER_VISIBLE;
      case "peer_hidden" -> Kind.PEER_HIDDEN;
      default -> Kind.SYSTEM;
    };
  }

  /** Somebody set a shared value. */
  static void publish(Events events, AttachedMesh mesh, StateChange change) {
    Json.Builder data =
        Json.object()
            .put("mesh", mesh.slug())
            .put("key", change.key())
            .putNull("value")
            .put("value", change.value().orElse(null))
            .put("updated_by", change.updatedBy());
    events.publish(Kind.STATE_CHANGE, Scope.mesh(mesh.meshId()), data.build());
  }
}

package claudemesh.broker;

import claudemesh.protocol.ClientMessage.Opening;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The rooms of one broker: one for each mesh that anybody came to. Safe from any thread. */
final class Rooms {

  private final BrokerParts parts;
  private final Map<String, MeshRoom> byMesh = new ConcurrentHashMap<>();

  Rooms(BrokerParts parts) {
    this.parts = parts;
  }

  /** The room of a mesh that exists. */
  MeshRoom of(Mesh mesh) {
    return byMesh.computeIfAbsent(mesh.id(), id -> new MeshRoom(id, parts));
  }

  boolean hasNoRoomFor(Opening hello) {
    MeshRoom room = byMesh.get(hello.meshId());
    return room != null && room.hasNoRoomFor(hello);
  }

  /** Hands on what waits in a mailbox of any of the meshes. */
  void deliver(Collection<String> mailboxes) {
    for (String mailbox : mailboxes) {
      MeshRoom room = byMesh.get(Mailboxes.meshOf(mailbox));
      if (room != null) {
        room.deliver(List.of(mailbox));
      }
    }
  }

  /** How many connections are on any of the meshes now. */
  int live() {
    return byMesh.values().stream().mapToInt(MeshRoom::live).sum();
  }

  void tick() {
    byMesh.values().forEach(MeshRoom::tick);
  }

  void tidy() {
    byMesh.values().forEach(MeshRoom::tidy);
  }
}

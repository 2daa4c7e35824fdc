package claudemesh.broker;

import claudemesh.protocol.ClientMessage.Opening;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

  /**
   * Sets the status of the sessions at a place on a host.
   *
   * @return the id of one of them; empty if none is there
   */
  Optional<String> setStatus(String host, String cwd, OptionalLong pid, String status) {
    Optional<String> found = Optional.empty();
    for (MeshRoom room : byMesh.values()) {
      for (Presence each : room.matching(one -> one.isFrom(host) && one.isAt(cwd, pid))) {
        room.setStatus(each, status);
        found = Optional.of(each.presenceId);
      }
    }
    return found;
  }

  void tick() {
    byMesh.values().forEach(MeshRoom::tick);
  }

  void tidy() {
    byMesh.values().forEach(MeshRoom::tidy);
  }
}

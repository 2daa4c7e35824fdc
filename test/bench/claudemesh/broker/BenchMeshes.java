package claudemesh.broker;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Ids;
import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes large meshes at once: joining one after the other would write the file as often. */
public final class BenchMeshes {

  private BenchMeshes() {}

  /**
   * Makes a mesh.
   *
   * @param data the broker's data folder; made if need be
   * @param slug its name
   * @param keys one member each
   * @return the mesh with its members, in the order of the keys
   * @throws IOException if it cannot be stored
   */
  public static Mesh create(Path data, String slug, List<Ed25519KeyPair> keys) throws IOException {
    if (!Files.isDirectory(data.resolve("meshes"))) {
      MeshDirectory.open(data, Clock.SYSTEM); // reads all that is there: once, not for each mesh
    }
    Instant now = Instant.now();
    Map<String, Member> members = new LinkedHashMap<>();
    for (Ed25519KeyPair key : keys) {
      String name = "peer-" + members.size();
      members.put(
          key.publicHex(),
          new Member(
              Ids.random32(), key.publicHex(), name, MemberRole.MEMBER, now, Optional.empty()));
    }
    Ed25519KeyPair owner = Ed25519KeyPair.generate();
    Mesh mesh = new Mesh(Ids.random32(), slug, slug, "key", owner.publicHex(), now, members);
    MeshFile file = new MeshFile(mesh, owner.secretHex(), Map.of());
    return new MeshFiles(data.resolve("meshes")).store(file).mesh();
  }
}

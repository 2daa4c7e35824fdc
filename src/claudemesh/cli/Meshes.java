package claudemesh.cli;

import claudemesh.client.Membership;
import claudemesh.daemon.Config;
import claudemesh.daemon.JoinedMesh;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which of the joined meshes a call is about, and as whom. */
final class Meshes {

  private static final String HOW_TO_JOIN =
      "join one with \"claudemesh join LINK\", or start one with \"claudemesh up\"";

  private Meshes() {}

  /** The mesh that {@code --mesh} names, else the only one. */
  static JoinedMesh one(Call call) throws CliException {
    List<JoinedMesh> meshes = some(call);
    if (meshes.size() > 1) {
      throw new UsageException(
          "several meshes are joined ("
              + meshes.stream().map(JoinedMesh::slug).collect(Collectors.joining(", "))
              + "): say which with --mesh");
    }
    return meshes.get(0);
  }

  /** The mesh that {@code --mesh} names, else all; at least one. */
  static List<JoinedMesh> some(Call call) throws CliException {
    Config config = call.config();
    Optional<String> wanted = call.arguments().value(VerbSpec.MESH.name());
    if (wanted.isPresent()) {
      return List.of(named(config, wanted.get()));
    }
    if (config.meshes().isEmpty()) {
      throw notJoined(null, List.of());
    }
    return config.meshes();
  }

  static JoinedMesh named(Config config, String name) throws CliException {
    Optional<JoinedMesh> mesh = config.mesh(name);
    if (mesh.isPresent()) {
      return mesh.get();
    }
    throw notJoined(name, config.meshes().stream().map(JoinedMesh::slug).toList());
  }

  /**
   * What is wrong with a mesh that was never joined.
   *
   * @param name the mesh asked for; null if any would do
   * @param joined the names of those that are joined
   * @return the failure
   */
  static CliException notJoined(String name, List<String> joined) {
    String what = name == null ? "no mesh was joined" : "the mesh \"" + name + "\" was not joined";
    return new CliException(
        ExitCode.NOT_JOINED,
        what
            + (joined.isEmpty()
                ? ": " + HOW_TO_JOIN
                : "; joined are: " + String.join(", ", joined)));
  }

  /** This user's place in a mesh, with its keys. */
  static Membership membership(JoinedMesh mesh) throws CliException {
    try {
      return mesh.membership();
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  /** The name others see: as asked for, as joined, as configured, or the login name. */
  static String displayName(Call call, String flag, Optional<JoinedMesh> mesh) throws CliException {
    Optional<String> asked = call.arguments().value(flag);
    if (asked.isPresent()) {
      return asked.get();
    }
    Optional<String> joined = mesh.flatMap(JoinedMesh::displayName);
    return joined.isPresent()
        ? joined.get()
        : call.config().displayName().orElseGet(() -> login(call));
  }

  /** The name others see on a mesh already joined. */
  static String displayName(Call call, JoinedMesh mesh) throws CliException {
    return displayName(call, "", Optional.of(mesh));
  }

  private static String login(Call call) {
    String user = call.environment().getOrDefault("USER", "");
    return user.isEmpty() ? System.getProperty("user.name") : user;
  }
}

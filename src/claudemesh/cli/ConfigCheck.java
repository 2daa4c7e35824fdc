package claudemesh.cli;

import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.lifecycle.TlsSettings;
import claudemesh.lifecycle.Way;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code config}: whether the config can be read, and its keys and addresses are well formed. */
final class ConfigCheck implements Check {

  private static final String VARIABLE = "CLAUDEMESH_CONFIG_DIR";
  private static final String JOIN =
      "join a mesh with \"claudemesh join LINK\", or start one with \"claudemesh up\"";

  private final ConfigFolder folder;
  private final Map<String, String> environment;
  private final Optional<String> wanted;
  private List<JoinedMesh> meshes = List.of();
  private boolean read;

  /**
   * Of one user.
   *
   * @param folder where the config is
   * @param environment the process's variables
   * @param wanted the only mesh to look at, by name or id
   */
  ConfigCheck(ConfigFolder folder, Map<String, String> environment, Optional<String> wanted) {
    this.folder = folder;
    this.environment = environment;
    this.wanted = wanted;
  }

  @Override
  public String name() {
    return "config";
  }

  /** The meshes to look at, once it has looked; those with faults among them. */
  List<JoinedMesh> meshes() {
    return meshes;
  }

  /** What is said in place of checks of a mesh, where there is none to look at. */
  Finding none() {
    return read
        ? Finding.skipped("no mesh was joined")
        : Finding.skippedBecause(name(), name() + " failed");
  }

  /** What keeps a mesh from being reached at all; empty if nothing in its config does. */
  static Optional<String> faultOfAddress(JoinedMesh mesh) {
    try {
      Way.to(mesh.brokerUrl(), TlsSettings.DEFAULT, Map.of());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("the brokerUrl of mesh " + mesh.slug() + ": " + e.getMessage());
    }
  }

  /** What is wrong with the user's keys on a mesh. */
  static Optional<String> faultOfKeys(JoinedMesh mesh) {
    try {
      String made = mesh.keys().publicHex();
      return mesh.pubkey().equals(made)
          ? Optional.empty()
          : Optional.of(
              "the config of mesh "
                  + mesh.slug()
                  + ": pubkey is "
                  + mesh.pubkey()
                  + ", but secretKey makes "
                  + made);
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public Finding look(Deadline deadline) {
    Config config;
    try {
      config = Config.load(folder);
    } catch (IOException e) {
      return Finding.fail(
          ExitCode.FAILED,
          e.getMessage(),
          "mend " + folder.configFile() + ", or move it away and join your meshes again");
    }
    if (wanted.isPresent() && config.mesh(wanted.get()).isEmpty()) {
      List<String> joined = config.meshes().stream().map(JoinedMesh::slug).toList();
      String what = Meshes.notJoined(wanted.get(), joined).getMessage();
      return Finding.fail(ExitCode.NOT_JOINED, what, "name one that is joined, or " + JOIN);
    }
    read = true;
    meshes = wanted.isPresent() ? List.of(config.mesh(wanted.get()).get()) : config.meshes();
    return judge();
  }

  private Finding judge() {
    Json.Builder figures =
        Json.object()
            .put("file", folder.configFile().toString())
            .put("meshes", Json.strings(meshes.stream().map(JoinedMesh::slug).toList()));
    List<String> faults = new ArrayList<>();
    for (JoinedMesh mesh : meshes) {
      faultOfAddress(mesh).ifPresent(faults::add);
      faultOfKeys(mesh).ifPresent(faults::add);
    }
    if (!faults.isEmpty()) {
      return Finding.fail(
              ExitCode.FAILED,
              String.join("; ", faults),
              "restore "
                  + folder.configFile()
                  + " from a backup, or leave that mesh and join it again with a new link")
          .with(figures);
    }
    Optional<String> ignored = ignoredFolder();
    if (ignored.isPresent()) {
      return Finding.warn(
              VARIABLE
                  + " names "
                  + ignored.get()
                  + ", which is no folder: "
                  + words()
                  + " instead",
              "make that folder, or unset " + VARIABLE)
          .with(figures);
    }
    return meshes.isEmpty()
        ? Finding.warn(words(), JOIN).with(figures)
        : Finding.ok(words()).with(figures);
  }

  private String words() {
    if (!Files.exists(folder.configFile())) {
      return "there is no " + folder.configFile() + " yet: no mesh was joined";
    }
    String names = String.join(", ", meshes.stream().map(JoinedMesh::slug).toList());
    return folder.configFile()
        + (meshes.isEmpty() ? " has no mesh in it" : " is sound; keys are good for " + names);
  }

  private Optional<String> ignoredFolder() {
    return Optional.ofNullable(environment.get(VARIABLE))
        .filter(named -> !named.isEmpty() && !Files.isDirectory(Path.of(named)));
  }
}

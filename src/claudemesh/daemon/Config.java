package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * A user's config: which meshes were joined, and the name others see (protocol.md §8). An immutable
 * snapshot of {@code config.json}:
 *
 * <pre>
 *   {version: 1,
 *    meshes: [{meshId, memberId, slug, name, pubkey, secretKey, brokerUrl, joinedAt, rootKey?, …}],
 *    displayName?, …}
 * </pre>
 *
 * <p>The file is 0600 in a 0700 folder from its first moment and replaced as a whole. Fields that
 * this program does not know are kept. Safe from any thread and, through {@link #update}, from
 * several processes of this program at once.
 */
public final class Config {

  private static final int MAX_BYTES = 4 << 20;
  private static final Json EMPTY = Json.object().put("version", 1).build();

  // A second file lock in one process is an exception, not a wait: this one comes first.
  private static final ReentrantLock LOCK = new ReentrantLock();

  private final Json content;
  private final List<JoinedMesh> meshes;

  private Config(Json content, List<JoinedMesh> meshes) {
    this.content = content;
    this.meshes = List.copyOf(meshes);
  }

  /**
   * Reads the config.
   *
   * @param folder where it is
   * @return its content; an empty config if there is no file
   * @throws IOException if the file cannot be read or is damaged; the message names it and says
   *     what to do
   */
  public static Config load(ConfigFolder folder) throws IOException {
    Path file = folder.configFile();
    try {
      Json content = Json.parseObject(SecretFiles.read(file, MAX_BYTES));
      List<JoinedMesh> meshes = new ArrayList<>();
      for (Json entry : content.list("meshes")) {
        meshes.add(JoinedMesh.decode(entry));
      }
      return new Config(content, meshes);
    } catch (NoSuchFileException none) {
      return new Config(EMPTY, List.of());
    } catch (JsonException e) {
      throw new IOException(
          file + " is damaged (" + e.getMessage() + "): mend it, or move it away and join again",
          e);
    }
  }

  /**
   * Changes the config: reads it, changes it and replaces it under a lock between processes, so
   * that no change of another is lost. Waits for the lock as long as another holds it.
   *
   * @param folder where it is; made, private, if need be
   * @param change makes the new config of the present one
   * @return the new config
   * @throws IOException if it cannot be read or stored
   */
  public static Config update(ConfigFolder folder, UnaryOperator<Config> change)
      throws IOException {
    SecretFiles.createPrivateFolder(folder.path());
    LOCK.lock();
    try (FileChannel channel = openLock(folder.path().resolve("config.lock"))) {
      channel.lock(); // freed by closing the channel
      Config changed = change.apply(load(folder));
      SecretFiles.writeAtomically(
          folder.configFile(), changed.content.toPrettyString() + System.lineSeparator());
      return changed;
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * The joined meshes.
   *
   * @return in the order joined
   */
  public List<JoinedMesh> meshes() {
    return meshes;
  }

  /**
   * A joined mesh by what people call it.
   *
   * @param slugOrId its short name or its id
   * @return the mesh; empty if none of that name was joined
   */
  public Optional<JoinedMesh> mesh(String slugOrId) {
    return meshes.stream()
        .filter(mesh -> mesh.slug().equals(slugOrId) || mesh.meshId().equals(slugOrId))
        .findFirst();
  }

  /**
   * The name others see, for all meshes.
   *
   * @return the name, if one was chosen
   */
  public Optional<String> displayName() {
    return content.optionalString("displayName");
  }

  /**
   * The same config with a mesh, in place of an entry for the same mesh if there is one (whose
   * unknown fields are kept).
   *
   * @param mesh the mesh
   * @return a copy
   */
  public Config with(JoinedMesh mesh) {
    List<JoinedMesh> changed = new ArrayList<>(without(mesh.meshId()).meshes);
    changed.add(mesh(mesh.meshId()).map(mesh::keepingUnknownOf).orElse(mesh));
    return withMeshes(changed);
  }

  /**
   * The same config without a mesh.
   *
   * @param meshId its id
   * @return a copy
   */
  public Config without(String meshId) {
    return withMeshes(meshes.stream().filter(mesh -> !mesh.meshId().equals(meshId)).toList());
  }

  private Config withMeshes(List<JoinedMesh> changed) {
    Json array = Json.array(changed.stream().map(JoinedMesh::encode).toList());
    return new Config(content.toBuilder().put("meshes", array).build(), changed);
  }

  private static FileChannel openLock(Path file) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, ownerOnly);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "config with " + meshes;
  }
}

package claudemesh.broker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The files of a folder of meshes, read once and then only when they have been replaced. Safe from
 * any thread; changes by several are the caller's to put in a row.
 */
final class MeshFiles {

  private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{1,64}");
  private static final String SUFFIX = ".json";

  private final Path folder;
  private final Map<String, Cached> cache = new ConcurrentHashMap<>();

  private record Cached(Object fileKey, Instant modified, long size, MeshFile content) {

    boolean isOf(BasicFileAttributes file) {
      return size == file.size()
          && modified.equals(file.lastModifiedTime().toInstant())
          && (fileKey == null || fileKey.equals(file.fileKey()));
    }
  }

  MeshFiles(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  List<MeshFile> all() throws IOException {
    List<MeshFile> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        current(name.substring(0, name.length() - SUFFIX.length())).ifPresent(found::add);
      }
    }
    return found;
  }

  /** As last read, without a look at the disk. */
  Optional<MeshFile> cached(String meshId) {
    return Optional.ofNullable(cache.get(meshId)).map(Cached::content);
  }

  /** As it stands now: read again if its time, size or identity has changed. */
  Optional<MeshFile> current(String meshId) throws IOException {
    return find(meshId, true);
  }

  /** Read from the disk in any case, as a change must be based on. */
  Optional<MeshFile> read(String meshId) throws IOException {
    return find(meshId, false);
  }

  private Optional<MeshFile> find(String meshId, boolean cachedWillDo) throws IOException {
    if (!ID.matcher(meshId).matches()) {
      return Optional.empty(); // it came from the network, and must not become a path
    }
    Path path = folder.resolve(meshId + SUFFIX);
    try {
      // Attributes first: a file replaced in between is then read again next time, never missed.
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      Cached cached = cache.get(meshId);
      if (!cachedWillDo || cached == null || !cached.isOf(file)) {
        cached = remember(path, file, MeshFile.read(path));
      }
      return Optional.of(cached.content());
    } catch (NoSuchFileException e) {
      cache.remove(meshId);
      return Optional.empty();
    }
  }

  MeshFile store(MeshFile content) throws IOException {
    Path path = folder.resolve(content.mesh().id() + SUFFIX);
    content.write(path);
    remember(path, Files.readAttributes(path, BasicFileAttributes.class), content);
    return content;
  }

  private Cached remember(Path path, BasicFileAttributes file, MeshFile content)
      throws IOException {
    String meshId = content.mesh().id();
    if (!path.getFileName().toString().equals(meshId + SUFFIX)) {
      throw new IOException(
          "the mesh file " + path + " is damaged: it holds mesh " + meshId + ", not its own");
    }
    Cached cached =
        new Cached(file.fileKey(), file.lastModifiedTime().toInstant(), file.size(), content);
    cache.put(meshId, cached);
    return cached;
  }
}

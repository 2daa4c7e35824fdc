package claudemesh.daemon;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The joined meshes that a daemon is attached to. Follows the config: what is joined while the
 * daemon runs is attached, what is left is detached, an entry that changed is attached anew. A
 * config that cannot be read changes nothing: the meshes that are attached stay. Thread-safe.
 */
final class Meshes implements AutoCloseable {

  private final DaemonParts parts;
  private final ReentrantLock refreshing = new ReentrantLock();
  private final List<Consumer<AttachedMesh>> onAttached = new CopyOnWriteArrayList<>();
  private volatile Map<String, AttachedMesh> attached = Map.of(); // by mesh id, in config's order
  private volatile Optional<String> configError = Optional.empty();
  private String lastSeen = ""; // guarded by refreshing, like closed
  private boolean closed;

  Meshes(DaemonParts parts) {
    this.parts = parts;
  }

  /** All meshes, in the order joined, those that failed among them. */
  List<AttachedMesh> attached() {
    return List.copyOf(attached.values());
  }

  /** A mesh by its short name or its id. */
  Optional<AttachedMesh> find(String slugOrId) {
    AttachedMesh byId = attached.get(slugOrId);
    if (byId != null) {
      return Optional.of(byId);
    }
    return attached.values().stream().filter(mesh -> mesh.slug().equals(slugOrId)).findFirst();
  }

  /** The only mesh; empty if there is none, or more than one. */
  Optional<AttachedMesh> only() {
    Map<String, AttachedMesh> now = attached;
    return now.size() == 1 ? now.values().stream().findFirst() : Optional.empty();
  }

  /** What is wrong with the config file; empty if nothing is. */
  Optional<String> configError() {
    return configError;
  }

  /**
   * Calls back for each mesh attached from now on, again for one attached anew.
   *
   * @param call runs before its first connection is heard of, on the thread that refreshes
   */
  void onAttached(Consumer<AttachedMesh> call) {
    onAttached.add(call);
  }

  /** Reads the config again if its file has changed since the last look; cheap if not. */
  void refreshIfChanged() {
    refreshing.lock();
    try {
      String now = fingerprint(parts.options().config().configFile());
      if (!now.equals(lastSeen)) {
        lastSeen = now; // before reading: what changes meanwhile is seen at the next look
        refresh();
      }
    } finally {
      refreshing.unlock();
    }
  }

  /** Reads the config and attaches and detaches what has changed. */
  void refresh() {
    refreshing.lock();
    try {
      if (closed) {
        return;
      }
      Config config = Config.load(parts.options().config());
      configError = Optional.empty();
      follow(config);
    } catch (IOException e) {
      if (!configError.equals(Optional.of(e.getMessage()))) {
        Log.error("config_unreadable", "why", e.getMessage());
      }
      configError = Optional.of(e.getMessage());
    } finally {
      refreshing.unlock();
    }
  }

  private void follow(Config config) {
    Map<String, AttachedMesh> before = attached;
    Map<String, AttachedMesh> after = new LinkedHashMap<>();
    List<AttachedMesh> fresh = new ArrayList<>();
    for (JoinedMesh joined : config.meshes()) {
      AttachedMesh same = before.get(joined.meshId());
      if (same == null || !same.joined().encode().equals(joined.encode())) {
        same = new AttachedMesh(joined, displayName(config, joined), config.meshes().size(), parts);
        fresh.add(same);
      }
      after.put(joined.meshId(), same);
    }
    attached = after;
    for (AttachedMesh old : before.values()) {
      if (after.get(old.meshId()) != old) {
        Log.info("mesh_detached", "mesh", old.slug());
        old.close();
      }
    }
    for (AttachedMesh mesh : fresh) {
      Log.info("mesh_attached", "mesh", mesh.slug(), "error", mesh.error().orElse(null));
      onAttached.forEach(call -> call.accept(mesh));
      mesh.begin();
    }
  }

  private static String displayName(Config config, JoinedMesh joined) {
    return joined
        .displayName()
        .or(config::displayName)
        .orElseGet(() -> System.getProperty("user.name"));
  }

  // Replacing a file gives it another inode, so that two changes within one tick of its clock show.
  private static String fingerprint(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
    } catch (NoSuchFileException e) {
      return "none";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Leaves all meshes, at the same time, and follows the config no more. Idempotent. */
  @Override
  public void close() {
    refreshing.lock();
    try {
      closed = true;
    } finally {
      refreshing.unlock();
    }
    Semaphore turns = new Semaphore(Closing.AT_A_TIME, true);
    List<Closing.Leaving> leaving = new ArrayList<>();
    attached.values().forEach(mesh -> leaving.add(() -> mesh.leave(turns)));
    Closing.all(leaving, Closing.SESSIONS.plus(Closing.MEMBERS));
  }
}

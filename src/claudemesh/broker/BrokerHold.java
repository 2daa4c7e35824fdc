package claudemesh.broker;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.store.FolderLock;
import claudemesh.time.Sleeper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A running broker's hold on its data folder: a lock that keeps a second broker out, and a note
 * that says where the first one listens. The note counts only while the lock is held, so one that a
 * killed broker left behind misleads nobody.
 */
final class BrokerHold implements AutoCloseable {

  private static final int MAX_NOTE_BYTES = 4_096;
  private static final int TRIES = 5;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Path folder;
  private final FolderLock lock;

  private BrokerHold(Path folder, FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  static BrokerHold take(Path folder, Sleeper sleeper) throws IOException {
    Optional<FolderLock> lock = FolderLock.tryTake(lockFile(folder));
    // Somebody who asks for whereabouts has the lock too, for a moment.
    for (int tries = 1; lock.isEmpty() && tries < TRIES; tries++) {
      pause(sleeper);
      lock = FolderLock.tryTake(lockFile(folder));
    }
    if (lock.isEmpty()) {
      String where = whereabouts(folder).map(url -> ", listening at " + url).orElse("");
      throw new IOException(
          "another broker uses the data folder "
              + folder
              + where
              + ": stop it, or give this one a folder of its own");
    }
    return new BrokerHold(folder, lock.get());
  }

  private static void pause(Sleeper sleeper) throws IOException {
    try {
      sleeper.sleep(BETWEEN_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the data folder", e);
    }
  }

  static Optional<URI> whereabouts(Path folder) throws IOException {
    if (Files.notExists(noteFile(folder))) {
      return Optional.empty();
    }
    Optional<FolderLock> free = FolderLock.tryTake(lockFile(folder));
    if (free.isPresent()) {
      free.get().close();
      return Optional.empty();
    }
    try {
      Json note = Json.parseObject(SecretFiles.read(noteFile(folder), MAX_NOTE_BYTES));
      return note.optionalString("url").map(URI::create);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonException | IllegalArgumentException e) {
      throw new IOException(noteFile(folder) + " is damaged: " + e.getMessage(), e);
    }
  }

  void announce(URI url) throws IOException {
    Json note =
        Json.object().put("pid", ProcessHandle.current().pid()).put("url", url.toString()).build();
    SecretFiles.writeAtomically(noteFile(folder), note + "\n");
  }

  /** Removes the note and lets go. Idempotent. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(noteFile(folder));
    } finally {
      lock.close();
    }
  }

  private static Path lockFile(Path folder) {
    return folder.resolve("broker.lock");
  }

  private static Path noteFile(Path folder) {
    return folder.resolve("broker.json");
  }
}

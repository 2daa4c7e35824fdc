package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import claudemesh.store.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Makes sure that one daemon at a time works in a folder. What counts is a lock that the system
 * frees when its holder ends, however it ends; {@code daemon.pid} only tells people who it is, and
 * may be stale after a crash.
 */
public final class DaemonLock implements AutoCloseable {

  private static final int MAX_PID_BYTES = 64;

  private final DaemonFolder folder;
  private final FolderLock lock;

  private DaemonLock(DaemonFolder folder, FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Another daemon works in the folder. */
  public static final class TakenException extends IOException {

    private static final long serialVersionUID = 1L;

    TakenException(DaemonFolder folder, Optional<String> pid) {
      super(
          "a daemon runs already in "
              + folder.path()
              + pid.map(number -> ", process " + number).orElse("")
              + ": end it with \"claudemesh daemon down\" first");
    }
  }

  /**
   * Takes the lock, and writes the pid file.
   *
   * @param folder the daemon's folder; it must exist
   * @return the lock, held until closed or until the process ends
   * @throws TakenException if another daemon has it; the message says which
   * @throws IOException if a file cannot be opened or written
   */
  public static DaemonLock take(DaemonFolder folder) throws IOException {
    Optional<FolderLock> lock = FolderLock.tryTake(folder.lockFile());
    if (lock.isEmpty()) {
      throw new TakenException(folder, writtenPid(folder));
    }
    DaemonLock taken = new DaemonLock(folder, lock.get());
    try {
      SecretFiles.writeAtomically(folder.pidFile(), ProcessHandle.current().pid() + "\n");
      return taken;
    } catch (IOException | RuntimeException e) {
      lock.get().close();
      throw e;
    }
  }

  /** What the pid file says; empty if it is not there (yet) or says nothing of use. */
  private static Optional<String> writtenPid(DaemonFolder folder) {
    try {
      String text = SecretFiles.read(folder.pidFile(), MAX_PID_BYTES).strip();
      return Optional.of(text).filter(pid -> pid.matches("\\d+"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Removes the pid file and lets go, in this order: a successor writes its own. Idempotent. */
  @Override
  public void close() throws IOException {
    try {
      if (lock.isHeld()) {
        Files.deleteIfExists(folder.pidFile());
      }
    } finally {
      lock.close();
    }
  }
}

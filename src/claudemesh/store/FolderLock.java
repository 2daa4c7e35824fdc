package claudemesh.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock between processes on a file that is never written. The system frees it when its holder
 * ends, however it ends, so nothing can go stale.
 *
 * <p>On POSIX systems a process loses its lock as soon as it closes <em>any</em> channel on that
 * file, and a second lock in one process is an exception and not a wait. So within this process a
 * lock of our own, one for each file, comes first.
 */
public final class FolderLock implements AutoCloseable {

  // Grows by one for each lock file this process ever used: two for each data folder.
  private static final Map<Path, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();
  private static final Map<Path, FolderLock> HELD = new ConcurrentHashMap<>();

  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Something that reads or writes files.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Does it.
     *
     * @return what comes of it
     * @throws IOException if a file cannot be read or written
     */
    T run() throws IOException;
  }

  /**
   * Waits for the lock, however long another holds it, and does some work under it.
   *
   * @param file the lock file; made, private, if need be, in a folder that exists
   * @param work what to do
   * @param <T> what comes of it
   * @return what the work returned
   * @throws IOException if the file cannot be opened, or from the work
   */
  public static <T> T whileHolding(Path file, Work<T> work) throws IOException {
    Path path = file.toAbsolutePath().normalize();
    ReentrantLock local = IN_THIS_PROCESS.computeIfAbsent(path, key -> new ReentrantLock());
    local.lock();
    try (FileChannel channel = open(path)) {
      channel.lock(); // until the channel is closed
      return work.run();
    } finally {
      local.unlock();
    }
  }

  /**
   * Takes the lock until closed.
   *
   * @param file the lock file; made, private, if need be, in a folder that exists
   * @return the lock; empty if anybody holds it
   * @throws IOException if the file cannot be opened
   */
  public static Optional<FolderLock> tryTake(Path file) throws IOException {
    Path path = file.toAbsolutePath().normalize();
    ReentrantLock local = IN_THIS_PROCESS.computeIfAbsent(path, key -> new ReentrantLock());
    local.lock();
    try {
      if (HELD.containsKey(path)) {
        return Optional.empty();
      }
      FileChannel channel = open(path);
      if (channel.tryLock() == null) {
        channel.close();
        return Optional.empty();
      }
      FolderLock taken = new FolderLock(path, channel);
      HELD.put(path, taken);
      return Optional.of(taken);
    } finally {
      local.unlock();
    }
  }

  /**
   * Whether it is held.
   *
   * @return true until it is closed
   */
  public boolean isHeld() {
    return channel.isOpen();
  }

  /** Lets go. Idempotent. */
  @Override
  public void close() throws IOException {
    HELD.remove(file, this);
    channel.close();
  }

  private static FileChannel open(Path path) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    return FileChannel.open(path, options, ownerOnly);
  }
}

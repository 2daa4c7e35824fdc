package claudemesh.store;

import claudemesh.crypto.SecretFiles;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.ProgressHandler;

/**
 * Looks at a daemon's stores or a broker's from outside, whether it runs or not, and changes
 * nothing in them: whether the file is a sound database of ours and what is in it agrees. It takes
 * as long as reading the file does, and half a second for the driver.
 */
public final class StoreLook {

  private static final int STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000;

  // The driver's code is loaded once for a process; two who come first would look for it twice.
  private static final ReentrantLock LOADING = new ReentrantLock();

  private StoreLook() {}

  /**
   * What a look found.
   *
   * @param bytes how large the store is, its log included
   * @param whole whether all of it was read; false if time ran out before anything wrong was found
   * @param fault what is wrong, with the cure; empty if nothing was found
   */
  public record Found(long bytes, boolean whole, Optional<String> fault) {}

  /**
   * Looks at a daemon's stores.
   *
   * @param folder the daemon's folder; it must be writable, since the driver's native code is
   *     unpacked beside the store and removed again
   * @param inUse whether a daemon works with it, whose log changes all the time; the log of one
   *     that was killed is looked at too
   * @param deadline when to give up
   * @return what was found; empty if there is no store
   * @throws IOException if it cannot be looked at; the message says why
   */
  public static Optional<Found> at(Path folder, boolean inUse, Deadline deadline)
      throws IOException {
    return at(folder.resolve(DaemonStores.FILE), DaemonSchema.LAYOUT, inUse, deadline);
  }

  /**
   * Looks at a broker's stores.
   *
   * @param folder the broker's data folder; writable, as a daemon's
   * @param inUse whether a broker works with it
   * @param deadline when to give up
   * @return what was found; empty if there is no store
   * @throws IOException if it cannot be looked at; the message says why
   */
  public static Optional<Found> atBrokers(Path folder, boolean inUse, Deadline deadline)
      throws IOException {
    return at(folder.resolve(DurableStores.FILE), BrokerSchema.LAYOUT, inUse, deadline);
  }

  private static Optional<Found> at(Path path, Layout layout, boolean inUse, Deadline deadline)
      throws IOException {
    Path file = path.toAbsolutePath().normalize();
    Path log = Database.sibling(file, "-wal");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    long bytes = Files.size(file) + (Files.exists(log) ? Files.size(log) : 0);
    try {
      if (!inUse) {
        DatabaseCheck.requireWholePages(file, layout);
        DatabaseCheck.unfinished(file, layout);
      }
      read(file, layout, inUse, deadline);
      return Optional.of(new Found(bytes, true, Optional.empty()));
    } catch (SQLException e) {
      return Optional.of(
          deadline.passed()
              ? new Found(bytes, false, Optional.empty())
              : new Found(bytes, true, Optional.of(words(file, layout, e))));
    } catch (IOException e) {
      return Optional.of(new Found(bytes, true, Optional.of(e.getMessage())));
    }
  }

  private static void read(Path file, Layout layout, boolean inUse, Deadline deadline)
      throws SQLException, IOException {
    try (Connection connection = connect(file, inUse)) {
      ProgressHandler.setHandler(connection, STEPS_BETWEEN_LOOKS_AT_THE_CLOCK, until(deadline));
      DatabaseCheck.content(connection, file, layout);
    }
  }

  private static String words(Path file, Layout layout, SQLException e) {
    return DatabaseCheck.explained(file, layout, e).getMessage();
  }

  private static ProgressHandler until(Deadline deadline) {
    return new ProgressHandler() {
      @Override
      protected int progress() {
        return deadline.passed() ? 1 : 0; // anything but 0 ends the query
      }
    };
  }

  /**
   * A connection for reading. The driver unpacks into a folder of its own meanwhile: the one of a
   * running daemon is emptied by whoever holds its lock, and by nobody else.
   */
  private static Connection connect(Path file, boolean inUse) throws SQLException, IOException {
    LOADING.lock();
    Path scratch = null;
    try {
      scratch = Files.createTempDirectory(file.getParent(), ".look");
      NativeLibrary.beforeLoading(scratch);
      return inUse ? Database.connectReading(file) : Database.connectLooking(file);
    } finally {
      if (scratch != null) {
        SecretFiles.deleteTree(scratch);
      }
      LOADING.unlock();
    }
  }
}

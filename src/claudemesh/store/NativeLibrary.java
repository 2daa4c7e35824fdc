package claudemesh.store;

import claudemesh.crypto.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Where the driver unpacks SQLite's native code before it loads it. By itself it takes the folder
 * for temporary files, where under an open umask anybody could write into what is about to be run,
 * and where every killed process leaves its copy behind. So it is a private folder beside the first
 * database that this process opens, emptied first: whoever opens that holds a lock on its folder.
 *
 * <p>Who has set one of the driver's own properties is let have it so: the bundle has its library
 * unpacked already.
 */
final class NativeLibrary {

  private static final String UNPACK_INTO = "org.sqlite.tmpdir";
  private static final String READY_IN = "org.sqlite.lib.path";
  private static final String NAME = ".native";

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static Path unpackedInto; // guarded by LOCK

  private NativeLibrary() {}

  /**
   * Says where to unpack, once for a process. Before the first connection.
   *
   * @param folder the database's folder, which is private
   * @throws IOException if the folder for it cannot be made or emptied
   */
  static void beforeLoading(Path folder) throws IOException {
    LOCK.lock();
    try {
      boolean settled =
          System.getProperty(UNPACK_INTO) != null || System.getProperty(READY_IN) != null;
      if (!settled) {
        Path own = folder.resolve(NAME);
        SecretFiles.createPrivateFolder(own);
        for (Path left : list(own)) {
          Files.delete(left);
        }
        System.setProperty(UNPACK_INTO, own.toString());
        unpackedInto = own;
      }
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Makes what was unpacked its owner's alone, as every file of ours; after the first connection.
   *
   * @throws IOException if that cannot be done
   */
  static void afterLoading() throws IOException {
    LOCK.lock();
    try {
      boolean permissions =
          unpackedInto != null
              && unpackedInto.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (permissions) {
        for (Path file : list(unpackedInto)) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
      }
      unpackedInto = null;
    } finally {
      LOCK.unlock();
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}

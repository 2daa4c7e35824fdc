package claudemesh.store;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Looks whether a file is a sound database of ours, and says what is wrong and what to do. Changes
 * nothing of it but that it becomes its owner's alone.
 */
final class DatabaseCheck {

  private static final int SMALLEST = 512;

  private DatabaseCheck() {}

  /** Looks at the files, which nothing may have open. */
  static void files(Path file, Layout layout) throws IOException {
    requireWholePages(file, layout);
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      tighten(Database.sibling(file, suffix));
    }
    Path log = Database.sibling(file, "-wal");
    int dropped = unfinished(file, layout);
    if (dropped > 0) {
      // Never acknowledged, unless the disk lost what it had said was safe.
      Log.warn("store_unfinished_write_dropped", "file", log, "pages", dropped);
    }
  }

  /**
   * Looks at the log that a crash left, which nothing may have open; changes nothing.
   *
   * @return how many pages at its end belong to no whole transaction
   * @throws IOException if it is damaged
   */
  static int unfinished(Path file, Layout layout) throws IOException {
    Path log = Database.sibling(file, "-wal");
    WalFile.Verdict verdict = WalFile.check(log, WalIndex.read(Database.sibling(file, "-shm")));
    if (verdict.damage() != null) {
      throw damaged(file, layout, log.getFileName() + " is: " + verdict.damage());
    }
    return verdict.dropped();
  }

  /** Refuses what is no file, or ends where no database does. */
  static void requireWholePages(Path file, Layout layout) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("expected a file at " + file + ", found something else: move it away");
    }
    long size = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = WalFile.read(channel, 0, SMALLEST);
      if (head == null) {
        throw damaged(file, layout, "it is only " + size + " bytes long");
      }
      int pageSize = head.getShort(16) & 0xffff; // 1 stands for 65536, which we never use
      Path log = Database.sibling(file, "-wal");
      boolean hasLog = Files.exists(log) && Files.size(log) > 0;
      // With a log, a page that a full disk cut short is written again from there.
      if (pageSize >= SMALLEST && size % pageSize != 0 && !hasLog) {
        throw damaged(file, layout, "it ends within a page, after " + size + " bytes");
      }
    }
  }

  private static void tighten(Path file) throws IOException {
    if (Files.exists(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Looks at what is in it. */
  static void content(Connection connection, Path file, Layout layout)
      throws SQLException, IOException {
    requireOurs(connection, file, layout);
    Optional<String> damage = structureDamage(connection);
    if (damage.isEmpty()) {
      damage = layout.check().damage(connection);
    }
    if (damage.isPresent()) {
      throw damaged(file, layout, damage.get());
    }
  }

  /**
   * The same with two connections, one for the structure and one for the rows at the same time:
   * each has to read the whole file.
   */
  static void content(Connection connection, Connection other, Path file, Layout layout)
      throws SQLException, IOException {
    requireOurs(connection, file, layout);
    FutureTask<Optional<String>> structure = new FutureTask<>(() -> structureDamage(other));
    Thread.ofPlatform().name("store-check").daemon().start(structure);
    Optional<String> rows = Optional.empty();
    SQLException unreadable = null;
    try {
      rows = layout.check().damage(connection);
    } catch (SQLException e) { // most likely what the structure is damaged by, too
      unreadable = e;
    }
    Optional<String> damage = resultOf(structure);
    if (damage.isEmpty() && unreadable != null) {
      throw unreadable;
    }
    String what = damage.orElse(rows.orElse(""));
    if (!what.isEmpty()) {
      throw damaged(file, layout, what);
    }
  }

  private static Optional<String> structureDamage(Connection connection) throws SQLException {
    String verdict = Database.text(connection, "PRAGMA quick_check(1)");
    return verdict.equals("ok") ? Optional.empty() : Optional.of(verdict);
  }

  // Waits for it whatever happens: its connection is closed afterwards.
  private static Optional<String> resultOf(FutureTask<Optional<String>> structure)
      throws SQLException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return structure.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof SQLException cause
              ? cause
              : new SQLException("the check failed: " + e.getCause(), e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void requireOurs(Connection connection, Path file, Layout layout)
      throws SQLException, IOException {
    if (Layout.number(connection, "PRAGMA application_id") != layout.applicationId()) {
      throw new IOException(
          file
              + " is a database, but not one of claudemesh for "
              + layout.contents()
              + ": move it out of the folder");
    }
    int version = Layout.version(connection);
    if (version < 1 || version > layout.current()) {
      throw new IOException(
          "the store "
              + file
              + " has version "
              + version
              + ", this program knows 1 to "
              + layout.current()
              + ": use the program that wrote it");
    }
  }

  // ── words ────────────────────────────────────────────────────────────────────────────────────

  private static IOException damaged(Path file, Layout layout, String what) {
    return new IOException(damage(file, layout, what));
  }

  private static String damage(Path file, Layout layout, String what) {
    return "the store "
        + file
        + " is damaged: "
        + what
        + "; put a good copy of it in its place, or move it out of the folder, with its -wal and"
        + " -shm, to begin without its "
        + layout.contents()
        + " (`sqlite3 FILE .recover` may save what is readable)";
  }

  static String unwritable(Path file, String what) {
    return "the store "
        + file
        + " cannot be used ("
        + what
        + "): it and its folder must belong to this user and be writable";
  }

  static IOException nativeCodeMissing(Throwable cause) {
    String folder = System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"));
    return new IOException(
        "SQLite's library could not be loaded ("
            + cause.getMessage()
            + "). It is unpacked into "
            + folder
            + ", which must be writable, have room, and not be mounted noexec;"
            + " -Dorg.sqlite.tmpdir=FOLDER names another",
        cause);
  }

  static IOException explained(Path file, Layout layout, SQLException e) {
    return new IOException(explanation(file, layout, e), e);
  }

  private static String explanation(Path file, Layout layout, SQLException e) {
    // The lowest byte is the kind, the rest says more.
    int code = e instanceof SQLiteException failure ? failure.getResultCode().code & 0xff : -1;
    return switch (SQLiteErrorCode.getErrorCode(code)) {
      case SQLITE_CORRUPT, SQLITE_NOTADB -> damage(file, layout, e.getMessage());
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM -> unwritable(file, e.getMessage());
      case SQLITE_FULL -> "no room on the disk for the store " + file + ": free some";
      default -> "the store " + file + " cannot be used: " + e.getMessage();
    };
  }
}

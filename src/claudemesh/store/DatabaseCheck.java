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
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Looks whether a file is a sound database of ours, and says what is wrong and what to do. Changes
 * nothing of it but that it becomes its owner's alone.
 */
final class DatabaseCheck {

  private static final int SMALLEST = 512;

  private static final String OTHER_TABLES =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'mail'";
  private static final String QUEUED =
      "count(*) FILTER (WHERE state = 0) || ' with sum '"
          + " || coalesce(sum(mailbox * 31 + no * 7 + urgency) FILTER (WHERE state = 0), 0)";

  private DatabaseCheck() {}

  /** Looks at the files, which nothing may have open. */
  static void files(Path file) throws IOException {
    requireWholePages(file);
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      tighten(Database.sibling(file, suffix));
    }
    Path log = Database.sibling(file, "-wal");
    WalFile.Verdict verdict = WalFile.check(log, WalIndex.read(Database.sibling(file, "-shm")));
    if (verdict.damage() != null) {
      throw damaged(file, log.getFileName() + " is: " + verdict.damage());
    }
    if (verdict.dropped() > 0) {
      // Never acknowledged, unless the disk lost what it had said was safe.
      Log.warn("store_unfinished_write_dropped", "file", log, "pages", verdict.dropped());
    }
  }

  private static void requireWholePages(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("expected a file at " + file + ", found something else: move it away");
    }
    long size = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = WalFile.read(channel, 0, SMALLEST);
      if (head == null) {
        throw damaged(file, "it is only " + size + " bytes long");
      }
      int pageSize = head.getShort(16) & 0xffff; // 1 stands for 65536, which we never use
      Path log = Database.sibling(file, "-wal");
      boolean hasLog = Files.exists(log) && Files.size(log) > 0;
      // With a log, a page that a full disk cut short is written again from there.
      if (pageSize >= SMALLEST && size % pageSize != 0 && !hasLog) {
        throw damaged(file, "it ends within a page, after " + size + " bytes");
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
  static void content(Connection connection, Path file) throws SQLException, IOException {
    if (Schema.number(connection, "PRAGMA application_id") != Schema.APPLICATION_ID) {
      throw new IOException(
          file + " is a database, but not one of claudemesh: move it out of the folder");
    }
    int version = Schema.version(connection);
    if (version < 1 || version > Schema.CURRENT) {
      throw new IOException(
          "the store "
              + file
              + " has version "
              + version
              + ", this program knows 1 to "
              + Schema.CURRENT
              + ": use the program that wrote it");
    }
    requireOk(file, Database.text(connection, "PRAGMA quick_check(1)"));
    requireConsistent(connection, file);
  }

  private static void requireOk(Path file, String verdict) throws IOException {
    if (!verdict.equals("ok")) {
      throw damaged(file, verdict);
    }
  }

  /** What a sound structure does not tell: that rows and what counts and finds them agree. */
  private static void requireConsistent(Connection connection, Path file)
      throws SQLException, IOException {
    // The whole check of `mail` would cost thrice all of this; the other tables are small.
    for (String table : Database.texts(connection, OTHER_TABLES)) {
      requireOk(file, Database.text(connection, "PRAGMA integrity_check(" + table + ")"));
    }
    String rows = Database.text(connection, "SELECT " + QUEUED + " FROM mail NOT INDEXED");
    String index =
        Database.text(
            connection, "SELECT " + QUEUED + " FROM mail INDEXED BY mail_queued WHERE state = 0");
    if (!rows.equals(index)) {
      throw damaged(file, "its queued rows (" + rows + ") are not those of the index " + index);
    }
    String counts =
        Database.text(
            connection,
            "SELECT coalesce(sum(queued), 0) || ' queued by their messages, '"
                + " || count(*) FILTER (WHERE state = 0) || ' by themselves, '"
                + " || count(*) FILTER (WHERE queued > 0 AND payload IS NULL) || ' without text'"
                + " FROM mail");
    String queued = rows.substring(0, rows.indexOf(' '));
    String expected =
        queued + " queued by their messages, " + queued + " by themselves, 0 without text";
    if (!counts.equals(expected)) {
      throw damaged(file, "expected " + expected + "; found " + counts);
    }
  }

  // ── words ────────────────────────────────────────────────────────────────────────────────────

  private static IOException damaged(Path file, String what) {
    return new IOException(damage(file, what));
  }

  private static String damage(Path file, String what) {
    return "the store "
        + file
        + " is damaged: "
        + what
        + "; put a good copy of it in its place, or move it out of the folder, with its -wal and"
        + " -shm, to begin without its mail (`sqlite3 FILE .recover` may save what is readable)";
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

  static IOException explained(Path file, SQLException e) {
    return new IOException(explanation(file, e), e);
  }

  private static String explanation(Path file, SQLException e) {
    // The lowest byte is the kind, the rest says more.
    int code = e instanceof SQLiteException failure ? failure.getResultCode().code & 0xff : -1;
    return switch (SQLiteErrorCode.getErrorCode(code)) {
      case SQLITE_CORRUPT, SQLITE_NOTADB -> damage(file, e.getMessage());
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM -> unwritable(file, e.getMessage());
      case SQLITE_FULL -> "no room on the disk for the store " + file + ": free some";
      default -> "the store " + file + " cannot be used: " + e.getMessage();
    };
  }
}

package claudemesh.store;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One SQLite file, checked and brought up to date, with a connection to write and one to read.
 *
 * <pre>
 *   NAME       0600   the database
 *   NAME-wal   0600   what was committed since the last checkpoint
 *   NAME-shm   0600   an index of that; worthless after a power cut
 * </pre>
 *
 * <p>A commit has reached the disk when it returns ({@code synchronous=FULL}). A reader sees what
 * was committed when it began and is never kept waiting by the writer. A new file comes into being
 * whole, so that an empty one is damage and not a beginning. Anything that is not a sound database
 * of ours is refused with its name and what to do, and left as it was found.
 *
 * <p>For one process at a time: whoever opens it holds a lock on its folder.
 */
final class Database implements AutoCloseable {

  private static final int BUSY_MILLIS = 10_000;
  // 16 MiB: few enough checkpoints, and a log that replays in a moment.
  private static final int CHECKPOINT_PAGES = 4_096;
  private static final int LOG_LIMIT = 64 << 20;
  private static final int CACHE_KIB = 16 << 10;

  private final Path file;
  private final Connection writer;
  private final Connection reader;
  private final ReentrantLock reading = new ReentrantLock();

  private Database(Path file, Connection writer, Connection reader) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Opens a file, making it and its folder if need be.
   *
   * @param path the file
   * @return the open database
   * @throws IOException if it is damaged, of a newer program or another one's, or cannot be used;
   *     the message names the file and the cure
   */
  static Database open(Path path) throws IOException {
    Path file = path.toAbsolutePath().normalize();
    requirePlainName(file);
    SecretFiles.createPrivateFolder(file.getParent());
    if (Files.exists(file)) {
      checkFiles(file);
    } else {
      create(file, Schema.CURRENT);
    }
    // Read-only, since even closing a connection that may write would change what is damaged.
    try (Connection inspector = connect(file, false)) {
      check(inspector, file);
    } catch (SQLException e) {
      throw explained(file, e);
    }
    Connection writer = null;
    try {
      writer = connect(file, true);
      prepare(writer, file);
      return new Database(file, writer, connect(file, false));
    } catch (SQLException e) {
      closeAfter(e, writer);
      throw explained(file, e);
    } catch (IOException | RuntimeException e) {
      closeAfter(e, writer);
      throw e;
    }
  }

  Path file() {
    return file;
  }

  /** For the one thread that writes, in transactions. */
  Connection writer() {
    return writer;
  }

  /** For reading, under {@link #reading}. */
  Connection reader() {
    return reader;
  }

  /** The lock for {@link #reader}; whoever has it takes no other. */
  ReentrantLock reading() {
    return reading;
  }

  // The driver takes everything behind a question mark for settings.
  private static void requirePlainName(Path file) throws IOException {
    if (file.toString().contains("?")) {
      throw new IOException(
          "the path of a store must not contain a question mark: " + file + "; choose another");
    }
  }

  // ── a new file ───────────────────────────────────────────────────────────────────────────────

  /** Makes a database of some version under another name, then gives it its own. */
  static void create(Path file, int version) throws IOException {
    if (Files.exists(sibling(file, "-wal"))) {
      throw new IOException(
          "the store "
              + file
              + " is missing, but "
              + sibling(file, "-wal")
              + " stands where it was;"
              + " put the file back, or move that away too if all its mail may be given up");
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    // Left by a creation that was killed; nothing was in it.
    Files.deleteIfExists(fresh);
    Files.deleteIfExists(sibling(fresh, "-journal"));
    SecretFiles.writeAtomically(fresh, "");
    try (Connection connection = connect(fresh, true)) {
      Schema.migrate(connection, version);
    } catch (SQLException e) {
      throw explained(file, e);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    // Syncs the folder, and with it the new name.
    SecretFiles.writeAtomically(fresh, "");
    Files.delete(fresh);
  }

  // ── an old one ───────────────────────────────────────────────────────────────────────────────

  private static void checkFiles(Path file) throws IOException {
    if (Files.size(file) == 0) {
      throw damaged(file, "it is empty");
    }
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      tighten(sibling(file, suffix));
    }
    Path log = sibling(file, "-wal");
    WalFile.Verdict verdict = WalFile.check(log, WalIndex.read(sibling(file, "-shm")));
    if (verdict.damage() != null) {
      throw damaged(file, log.getFileName() + " is: " + verdict.damage());
    }
    if (verdict.dropped() > 0) {
      // Never acknowledged, unless the disk lost what it had said was safe.
      Log.warn("store_unfinished_write_dropped", "file", log, "pages", verdict.dropped());
    }
  }

  private static void tighten(Path file) throws IOException {
    if (Files.exists(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  private static void check(Connection connection, Path file) throws SQLException, IOException {
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
    requireOk(file, text(connection, "PRAGMA quick_check(1)"));
    // The whole check costs more than the file is worth, but for what is small.
    for (String table : Schema.SMALL_TABLES) {
      requireOk(file, text(connection, "PRAGMA integrity_check(" + table + ")"));
    }
    requireConsistent(connection, file);
  }

  private static void requireOk(Path file, String verdict) throws IOException {
    if (!verdict.equals("ok")) {
      throw damaged(file, verdict);
    }
  }

  /** What a sound structure does not tell: that tables which count each other agree. */
  private static void requireConsistent(Connection connection, Path file)
      throws SQLException, IOException {
    int counted = Schema.number(connection, "SELECT coalesce(sum(queued), 0) FROM mail");
    int queued = Schema.number(connection, "SELECT count(*) FROM mail NOT INDEXED WHERE state = 0");
    int indexed =
        Schema.number(
            connection, "SELECT count(*) FROM mail INDEXED BY mail_queued WHERE state = 0");
    int textless =
        Schema.number(connection, "SELECT count(*) FROM mail WHERE queued > 0 AND payload IS NULL");
    if (counted != queued || queued != indexed || textless != 0) {
      throw damaged(
          file,
          "its messages count "
              + counted
              + " queued rows, "
              + queued
              + " are, its index has "
              + indexed
              + ", and "
              + textless
              + " texts are missing");
    }
  }

  private static void prepare(Connection writer, Path file) throws SQLException, IOException {
    int version = Schema.version(writer);
    if (version < Schema.CURRENT) {
      Schema.migrate(writer, Schema.CURRENT);
      Log.info("store_migrated", "file", file, "from", version, "to", Schema.CURRENT);
    }
    String mode = text(writer, "PRAGMA journal_mode = WAL");
    if (!mode.equals("wal")) {
      throw new IOException(
          "a store needs a write-ahead log, which this file system does not allow (journal mode "
              + mode
              + "): use a local disk");
    }
    // Names of mailboxes that no message is left of: sessions come and go.
    execute(
        writer,
        "DELETE FROM mailbox WHERE id NOT IN (SELECT mailbox FROM mail WHERE mailbox IS NOT NULL)");
    writer.setAutoCommit(false);
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────

  private static Connection connect(Path file, boolean writable) throws SQLException, IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setGetGeneratedKeys(false);
    config.resetOpenMode(
        org.sqlite.SQLiteOpenMode.CREATE); // never a new file in place of a lost one
    Properties properties = config.toProperties();
    Connection connection;
    try {
      connection = JDBC.createConnection("jdbc:sqlite:" + file, properties);
    } catch (LinkageError e) {
      throw nativeCodeMissing(e);
    }
    execute(connection, "PRAGMA synchronous = FULL");
    execute(connection, "PRAGMA fullfsync = 1"); // on a Mac a plain fsync does not reach the disk
    execute(connection, "PRAGMA checkpoint_fullfsync = 1");
    execute(connection, "PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
    execute(connection, "PRAGMA journal_size_limit = " + LOG_LIMIT);
    execute(connection, "PRAGMA cache_size = -" + CACHE_KIB);
    execute(connection, "PRAGMA temp_store = MEMORY");
    execute(connection, "PRAGMA cell_size_check = 1");
    return connection;
  }

  private static void execute(Connection connection, String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static void closeAfter(Exception failure, Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  // ── words ────────────────────────────────────────────────────────────────────────────────────

  private static IOException damaged(Path file, String what) {
    return new IOException(
        "the store "
            + file
            + " is damaged: "
            + what
            + "; put a good copy of it in its place, or"
            + " move it out of the folder, with its -wal and -shm, to begin without its mail"
            + " (`sqlite3 FILE .recover` may save what is readable)");
  }

  private static IOException nativeCodeMissing(Throwable cause) {
    return new IOException(
        "SQLite's library could not be loaded ("
            + cause.getMessage()
            + "). It is unpacked into "
            + System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"))
            + ", which must be writable and not mounted noexec; -Dorg.sqlite.tmpdir=FOLDER names"
            + " another",
        cause);
  }

  static IOException explained(Path file, SQLException e) {
    if (!(e instanceof SQLiteException failure)) {
      return new IOException("the store " + file + " cannot be used: " + e.getMessage(), e);
    }
    // The lowest byte is the kind, the rest says more.
    int kind = failure.getResultCode().code & 0xff;
    IOException explained;
    if (kind == SQLiteErrorCode.SQLITE_CORRUPT.code || kind == SQLiteErrorCode.SQLITE_NOTADB.code) {
      explained = damaged(file, failure.getMessage());
    } else if (kind == SQLiteErrorCode.SQLITE_FULL.code) {
      explained = new IOException("no room on the disk for the store " + file + ": free some");
    } else if (kind == SQLiteErrorCode.SQLITE_READONLY.code
        || kind == SQLiteErrorCode.SQLITE_CANTOPEN.code
        || kind == SQLiteErrorCode.SQLITE_PERM.code) {
      explained =
          new IOException(
              "the store "
                  + file
                  + " cannot be written ("
                  + failure.getMessage()
                  + "): it and its"
                  + " folder must belong to this user and be writable");
    } else {
      explained = new IOException("the store " + file + " cannot be used: " + failure.getMessage());
    }
    explained.initCause(e);
    return explained;
  }

  /** Brings everything into the file itself and closes it. Idempotent. */
  @Override
  public void close() {
    // The last connection to close does the checkpoint, and must be one that may write.
    for (Connection connection : new Connection[] {reader, writer}) {
      try {
        connection.close();
      } catch (SQLException e) {
        Log.error("store_close_failed", "file", file, "error", e);
      }
    }
  }
}

package claudemesh.store;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sqlite.JDBC;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteConfig;

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

  // The driver prints what it then throws; kept here since nobody else keeps a logger.
  private static final Logger DRIVER_LOG = Logger.getLogger("org.sqlite");

  static {
    DRIVER_LOG.setLevel(Level.OFF);
  }

  private static final Duration LONG_CHECK = Duration.ofSeconds(2);
  private static final int BUSY_MILLIS = 10_000;
  // 64 MiB: pages that change often are written once, and the log still replays in a moment.
  private static final int CHECKPOINT_PAGES = 16_384;
  private static final int LOG_LIMIT = 96 << 20;
  private static final int CACHE_KIB = 32 << 10;

  private final Path file;
  private final Layout layout;
  private final Connection writer;
  private final Connection reader;
  private final ReentrantLock reading = new ReentrantLock();

  private Database(Path file, Layout layout, Connection writer, Connection reader) {
    this.file = file;
    this.layout = layout;
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Opens a file, making it and its folder if need be.
   *
   * @param path the file
   * @param layout what it is, or is to become
   * @return the open database
   * @throws IOException if it is damaged, of a newer program or another one's, or cannot be used;
   *     the message names the file and the cure
   */
  static Database open(Path path, Layout layout) throws IOException {
    Path file = path.toAbsolutePath().normalize();
    requirePlainName(file);
    try {
      SecretFiles.createPrivateFolder(file.getParent());
      NativeLibrary.beforeLoading(file.getParent());
      if (Files.exists(file)) {
        DatabaseCheck.files(file, layout);
      } else {
        create(file, layout, layout.current());
      }
    } catch (FileSystemException e) { // its own message is little more than the path
      throw new IOException(DatabaseCheck.unwritable(file, e.toString()), e);
    }
    check(file, layout);
    Connection writer = null;
    try {
      writer = connect(file);
      NativeLibrary.afterLoading();
      prepare(writer, file, layout);
      return new Database(file, layout, writer, connect(file));
    } catch (SQLException e) {
      closeAfter(e, writer);
      throw DatabaseCheck.explained(file, layout, e);
    } catch (IOException | RuntimeException e) {
      closeAfter(e, writer);
      throw e;
    }
  }

  private static void check(Path file, Layout layout) throws IOException {
    long started = System.nanoTime();
    try (Connection inspector = connectLooking(file);
        Connection other = connectLooking(file)) {
      DatabaseCheck.content(inspector, other, file, layout);
    } catch (SQLException e) {
      throw DatabaseCheck.explained(file, layout, e);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    if (took.compareTo(LONG_CHECK) > 0) {
      Log.info("store_checked", "file", file, "bytes", Files.size(file), "ms", took.toMillis());
    }
  }

  /** A failure of this database, told with its file and the cure. */
  IOException explained(SQLException e) {
    return DatabaseCheck.explained(file, layout, e);
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
  static void create(Path file, Layout layout, int version) throws IOException {
    if (Files.exists(sibling(file, "-wal"))) {
      throw new IOException(
          "the store "
              + file
              + " is missing, but "
              + sibling(file, "-wal")
              + " stands where it was;"
              + " put the file back, or move that away too if all its "
              + layout.contents()
              + " may be given up");
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    // Left by a creation that was killed; nothing was in it.
    Files.deleteIfExists(fresh);
    Files.deleteIfExists(sibling(fresh, "-journal"));
    SecretFiles.writeAtomically(fresh, "");
    try (Connection connection = connect(fresh)) {
      layout.migrate(connection, version);
    } catch (SQLException e) {
      throw DatabaseCheck.explained(file, layout, e);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    // Syncs the folder, and with it the new name.
    SecretFiles.writeAtomically(fresh, "");
    Files.delete(fresh);
  }

  private static void prepare(Connection writer, Path file, Layout layout)
      throws SQLException, IOException {
    int version = Layout.version(writer);
    if (version < layout.current()) {
      layout.migrate(writer, layout.current());
      Log.info("store_migrated", "file", file, "from", version, "to", layout.current());
    }
    String mode = text(writer, "PRAGMA journal_mode = WAL");
    if (!mode.equals("wal")) {
      throw new IOException(
          "a store needs a write-ahead log, which this file system does not allow (journal mode "
              + mode
              + "): use a local disk");
    }
    for (String command : layout.atOpening()) {
      execute(writer, command);
    }
    writer.setAutoCommit(false);
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────

  /** A connection that cannot write, not even by closing. */
  static Connection connectReading(Path file) throws SQLException, IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    return connect(file, config);
  }

  /**
   * A connection to look with into a file that nobody has open, which leaves it as it was found:
   * one that may write brings the log of a crash into the file when it closes, and one that may not
   * leaves an empty log behind where there was none.
   */
  static Connection connectLooking(Path file) throws SQLException, IOException {
    Path log = sibling(file, "-wal");
    return Files.exists(log) && Files.size(log) > 0 ? connectReading(file) : connect(file);
  }

  private static Connection connect(Path file, SQLiteConfig config)
      throws SQLException, IOException {
    try {
      return JDBC.createConnection("jdbc:sqlite:" + file, config.toProperties());
    } catch (SQLException e) {
      if (e.getCause() instanceof NativeLibraryNotFoundException missing) {
        throw DatabaseCheck.nativeCodeMissing(missing);
      }
      throw e;
    }
  }

  private static Connection connect(Path file) throws SQLException, IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setGetGeneratedKeys(false);
    config.resetOpenMode(
        org.sqlite.SQLiteOpenMode.CREATE); // never a new file in place of a lost one
    Connection connection = connect(file, config);
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

  static String text(Connection connection, String query) throws SQLException {
    List<String> rows = texts(connection, query);
    return rows.isEmpty() ? "" : rows.getFirst();
  }

  static List<String> texts(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (row.next()) {
        texts.add(row.getString(1));
      }
      return texts;
    }
  }

  static Path sibling(Path file, String suffix) {
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

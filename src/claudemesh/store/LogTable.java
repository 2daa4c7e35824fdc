package claudemesh.store;

import claudemesh.json.Log;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Logs in the table {@code post}: texts that are kept though their messages are over, the latest of
 * each log. Written by the writer's thread in its transactions; read by any.
 */
final class LogTable {

  private final int maxPerLog;
  private final PreparedStatement insert;
  private final PreparedStatement trim;
  private final PreparedStatement deleteLog;
  private final PreparedStatement deleteOld;

  private final ReentrantLock reading;
  private final PreparedStatement find;
  private final PreparedStatement findLatest;

  LogTable(Database database, int maxPerLog) throws SQLException {
    this.maxPerLog = maxPerLog;
    Connection writer = database.writer();
    insert =
        writer.prepareStatement(
            "INSERT INTO post (log, message_id, urgency, created_at, payload, crc)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    trim =
        writer.prepareStatement(
            "DELETE FROM post WHERE log = ?1 AND no <= (SELECT no FROM post WHERE log = ?1"
                + " ORDER BY no DESC LIMIT 1 OFFSET ?2)");
    deleteLog = writer.prepareStatement("DELETE FROM post WHERE log = ?");
    deleteOld = writer.prepareStatement("DELETE FROM post WHERE created_at < ?");
    reading = database.reading();
    Connection reader = database.reader();
    find = reader.prepareStatement("SELECT no FROM post WHERE log = ? AND message_id = ?");
    findLatest =
        reader.prepareStatement(
            "SELECT message_id, urgency, payload, crc FROM post WHERE log = ? AND no < ?"
                + " ORDER BY no DESC LIMIT ?");
  }

  void add(String log, NewMessage message) throws SQLException {
    insert.setString(1, log);
    insert.setString(2, message.messageId());
    insert.setInt(3, message.urgency());
    insert.setLong(4, message.createdAt().toEpochMilli());
    insert.setString(5, message.payload());
    insert.setLong(6, crc(message.messageId(), message.payload()));
    insert.executeUpdate();
    trim.setString(1, log);
    trim.setInt(2, maxPerLog);
    trim.executeUpdate();
  }

  void drop(String log) throws SQLException {
    deleteLog.setString(1, log);
    deleteLog.executeUpdate();
  }

  void dropOlderThan(Instant oldest) throws SQLException {
    deleteOld.setLong(1, oldest.toEpochMilli());
    deleteOld.executeUpdate();
  }

  /** The latest texts, oldest first; what is not as it was written is left out, and reported. */
  List<StoredMessage> latest(String log, int most, Optional<String> before) {
    reading.lock();
    try {
      long end = before.isPresent() ? number(log, before.get()) : Long.MAX_VALUE;
      findLatest.setString(1, log);
      findLatest.setLong(2, end);
      findLatest.setInt(3, most);
      List<StoredMessage> found = new ArrayList<>();
      try (ResultSet row = findLatest.executeQuery()) {
        while (row.next()) {
          text(log, row).ifPresent(found::addFirst);
        }
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException("the store could not be read: " + e.getMessage(), e);
    } finally {
      reading.unlock();
    }
  }

  private static Optional<StoredMessage> text(String log, ResultSet row) throws SQLException {
    StoredMessage post = new StoredMessage(row.getString(1), row.getInt(2), row.getString(3));
    if (row.getLong(4) != crc(post.messageId(), post.payload())) {
      Log.error("store_post_damaged", "messageId", post.messageId(), "log", log);
      return Optional.empty();
    }
    return Optional.of(post);
  }

  private long number(String log, String messageId) throws SQLException {
    find.setString(1, log);
    find.setString(2, messageId);
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static long crc(String messageId, String payload) {
    return Digest.crc(messageId, payload);
  }
}

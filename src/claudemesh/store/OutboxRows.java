package claudemesh.store;

import claudemesh.json.Log;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds rows of the table {@code outbox} of {@link DaemonSchema} on a connection, for whoever may
 * use that. What is in flight is pending here.
 */
final class OutboxRows {

  private static final OutboxStatus[] STATUSES = OutboxStatus.values();
  private static final String COLUMNS =
      "SELECT id, client_message_id, mesh, via, target, text, priority, reply_to_id, fingerprint,"
          + " status, attempts, text_bytes, enqueued_at, next_attempt_at, delivered_at,"
          + " broker_message_id, last_error, aborted_at, aborted_by, crc FROM outbox";

  private OutboxRows() {}

  /** A row with whether its texts are as they were stored. */
  record Found(OutboxRow row, boolean sound) {}

  static Optional<Found> byNo(Connection connection, long no) throws SQLException {
    return one(connection, " WHERE no = ?", statement -> statement.setLong(1, no));
  }

  static Optional<Found> byId(Connection connection, String id) throws SQLException {
    return one(connection, " WHERE id = ?", statement -> statement.setString(1, id));
  }

  /** The message of a mesh with a client message id. */
  static Optional<OutboxRow> byClientId(Connection connection, String mesh, String clientMessageId)
      throws SQLException {
    return one(
            connection,
            " WHERE once = ? AND mesh = ? AND client_message_id = ?",
            statement -> {
              statement.setLong(1, Digest.once(mesh, clientMessageId));
              statement.setString(2, mesh);
              statement.setString(3, clientMessageId);
            })
        .map(Found::row);
  }

  static List<String> meshes(Connection connection) throws SQLException {
    return Database.texts(connection, "SELECT DISTINCT mesh FROM outbox");
  }

  /** The newest rows with a status, or any. */
  static List<OutboxRow> newest(
      Connection connection, Optional<String> mesh, Optional<OutboxStatus> status, int limit)
      throws SQLException {
    String where =
        " WHERE "
            + (status.isPresent() ? "status = ?1" : "?1 IS NULL")
            + (mesh.isPresent() ? " AND mesh = ?2" : " AND ?2 IS NULL")
            + " ORDER BY no DESC LIMIT ?3";
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS + where)) {
      if (status.isPresent()) {
        statement.setInt(1, status.get().ordinal());
      }
      statement.setString(2, mesh.orElse(null));
      statement.setInt(3, limit);
      List<OutboxRow> rows = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(found(row).row());
        }
      }
      return rows;
    }
  }

  /** How many of a mesh's messages are not done; in flight counts as pending. */
  static Map<OutboxStatus, Long> unfinished(Connection connection, String mesh)
      throws SQLException {
    Map<OutboxStatus, Long> counts = new EnumMap<>(OutboxStatus.class);
    for (OutboxStatus status : STATUSES) {
      if (status != OutboxStatus.DONE) {
        counts.put(status, countOf(connection, mesh, status));
      }
    }
    return counts;
  }

  private static long countOf(Connection connection, String mesh, OutboxStatus status)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT count(*) FROM outbox WHERE status = ? AND mesh = ?")) {
      statement.setInt(1, status.ordinal());
      statement.setString(2, mesh);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  static Map<OutboxStatus, Long> counts(Connection connection) throws SQLException {
    Map<OutboxStatus, Long> counts = new EnumMap<>(OutboxStatus.class);
    for (OutboxStatus status : STATUSES) {
      counts.put(status, 0L);
    }
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT status, count(*) FROM outbox GROUP BY status");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        counts.put(STATUSES[row.getInt(1)], row.getLong(2));
      }
    }
    return counts;
  }

  @FunctionalInterface
  private interface Setting {
    void on(PreparedStatement statement) throws SQLException;
  }

  private static Optional<Found> one(Connection connection, String where, Setting setting)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS + where)) {
      setting.on(statement);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(found(row)) : Optional.empty();
      }
    }
  }

  private static Found found(ResultSet row) throws SQLException {
    OutboxStatus status = STATUSES[row.getInt(10)];
    String id = row.getString(1);
    String text = row.getString(6);
    NewOutgoing message =
        new NewOutgoing(
            row.getString(2),
            new Via(row.getString(3), row.getString(4)),
            row.getString(5),
            text == null ? "" : text,
            row.getString(7),
            Columns.text(row, 8),
            row.getString(9));
    boolean sound = status == OutboxStatus.DONE || row.getLong(20) == crc(id, message);
    if (!sound) {
      Log.error("store_message_damaged", "id", id, "table", "outbox");
    }
    OutboxRow found =
        new OutboxRow(
            id,
            message,
            status,
            row.getInt(11),
            row.getInt(12),
            Columns.time(row, 13),
            Columns.time(row, 14),
            Columns.perhapsTime(row, 15),
            Columns.text(row, 16),
            Columns.text(row, 17),
            Columns.perhapsTime(row, 18),
            Columns.text(row, 19));
    return new Found(found, sound);
  }

  /** What the texts of a row are checked against. */
  static long crc(String id, NewOutgoing message) {
    return Digest.crc(
        id,
        message.clientMessageId(),
        message.via().mesh(),
        message.via().key(),
        message.target(),
        message.priority(),
        message.replyToId().orElse(null),
        message.fingerprint(),
        message.text());
  }
}

package claudemesh.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes what happens to outgoing messages into the table {@code outbox} of {@link DaemonSchema},
 * within the limits. For one thread, in its transactions.
 */
final class OutboxTables implements Transactions {

  private static final int MOST_FORGOTTEN_AT_ONCE = 4_096;
  private static final int PENDING = OutboxStatus.PENDING.ordinal();
  private static final int DEAD = OutboxStatus.DEAD.ordinal();

  private final Connection connection;
  private final OutboxLimits limits;
  private final PreparedStatement insert;
  private final PreparedStatement done;
  private final PreparedStatement dead;
  private final PreparedStatement abort;
  private final PreparedStatement retry;
  private final PreparedStatement hurry;
  private final PreparedStatement revive;
  private final PreparedStatement oldest;
  private final PreparedStatement newestTooMany;
  private final PreparedStatement forget;

  private Counts counts;
  private Counts committed;

  /** What the table holds: the last numbers given, how much is pending. */
  private record Counts(long lastNo, long lastEnded, long pending, long chars) {

    Counts withAppended(int length) {
      return new Counts(lastNo + 1, lastEnded, pending + 1, chars + length);
    }

    Counts withEnded(int length) {
      return new Counts(lastNo, lastEnded + 1, pending - 1, chars - length);
    }

    Counts withEndedAgain() {
      return new Counts(lastNo, lastEnded + 1, pending, chars);
    }

    Counts withRevived(int length) {
      return new Counts(lastNo, lastEnded, pending + 1, chars + length);
    }
  }

  /**
   * What an append did.
   *
   * @param outcome what the caller is told
   * @param entry the message if it is pending now
   */
  record Written(Enqueued outcome, Optional<OutboxEntry> entry) {}

  OutboxTables(Connection connection, OutboxLimits limits) throws SQLException {
    this.connection = connection;
    this.limits = limits;
    insert =
        connection.prepareStatement(
            "INSERT INTO outbox (no, id, once, status, attempts, enqueued_at, next_attempt_at,"
                + " client_message_id, mesh, via, target, priority, reply_to_id, fingerprint,"
                + " text_chars, text_bytes, crc, text)"
                + " VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (once) DO NOTHING");
    done =
        connection.prepareStatement(
            "UPDATE outbox SET status = 2, attempts = attempts + 1, delivered_at = ?,"
                + " broker_message_id = ?, last_error = NULL, ended = ?, ended_at = ?, text = NULL"
                + " WHERE no = ? AND status = 0 RETURNING text_chars");
    dead =
        connection.prepareStatement(
            "UPDATE outbox SET status = 3, attempts = attempts + ?, last_error = ?, ended = ?,"
                + " ended_at = ? WHERE no = ? AND status = 0 RETURNING text_chars");
    abort =
        connection.prepareStatement(
            "UPDATE outbox SET status = 4, aborted_at = ?, aborted_by = ?, ended = ?, ended_at = ?"
                + " WHERE no = ?");
    retry =
        connection.prepareStatement(
            "UPDATE outbox SET attempts = attempts + 1, last_error = ?, next_attempt_at = ?"
                + " WHERE no = ? AND status = 0");
    hurry =
        connection.prepareStatement(
            "UPDATE outbox SET next_attempt_at = ? WHERE id = ? AND status = 0");
    revive =
        connection.prepareStatement(
            "UPDATE outbox SET status = 0, attempts = 0, next_attempt_at = ?, ended = NULL,"
                + " ended_at = NULL, aborted_at = NULL, aborted_by = NULL"
                + " WHERE no = ? AND status IN (3, 4)"
                + " RETURNING id, mesh, via, target, enqueued_at, text_chars");
    oldest =
        connection.prepareStatement(
            "SELECT no, ended, ended_at FROM outbox INDEXED BY outbox_ended"
                + " WHERE ended IS NOT NULL ORDER BY ended LIMIT "
                + MOST_FORGOTTEN_AT_ONCE);
    newestTooMany =
        connection.prepareStatement(
            "SELECT ended FROM outbox INDEXED BY outbox_ended"
                + " WHERE ended IS NOT NULL ORDER BY ended DESC LIMIT 1 OFFSET ?");
    forget = connection.prepareStatement("DELETE FROM outbox WHERE no = ?");
    committed = count();
    counts = committed;
  }

  private Counts count() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT coalesce(max(no), 0), coalesce((SELECT max(ended) FROM outbox), 0),"
                    + " (SELECT count(*) FROM outbox WHERE status = 0),"
                    + " (SELECT coalesce(sum(text_chars), 0) FROM outbox WHERE status = 0)"
                    + " FROM outbox")) {
      row.next();
      return new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
  }

  /** Everything that is pending, in the order appended, due at some time. */
  List<OutboxEntry> pending(long dueNanos) throws SQLException {
    List<OutboxEntry> entries = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT no, id, mesh, via, target, enqueued_at FROM outbox"
                    + " WHERE status = 0 ORDER BY no")) {
      while (row.next()) {
        Via via = new Via(row.getString(3), row.getString(4));
        entries.add(
            new OutboxEntry(
                row.getLong(1), row.getString(2), via, row.getString(5), row.getLong(6), dueNanos));
      }
    }
    return entries;
  }

  @Override
  public void committed() {
    committed = counts;
  }

  @Override
  public void rolledBack() {
    counts = committed;
  }

  /** A message as it stands within the transaction. */
  Optional<OutboxRow> find(String id) throws SQLException {
    return OutboxRows.byId(connection, id).map(OutboxRows.Found::row);
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  Written append(String id, NewOutgoing message, Instant now, long dueNanos) throws SQLException {
    Optional<String> refusal = refusal(message);
    if (refusal.isPresent()) {
      Enqueued outcome = earlier(message).orElseGet(() -> new Enqueued.Refused(refusal.get()));
      return new Written(outcome, Optional.empty());
    }
    long once = Digest.once(message.via().mesh(), message.clientMessageId());
    if (!insert(id, message, once, now)) {
      Optional<Enqueued> earlier = earlier(message);
      if (earlier.isPresent()) {
        return new Written(earlier.get(), Optional.empty());
      }
      insert(id, message, null, now); // two texts with one digest: the later goes without
    }
    counts = counts.withAppended(message.text().length());
    OutboxEntry entry =
        new OutboxEntry(
            counts.lastNo, id, message.via(), message.target(), now.toEpochMilli(), dueNanos);
    return new Written(new Enqueued.Stored(id), Optional.of(entry));
  }

  private Optional<String> refusal(NewOutgoing message) {
    if (counts.pending >= limits.maxPending()) {
      return Optional.of(
          "the outbox is full: "
              + counts.pending
              + " messages wait to be sent, no more than "
              + limits.maxPending()
              + " may");
    }
    if (counts.chars + message.text().length() > limits.maxPendingChars()) {
      return Optional.of(
          "the outbox is full: "
              + counts.chars
              + " characters wait to be sent, no more than "
              + limits.maxPendingChars()
              + " may");
    }
    return Optional.empty();
  }

  private Optional<Enqueued> earlier(NewOutgoing message) throws SQLException {
    return OutboxRows.byClientId(connection, message.via().mesh(), message.clientMessageId())
        .map(
            row ->
                row.message().fingerprint().equals(message.fingerprint())
                    ? new Enqueued.Duplicate(row)
                    : new Enqueued.Conflict(row));
  }

  private boolean insert(String id, NewOutgoing message, Long once, Instant now)
      throws SQLException {
    insert.setLong(1, counts.lastNo + 1);
    insert.setString(2, id);
    Columns.setPerhaps(insert, 3, once);
    Columns.set(insert, 4, now);
    Columns.set(insert, 5, now);
    insert.setString(6, message.clientMessageId());
    insert.setString(7, message.via().mesh());
    insert.setString(8, message.via().key());
    insert.setString(9, message.target());
    insert.setString(10, message.priority());
    Columns.set(insert, 11, message.replyToId());
    insert.setString(12, message.fingerprint());
    insert.setInt(13, message.text().length());
    insert.setInt(14, message.text().getBytes(StandardCharsets.UTF_8).length);
    insert.setLong(15, OutboxRows.crc(id, message));
    insert.setString(16, message.text());
    return insert.executeUpdate() == 1;
  }

  // ── end ──────────────────────────────────────────────────────────────────────────────────────

  void done(long no, String brokerMessageId, Instant now) throws SQLException {
    Columns.set(done, 1, now);
    done.setString(2, brokerMessageId);
    done.setLong(3, counts.lastEnded + 1);
    Columns.set(done, 4, now);
    done.setLong(5, no);
    end(done);
  }

  /** Marks a message dead, after an attempt or without one. */
  void dead(long no, String reason, boolean attempted, Instant now) throws SQLException {
    dead.setInt(1, attempted ? 1 : 0);
    dead.setString(2, reason);
    dead.setLong(3, counts.lastEnded + 1);
    Columns.set(dead, 4, now);
    dead.setLong(5, no);
    end(dead);
  }

  private void end(PreparedStatement update) throws SQLException {
    Long chars = Columns.number(update);
    if (chars != null) {
      counts = counts.withEnded(chars.intValue());
    }
  }

  /** Marks a message aborted that is pending or dead. */
  void abort(String id, String by, Instant now) throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement("SELECT no, status, text_chars FROM outbox WHERE id = ?")) {
      find.setString(1, id);
      try (ResultSet row = find.executeQuery()) {
        if (row.next() && (row.getInt(2) == PENDING || row.getInt(2) == DEAD)) {
          abort(row.getLong(1), by, now);
          counts =
              row.getInt(2) == PENDING ? counts.withEnded(row.getInt(3)) : counts.withEndedAgain();
        }
      }
    }
  }

  private void abort(long no, String by, Instant now) throws SQLException {
    Columns.set(abort, 1, now);
    abort.setString(2, by);
    abort.setLong(3, counts.lastEnded + 1);
    Columns.set(abort, 4, now);
    abort.setLong(5, no);
    abort.executeUpdate();
  }

  // ── again ────────────────────────────────────────────────────────────────────────────────────

  void retry(long no, String error, Instant next) throws SQLException {
    retry.setString(1, error);
    Columns.set(retry, 2, next);
    retry.setLong(3, no);
    retry.executeUpdate();
  }

  void hurry(String id, Instant now) throws SQLException {
    Columns.set(hurry, 1, now);
    hurry.setString(2, id);
    hurry.executeUpdate();
  }

  /** Makes a message pending again that is dead or aborted; empty if it is neither. */
  Optional<OutboxEntry> revive(String id, Instant now, long dueNanos) throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement("SELECT no FROM outbox WHERE id = ?")) {
      find.setString(1, id);
      Long no = Columns.number(find);
      return no == null ? Optional.empty() : revive(no, now, dueNanos);
    }
  }

  /** Makes all messages pending again that are dead. */
  List<OutboxEntry> reviveDead(Optional<String> mesh, Instant now, long dueNanos)
      throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (PreparedStatement find =
        connection.prepareStatement(
            "SELECT no, mesh FROM outbox WHERE status = " + DEAD + " ORDER BY no")) {
      try (ResultSet row = find.executeQuery()) {
        while (row.next()) {
          if (mesh.isEmpty() || mesh.get().equals(row.getString(2))) {
            numbers.add(row.getLong(1));
          }
        }
      }
    }
    List<OutboxEntry> revived = new ArrayList<>(numbers.size());
    for (long no : numbers) {
      revive(no, now, dueNanos).ifPresent(revived::add);
    }
    return revived;
  }

  private Optional<OutboxEntry> revive(long no, Instant now, long dueNanos) throws SQLException {
    Columns.set(revive, 1, now);
    revive.setLong(2, no);
    try (ResultSet row = revive.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      counts = counts.withRevived(row.getInt(6));
      Via via = new Via(row.getString(2), row.getString(3));
      return Optional.of(
          new OutboxEntry(no, row.getString(1), via, row.getString(4), row.getLong(5), dueNanos));
    }
  }

  // ── forget ───────────────────────────────────────────────────────────────────────────────────

  /** Forgets some of what was finished before a time or is too much; whether there may be more. */
  boolean forget(Instant before) throws SQLException {
    newestTooMany.setInt(1, limits.maxFinished());
    Long found = Columns.number(newestTooMany);
    long tooMany = found == null ? 0 : found;
    List<Long> old = new ArrayList<>();
    try (ResultSet row = oldest.executeQuery()) {
      while (row.next() && (row.getLong(2) <= tooMany || row.getLong(3) < before.toEpochMilli())) {
        old.add(row.getLong(1));
      }
    }
    for (long no : old) {
      forget.setLong(1, no);
      forget.addBatch();
    }
    forget.executeBatch();
    return old.size() == MOST_FORGOTTEN_AT_ONCE;
  }
}

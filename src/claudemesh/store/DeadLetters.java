package claudemesh.store;

import claudemesh.store.MessageStatus.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds messages that are to be given up, some at a time, since appends wait meanwhile. For the
 * writer's thread, in its transactions.
 */
final class DeadLetters {

  private static final int MOST_AT_ONCE = 2_000;

  private final MailboxTables tables;
  private final PreparedStatement findOldest;
  private final PreparedStatement findRows;
  private final PreparedStatement findInMailbox;

  /**
   * What was given up.
   *
   * @param messages how many messages
   * @param entries their rows that were queued
   * @param more whether there may be more
   */
  record GivenUp(int messages, List<CachedEntry> entries, boolean more) {}

  private record Old(long no, int queued, String messageId, int chars, int rows) {}

  DeadLetters(Connection writer, MailboxTables tables) throws SQLException {
    this.tables = tables;
    findOldest =
        writer.prepareStatement(
            "SELECT no, created_at, queued, message_id, chars, rows FROM mail"
                + " WHERE no > ? AND rows IS NOT NULL ORDER BY no LIMIT "
                + MOST_AT_ONCE);
    findRows =
        writer.prepareStatement(
            "SELECT no, name, urgency FROM mail JOIN mailbox ON id = mailbox"
                + " WHERE no BETWEEN ? AND ? AND state = 0");
    findInMailbox =
        writer.prepareStatement(
            "SELECT row.no, row.first, head.message_id, row.urgency, head.chars, head.queued,"
                + " head.rows"
                + " FROM mail row INDEXED BY mail_queued JOIN mail head ON head.no = row.first"
                + " WHERE row.mailbox = (SELECT id FROM mailbox WHERE name = ?) AND row.state = 0"
                + " LIMIT "
                + MOST_AT_ONCE);
  }

  /** Gives up some of what was made before a time, the oldest first. */
  GivenUp olderThan(Instant oldest, Instant now) throws SQLException {
    List<Old> messages = old(oldest);
    List<CachedEntry> entries = new ArrayList<>();
    int expired = 0;
    for (Old message : messages) {
      if (message.queued > 0) {
        List<CachedEntry> queued = queued(message);
        end(queued, now, "nobody took it");
        entries.addAll(queued);
        expired++;
      }
      tables.lookedAt(message.no);
    }
    return new GivenUp(expired, entries, messages.size() == MOST_AT_ONCE);
  }

  /** Gives up some of what is queued in a mailbox. */
  GivenUp in(String mailbox, String reason, Instant now) throws SQLException {
    List<CachedEntry> entries = queued(mailbox);
    end(entries, now, reason);
    return new GivenUp(entries.size(), entries, entries.size() == MOST_AT_ONCE);
  }

  private void end(List<CachedEntry> entries, Instant now, String reason) throws SQLException {
    for (CachedEntry entry : entries) {
      tables.end(new Ending(entry, State.DEAD, now, reason));
    }
  }

  /** The next messages that are too old or ended: whoever comes next looks behind them. */
  private List<Old> old(Instant oldest) throws SQLException {
    findOldest.setLong(1, tables.lookedAt());
    List<Old> messages = new ArrayList<>();
    try (ResultSet row = findOldest.executeQuery()) {
      while (row.next() && (row.getInt(3) == 0 || row.getLong(2) < oldest.toEpochMilli())) {
        messages.add(
            new Old(row.getLong(1), row.getInt(3), row.getString(4), row.getInt(5), row.getInt(6)));
      }
    }
    return messages;
  }

  private List<CachedEntry> queued(Old message) throws SQLException {
    findRows.setLong(1, message.no);
    findRows.setLong(2, message.no + message.rows - 1);
    List<CachedEntry> queued = new ArrayList<>();
    try (ResultSet row = findRows.executeQuery()) {
      while (row.next()) {
        queued.add(
            new CachedEntry(
                row.getString(2),
                row.getLong(1),
                message.no,
                message.rows,
                message.messageId,
                null,
                row.getInt(3),
                message.chars,
                message.queued == 1));
      }
    }
    return queued;
  }

  private List<CachedEntry> queued(String mailbox) throws SQLException {
    findInMailbox.setString(1, mailbox);
    List<CachedEntry> queued = new ArrayList<>();
    try (ResultSet row = findInMailbox.executeQuery()) {
      while (row.next()) {
        queued.add(
            new CachedEntry(
                mailbox,
                row.getLong(1),
                row.getLong(2),
                row.getInt(7),
                row.getString(3),
                null,
                row.getInt(4),
                row.getInt(5),
                row.getInt(6) == 1));
      }
    }
    return queued;
  }
}

package claudemesh.store;

import claudemesh.json.Log;
import claudemesh.store.MessageStatus.Delivery;
import claudemesh.store.MessageStatus.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads what was committed about messages and mailboxes. Each call sees the newest commit. Safe
 * from any thread, one at a time; takes no other lock.
 */
final class MailboxReader {

  private static final State[] STATES = State.values();

  private final ReentrantLock lock;
  private final PreparedStatement findMailbox;
  private final PreparedStatement findQueued;
  private final PreparedStatement findOne;
  private final PreparedStatement findPayload;
  private final PreparedStatement findMessage;
  private final PreparedStatement findRows;
  private volatile String trouble;

  MailboxReader(Database database) throws SQLException {
    lock = database.reading();
    Connection connection = database.reader();
    findMailbox = connection.prepareStatement("SELECT id FROM mailbox WHERE name = ?");
    findQueued =
        connection.prepareStatement(
            "SELECT row.no, row.first, head.message_id, head.client_message_id, head.chars,"
                + " head.queued, head.rows FROM mail row INDEXED BY mail_queued"
                + " JOIN mail head ON head.no = row.first"
                + " WHERE row.mailbox = ? AND row.urgency = ? AND row.state = 0 AND row.no > ?"
                + " ORDER BY row.no LIMIT ?");
    findOne =
        connection.prepareStatement(
            "SELECT row.no, row.first, row.urgency, head.client_message_id, head.chars,"
                + " head.queued, head.rows FROM mail head JOIN mail row INDEXED BY mail_queued ON"
                + " row.mailbox = (SELECT id FROM mailbox WHERE name = ?) AND row.urgency ="
                + " head.urgency AND row.state = 0 AND row.no BETWEEN head.no AND head.no +"
                + " head.rows - 1 WHERE head.message_id = ?");
    findPayload =
        connection.prepareStatement(
            "SELECT message_id, sender, client_message_id, target, payload, crc"
                + " FROM mail WHERE no = ?");
    findMessage =
        connection.prepareStatement(
            "SELECT no, rows, sender, target FROM mail WHERE message_id = ?");
    findRows =
        connection.prepareStatement(
            "SELECT no, name, state, since, reason FROM mail JOIN mailbox ON id = mailbox"
                + " WHERE no BETWEEN ? AND ? ORDER BY no");
  }

  /** Something that asks the database. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws SQLException;
  }

  private <T> T ask(Question<T> question) {
    lock.lock();
    try {
      return question.ask();
    } catch (SQLException e) {
      if (trouble == null) { // once, since damage stays
        Log.error("store_read_failed", "error", e);
      }
      trouble = "the store could not be read: " + e.getMessage();
      throw new IllegalStateException(trouble, e);
    } finally {
      lock.unlock();
    }
  }

  /** What went wrong when the store was read, until the end of the process; null if nothing did. */
  String trouble() {
    return trouble;
  }

  /** A mailbox's number; empty if it has never had a message. */
  OptionalLong mailboxId(String name) {
    return ask(
        () -> {
          findMailbox.setString(1, name);
          try (ResultSet rows = findMailbox.executeQuery()) {
            return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
          }
        });
  }

  /** Queued messages of one mailbox and urgency behind a row, oldest first. */
  List<CachedEntry> queued(String mailbox, long mailboxId, int urgency, long behind, int most) {
    return ask(
        () -> {
          findQueued.setLong(1, mailboxId);
          findQueued.setInt(2, urgency);
          findQueued.setLong(3, behind);
          findQueued.setInt(4, most);
          List<CachedEntry> found = new ArrayList<>();
          try (ResultSet row = findQueued.executeQuery()) {
            while (row.next()) {
              found.add(
                  new CachedEntry(
                      mailbox,
                      row.getLong(1),
                      row.getLong(2),
                      row.getInt(7),
                      row.getString(3),
                      row.getString(4),
                      urgency,
                      row.getInt(5),
                      row.getInt(6) == 1));
            }
          }
          return found;
        });
  }

  /** A queued message of a mailbox by its id. */
  Optional<CachedEntry> queued(String mailbox, String messageId) {
    return ask(
        () -> {
          findOne.setString(1, mailbox);
          findOne.setString(2, messageId);
          try (ResultSet row = findOne.executeQuery()) {
            return row.next()
                ? Optional.of(
                    new CachedEntry(
                        mailbox,
                        row.getLong(1),
                        row.getLong(2),
                        row.getInt(7),
                        messageId,
                        row.getString(4),
                        row.getInt(3),
                        row.getInt(5),
                        row.getInt(6) == 1))
                : Optional.empty();
          }
        });
  }

  /** A message's text by its first row; empty if it is not there, or not as it was stored. */
  Optional<String> payload(long first) {
    return ask(
        () -> {
          findPayload.setLong(1, first);
          try (ResultSet row = findPayload.executeQuery()) {
            if (!row.next()) {
              return Optional.empty();
            }
            long crc =
                Digest.crc(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5));
            return row.getLong(6) == crc ? Optional.ofNullable(row.getString(5)) : Optional.empty();
          }
        });
  }

  /**
   * What is known of a message.
   *
   * @param sender who sent it
   * @param target whom the sender meant
   * @param rows where it went, by row number
   */
  record Found(String sender, String target, Map<Long, Delivery> rows) {}

  /** A message as committed. */
  Optional<Found> message(String messageId) {
    return ask(
        () -> {
          findMessage.setString(1, messageId);
          try (ResultSet row = findMessage.executeQuery()) {
            return row.next()
                ? Optional.of(
                    new Found(
                        row.getString(3), row.getString(4), rows(row.getLong(1), row.getInt(2))))
                : Optional.empty();
          }
        });
  }

  private Map<Long, Delivery> rows(long first, int rows) throws SQLException {
    findRows.setLong(1, first);
    findRows.setLong(2, first + rows - 1);
    Map<Long, Delivery> found = new LinkedHashMap<>();
    try (ResultSet row = findRows.executeQuery()) {
      while (row.next()) {
        State state = STATES[row.getInt(3)];
        Instant since = Instant.ofEpochMilli(row.getLong(4));
        found.put(
            row.getLong(1),
            new Delivery(
                row.getString(2),
                state,
                Optional.of(since).filter(when -> state != State.QUEUED),
                Optional.ofNullable(row.getString(5))));
      }
    }
    return found;
  }
}

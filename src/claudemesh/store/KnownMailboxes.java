package claudemesh.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of mailboxes and how many messages are queued in each, for those used last; the
 * others are looked up in the tables. For the writer's thread.
 */
final class KnownMailboxes {

  private static final int MOST = 20_000;

  private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);
  private final PreparedStatement find;
  private final PreparedStatement insert;
  private final PreparedStatement count;

  /** A mailbox as it stands within the transaction. */
  static final class Known {
    final long id;
    int queued;

    Known(long id, int queued) {
      this.id = id;
      this.queued = queued;
    }
  }

  KnownMailboxes(Connection connection) throws SQLException {
    find = connection.prepareStatement("SELECT id FROM mailbox WHERE name = ?");
    insert = connection.prepareStatement("INSERT INTO mailbox (name) VALUES (?)");
    count =
        connection.prepareStatement("SELECT count(*) FROM mail WHERE mailbox = ? AND state = 0");
  }

  /** A mailbox by its name, new if need be. */
  Known get(String name) throws SQLException {
    Known found = known.get(name);
    if (found == null) {
      found = look(name);
      known.put(name, found);
      if (known.size() > MOST) {
        known.remove(known.keySet().iterator().next());
      }
    }
    return found;
  }

  private Known look(String name) throws SQLException {
    find.setString(1, name);
    long id = number(find);
    if (id == 0) {
      insert.setString(1, name);
      insert.executeUpdate();
      return new Known(number(find), 0);
    }
    count.setLong(1, id);
    return new Known(id, (int) number(count));
  }

  /** One message fewer is queued. */
  void ended(String name) {
    Known found = known.get(name);
    if (found != null) {
      found.queued--;
    }
  }

  void forget() {
    known.clear();
  }

  private static long number(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}

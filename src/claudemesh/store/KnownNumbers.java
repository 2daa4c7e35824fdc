package claudemesh.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of meshes, inboxes and senders in the tables of {@link DaemonSchema}: those used last
 * at hand, the others looked up, new ones given. For the writer's thread.
 */
final class KnownNumbers {

  private static final int MOST = 20_000;

  private final Map<Object, Long> known = new LinkedHashMap<>(16, 0.75f, true);
  private final PreparedStatement findMesh;
  private final PreparedStatement addMesh;
  private final PreparedStatement findBox;
  private final PreparedStatement addBox;
  private final PreparedStatement findSender;
  private final PreparedStatement addSender;

  /** Binds what a number is looked up by, and given for. */
  @FunctionalInterface
  private interface Setting {
    void on(PreparedStatement statement) throws SQLException;
  }

  KnownNumbers(Connection connection) throws SQLException {
    findMesh = connection.prepareStatement("SELECT no FROM mesh WHERE name = ?");
    addMesh = connection.prepareStatement("INSERT INTO mesh (name) VALUES (?) RETURNING no");
    findBox =
        connection.prepareStatement("SELECT no FROM box WHERE mesh = ? AND key = ? AND kind = ?");
    addBox =
        connection.prepareStatement(
            "INSERT INTO box (mesh, key, kind) VALUES (?, ?, ?) RETURNING no");
    findSender =
        connection.prepareStatement(
            "SELECT no FROM sender WHERE key = ? AND member_key IS ? AND name IS ?");
    addSender =
        connection.prepareStatement(
            "INSERT INTO sender (key, member_key, name) VALUES (?, ?, ?) RETURNING no");
  }

  long mesh(String name) throws SQLException {
    return get(name, findMesh, addMesh, statement -> statement.setString(1, name));
  }

  long box(InboxRecipient recipient) throws SQLException {
    long mesh = mesh(recipient.mesh());
    return get(
        recipient,
        findBox,
        addBox,
        statement -> {
          statement.setLong(1, mesh);
          statement.setString(2, recipient.key());
          statement.setInt(3, recipient.kind().ordinal());
        });
  }

  long sender(InboxSender sender) throws SQLException {
    return get(
        sender,
        findSender,
        addSender,
        statement -> {
          statement.setString(1, sender.key());
          Columns.set(statement, 2, sender.memberKey());
          Columns.set(statement, 3, sender.name());
        });
  }

  private long get(Object key, PreparedStatement find, PreparedStatement add, Setting setting)
      throws SQLException {
    Long number = known.get(key);
    if (number != null) {
      return number;
    }
    setting.on(find);
    number = Columns.number(find);
    if (number == null) {
      setting.on(add);
      number = Columns.number(add);
    }
    known.put(key, number);
    if (known.size() > MOST) {
      known.remove(known.keySet().iterator().next());
    }
    return number;
  }

  /** The transaction that gave some of them was rolled back. */
  void forget() {
    known.clear();
  }
}

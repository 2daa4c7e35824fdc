package claudemesh.store;

import claudemesh.store.GroupCommit.WhenFull;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What meshes know, in the table {@code fact} of {@link BrokerSchema}. A change is told {@link
 * Saved.Done} once its transaction is synced. It never waits: while too much is under way it fails.
 */
final class SqliteMeshStateStore implements MeshStateStore {

  private static final String COLUMNS = "SELECT mesh, kind, key, value, set_by, set_at FROM fact";

  private final GroupCommit commits;
  private final PreparedStatement upsert;
  private final PreparedStatement delete;

  private final ReentrantLock reading;
  private final PreparedStatement findAll;
  private final PreparedStatement findOne;
  private boolean closed;

  /** Something to do to the table. */
  @FunctionalInterface
  private interface Work {
    void run() throws SQLException;
  }

  SqliteMeshStateStore(GroupCommit commits, Database database) throws SQLException {
    this.commits = commits;
    this.reading = database.reading();
    Connection writer = database.writer();
    Connection reader = database.reader();
    upsert =
        writer.prepareStatement(
            "INSERT INTO fact (mesh, kind, key, value, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (mesh, kind, key) DO UPDATE SET"
                + " value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at");
    delete = writer.prepareStatement("DELETE FROM fact WHERE mesh = ? AND kind = ? AND key = ?");
    findAll = reader.prepareStatement(COLUMNS + " WHERE mesh = ? AND kind = ? ORDER BY no");
    findOne = reader.prepareStatement(COLUMNS + " WHERE mesh = ? AND kind = ? AND key = ?");
  }

  @Override
  public List<MeshFact> all(String mesh, String kind) {
    return read(findAll, mesh, kind);
  }

  @Override
  public Optional<MeshFact> find(String mesh, String kind, String key) {
    return read(findOne, mesh, kind, key).stream().findFirst();
  }

  private List<MeshFact> read(PreparedStatement query, String... values) {
    reading.lock();
    try {
      List<MeshFact> facts = new ArrayList<>();
      if (closed) {
        return facts;
      }
      bind(query, values);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          facts.add(fact(rows));
        }
      }
      return facts;
    } catch (SQLException e) {
      throw new IllegalStateException("the store could not be read: " + e.getMessage(), e);
    } finally {
      reading.unlock();
    }
  }

  private static MeshFact fact(ResultSet row) throws SQLException {
    return new MeshFact(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)));
  }

  private static void bind(PreparedStatement statement, String... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setString(i + 1, values[i]);
    }
  }

  @Override
  public void put(MeshFact fact, Consumer<Saved> outcome) {
    Work work =
        () -> {
          bind(upsert, fact.mesh(), fact.kind(), fact.key(), fact.value(), fact.by());
          upsert.setLong(6, fact.at().toEpochMilli());
          upsert.executeUpdate();
        };
    submit(work, fact.value().length(), outcome);
  }

  @Override
  public void remove(String mesh, String kind, String key, Consumer<Saved> outcome) {
    Work work =
        () -> {
          bind(delete, mesh, kind, key);
          delete.executeUpdate();
        };
    submit(work, 0, outcome);
  }

  private void submit(Work work, int chars, Consumer<Saved> outcome) {
    if (!commits.submit(new FactChange(work, outcome), chars, WhenFull.REFUSE)) {
      outcome.accept(new Saved.Failed("the store is closed, or too much is under way"));
    }
  }

  private static final class FactChange implements Change {
    private final Work work;
    private final Consumer<Saved> consumer;
    private Saved saved = new Saved.Done();

    FactChange(Work work, Consumer<Saved> consumer) {
      this.work = work;
      this.consumer = consumer;
    }

    @Override
    public void write() throws SQLException {
      work.run();
    }

    @Override
    public void rolledBack(String why) {
      saved = new Saved.Failed(why);
    }

    @Override
    public void tell() {
      consumer.accept(saved);
    }
  }

  /** From now on nothing is found any more, so that the database can be closed. */
  void readNoMore() {
    reading.lock();
    try {
      closed = true;
    } finally {
      reading.unlock();
    }
  }
}

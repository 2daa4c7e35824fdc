package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Log;
import claudemesh.store.GroupCommit.WhenFull;
import claudemesh.time.Waiting;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one writer, with changes that fail in every way. */
final class GroupCommitTest implements Transactions {

  @TempDir Path dir;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> transactions = new CopyOnWriteArrayList<>();
  private Database database;
  private GroupCommit commits;

  @Override
  public void committed() {
    transactions.add("committed");
  }

  @Override
  public void rolledBack() {
    transactions.add("rolled back");
  }

  @BeforeEach
  void open() throws Exception {
    Log.configure(Log.Level.OFF, false, OutputStream.nullOutputStream());
    database = Database.open(dir.resolve("test.db"), BrokerSchema.LAYOUT);
    commits = new GroupCommit(database.writer(), this, "test");
  }

  @AfterEach
  void close() {
    commits.close();
    database.close();
    Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
  }

  /** Something done to the database. */
  private interface Work {
    void run(Statement statement) throws SQLException;
  }

  /** Writes a row of its name, does some work, and notes how it ended. */
  private final class Noting implements Change {
    private final String name;
    private final Work work;
    private String ended = "never ended";

    Noting(String name, Work work) {
      this.name = name;
      this.work = work;
    }

    @Override
    public void write() throws SQLException {
      try (Statement statement = database.writer().createStatement()) {
        statement.execute("INSERT INTO mailbox (name) VALUES ('" + name + "')");
        work.run(statement);
      }
    }

    @Override
    public void committed() {
      ended = "committed";
    }

    @Override
    public void rolledBack(String why) {
      ended = "rolled back";
    }

    @Override
    public void tell() {
      told.add(name + " " + ended);
    }
  }

  private void submit(String name, Work work) {
    assertTrue(commits.submit(new Noting(name, work), 1, WhenFull.WAIT));
  }

  /** Keeps the writer busy, so that what follows comes into one transaction. */
  private CountDownLatch busy(String name) {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch writing = new CountDownLatch(1);
    submit(
        name,
        statement -> {
          writing.countDown();
          await(go);
        });
    await(writing);
    return go;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitTold(String name) {
    while (told.stream().noneMatch(line -> line.startsWith(name + " "))) {
      Waiting.step();
    }
  }

  private int rows() throws SQLException {
    try (Connection reader = database.reader()) {
      return Layout.number(reader, "SELECT count(*) FROM mailbox");
    }
  }

  @Test
  void whatComesWhileTheWriterIsBusySharesOneTransactionAndIsToldInOrder() throws Exception {
    CountDownLatch go = busy("first");
    submit("a", statement -> {});
    submit("b", statement -> {});
    submit("c", statement -> {});
    go.countDown();
    commits.close();
    assertEquals(List.of("first committed", "a committed", "b committed", "c committed"), told);
    assertEquals(List.of("committed", "committed"), transactions);
    assertEquals(4, rows());
  }

  @Test
  void oneFailureTakesBackTheWholeTransactionAndTheNextGoesOn() throws Exception {
    CountDownLatch go = busy("first");
    submit("a", statement -> {});
    submit("b", statement -> statement.execute("no such statement"));
    go.countDown();
    awaitTold("b");
    submit("c", statement -> {});
    commits.close();
    assertEquals(List.of("first committed", "a rolled back", "b rolled back", "c committed"), told);
    assertEquals(List.of("committed", "rolled back", "committed"), transactions);
    assertEquals(2, rows());
  }

  @Test
  void aTransactionThatTheDatabaseEndedByItselfIsBegunAnew() throws Exception {
    submit(
        "ended",
        statement -> {
          statement.execute("ROLLBACK"); // as it does itself when the disk is full
          throw new SQLException("disk full");
        });
    awaitTold("ended");
    CountDownLatch go = busy("first");
    submit("a", statement -> {});
    submit("b", statement -> statement.execute("no such statement"));
    submit("c", statement -> {});
    go.countDown();
    commits.close();
    assertEquals(
        List.of(
            "ended rolled back",
            "first committed",
            "a rolled back",
            "b rolled back",
            "c rolled back"),
        told);
    assertEquals(1, rows());
  }

  @Test
  void evenAnErrorIsTold() {
    submit(
        "a",
        statement -> {
          throw new OutOfMemoryError("as a test says");
        });
    awaitTold("a");
    submit("b", statement -> {});
    commits.close();
    assertEquals(List.of("a rolled back", "b committed"), told);
  }

  @Test
  void whoMayNotWaitIsRefusedWhileTooMuchIsUnderWay() {
    CountDownLatch go = busy("first");
    Change small = new Noting("small", statement -> {});
    assertTrue(commits.submit(new Noting("large", statement -> {}), 1 << 30, WhenFull.REFUSE));
    assertFalse(commits.submit(small, 1, WhenFull.REFUSE));
    assertTrue(commits.submit(small, 1, WhenFull.TAKE));
    go.countDown();
    commits.close();
    assertEquals(List.of("first committed", "large committed", "small committed"), told);
    assertFalse(commits.submit(small, 1, WhenFull.TAKE), "it is closed");
  }

  @Test
  void whoMayWaitsUntilThereIsRoom() throws Exception {
    CountDownLatch go = busy("first");
    assertTrue(commits.submit(new Noting("large", statement -> {}), 1 << 30, WhenFull.REFUSE));
    Thread waiting = Thread.ofPlatform().start(() -> submit("waited", statement -> {}));
    while (waiting.getState() != Thread.State.WAITING) {
      Waiting.step();
    }
    go.countDown();
    waiting.join();
    commits.close();
    assertEquals(List.of("first committed", "large committed", "waited committed"), told);
  }
}

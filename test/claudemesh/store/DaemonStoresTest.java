package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Log;
import claudemesh.store.InboxRows.Order;
import claudemesh.store.InboxRows.Part;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** How the daemon's stores meet files that are not sound, disks that fail, and long inboxes. */
final class DaemonStoresTest {

  private static final int MANY = 40;

  @TempDir Path dir;

  private final TestClock time = new TestClock();

  // What a damaged file makes the log say is expected here.
  @BeforeEach
  void logNowhere() {
    Log.configure(Log.Level.WARN, false, new ByteArrayOutputStream());
  }

  @AfterEach
  void logAgain() {
    Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
  }

  private DaemonStores open() throws IOException {
    return DaemonStores.open(dir, time, DaemonStoreProcess.LIMITS);
  }

  private Path file() {
    return dir.resolve("daemon.db");
  }

  private static void append(DaemonStores stores, String clientId, int number) {
    CompletableFuture<Enqueued> out = new CompletableFuture<>();
    stores.outbox().append(DaemonStoreProcess.outgoing(clientId, number), out::complete);
    assertInstanceOf(Enqueued.Stored.class, OutboxStoreTest.now(out));
    CompletableFuture<Received> in = new CompletableFuture<>();
    stores.inbox().append(DaemonStoreProcess.incoming(clientId), in::complete);
    assertInstanceOf(Received.Stored.class, OutboxStoreTest.now(in));
  }

  private void some() throws IOException {
    try (DaemonStores stores = open()) {
      for (int i = 0; i < MANY; i++) {
        append(stores, "c" + i, i);
      }
    }
  }

  private Connection connect() throws SQLException {
    return JDBC.createConnection("jdbc:sqlite:" + file(), new Properties());
  }

  private void change(String command) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  private void assertRefused(String... words) {
    String message = assertThrows(IOException.class, this::open).getMessage();
    assertTrue(message.contains(file().toString()), message);
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  // ── damage ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aTruncatedFileIsRefusedWithItsNameAndTheCure() throws IOException {
    some();
    byte[] whole = Files.readAllBytes(file());
    for (int length : new int[] {0, 99, 4_096, whole.length / 2, whole.length - 1}) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertRefused("is damaged", "put a good copy", "without its messages");
    }
  }

  @Test
  void theBrokersStoreIsNotTakenForTheDaemons() throws IOException {
    DurableStores.open(dir, time, MailboxLimits.DEFAULT).close();
    Files.move(dir.resolve("broker.db"), file());
    assertRefused("not one of claudemesh for messages");
  }

  @Test
  void rowsThatNoIndexFindsAreRefused() throws Exception {
    some();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA writable_schema = 1");
      // A row that is written while its index is not known is missing there.
      statement.execute(
          "UPDATE sqlite_schema SET sql = replace(sql, 'seen_at IS NULL', 'seen_at IS NOT NULL')"
              + " WHERE name = 'unread_of_box'");
    }
    change("UPDATE inbox SET seen_at = 1 WHERE no = 7");
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA writable_schema = 1");
      statement.execute(
          "UPDATE sqlite_schema SET sql = replace(sql, 'seen_at IS NOT NULL', 'seen_at IS NULL')"
              + " WHERE name = 'unread_of_box'");
    }
    assertRefused("is damaged", "unread_of_box");
  }

  @Test
  void pendingMessagesWithoutTextAreRefused() throws Exception {
    some();
    change("UPDATE outbox SET text = NULL WHERE no = 3");
    assertRefused("1 rows of its outbox lack a text or an end");
  }

  @Test
  void aTextThatChangedOnDiskIsNeitherSentNorShown() throws Exception {
    some();
    change("UPDATE outbox SET text = 'other' WHERE client_message_id = 'c3'");
    change("UPDATE inbox SET body = 'other' WHERE client_message_id = 'c5'");
    try (DaemonStores stores = open()) {
      List<OutboxRow> claimed = stores.outbox().claim(DaemonStoreProcess.VIA, 100);
      assertEquals(MANY - 1, claimed.size());
      CompletableFuture<Enqueued> behind = new CompletableFuture<>();
      stores.outbox().append(DaemonStoreProcess.outgoing("later", 0), behind::complete);
      OutboxStoreTest.now(behind); // by then what was decided before is on disk
      OutboxRow dead = stores.outbox().findByClientId("c3").getFirst();
      assertEquals(OutboxStatus.DEAD, dead.status());
      assertEquals(Optional.of("its text is damaged on disk"), dead.lastError());
      assertEquals(MANY - 1, stores.inbox().newest(InboxFilter.ALL, 100).size());
    }
  }

  @Test
  void aFlippedBitIsReportedOrHarmless() throws IOException {
    some();
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(4712);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), damaged);
      refused += isRefusedOrShowsNothingWrong() ? 1 : 0;
    }
    assertTrue(refused > 0, "some flips must hit something that matters");
  }

  private boolean isRefusedOrShowsNothingWrong() {
    try (DaemonStores stores = open()) {
      for (OutboxRow row : stores.outbox().claim(DaemonStoreProcess.VIA, 100)) {
        String clientId = row.message().clientMessageId();
        assertEquals(DaemonStoreProcess.text(clientId), row.message().text());
      }
      for (InboxRow row : stores.inbox().newest(InboxFilter.ALL, 100)) {
        String clientId = row.message().clientMessageId().orElseThrow();
        assertEquals(
            new InboxContent.Readable(DaemonStoreProcess.text(clientId), true).body(),
            ((InboxContent.Readable) row.message().content()).body());
      }
      return false;
    } catch (IOException e) {
      assertTrue(e.getMessage().contains(file().toString()), e.getMessage());
      return true;
    }
  }

  @Test
  void aFolderThatCannotBeHadIsNamed() throws IOException {
    Path folder = Files.writeString(dir.resolve("file"), "not a folder").resolve("daemon");
    String message =
        assertThrows(IOException.class, () -> DaemonStores.open(folder, time, DaemonLimits.DEFAULT))
            .getMessage();
    assertTrue(message.contains(folder + "/daemon.db cannot be used"), message);
    assertTrue(message.contains("must belong to this user and be writable"), message);
  }

  // ── a disk that refuses for a while ──────────────────────────────────────────────────────────

  private void refuse(String what) throws SQLException {
    change(
        "CREATE TRIGGER refused BEFORE "
            + what
            + " BEGIN SELECT RAISE(ABORT, 'as a test says'); END");
  }

  private static void assertFails(CompletableFuture<?> future) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> OutboxStoreTest.now(future));
    IOException cause = assertInstanceOf(IOException.class, failure.getCause());
    assertTrue(cause.getMessage().contains("the store could not write"), cause.getMessage());
  }

  @Test
  void whatWasSettledIsWrittenWhenTheDiskTakesItAgain() throws Exception {
    try (DaemonStores stores = open()) {
      append(stores, "c", 0);
      String id = stores.outbox().claim(DaemonStoreProcess.VIA, 1).getFirst().id();
      refuse("UPDATE ON outbox");
      assertFails(stores.outbox().settle(id, "b"));
      assertEquals(OutboxStatus.INFLIGHT, stores.outbox().find(id).orElseThrow().status());
      assertEquals(List.of(), stores.outbox().claim(DaemonStoreProcess.VIA, 1));
      stores.outbox().sweep(dead -> {});
      assertEquals(OutboxStatus.INFLIGHT, stores.outbox().find(id).orElseThrow().status());
      change("DROP TRIGGER refused");
      stores.outbox().sweep(dead -> {});
      assertEquals(OutboxStatus.DONE, stores.outbox().find(id).orElseThrow().status());
    }
  }

  @Test
  void whatCouldNotBeDroppedOrGivenUpWaitsAgain() throws Exception {
    try (DaemonStores stores = open()) {
      append(stores, "c", 0);
      String id = stores.outbox().findByClientId("c").getFirst().id();
      refuse("UPDATE ON outbox");
      assertFails(stores.outbox().drop(id, "user"));
      time.advance(DaemonStoreProcess.LIMITS.outbox().maxAge().plusMillis(1));
      assertEquals(0, stores.outbox().sweep(dead -> {}));
      change("DROP TRIGGER refused");
      assertEquals(1, stores.outbox().claim(DaemonStoreProcess.VIA, 9).size());
    }
  }

  @Test
  void aMessageThatCouldNotBeKeptIsRefusedAndTakenLater() throws Exception {
    try (DaemonStores stores = open()) {
      refuse("INSERT ON inbox");
      CompletableFuture<Received> in = new CompletableFuture<>();
      stores.inbox().append(DaemonStoreProcess.incoming("c"), in::complete);
      assertInstanceOf(Received.Refused.class, OutboxStoreTest.now(in));
      change("DROP TRIGGER refused");
      append(stores, "c", 0);
      assertEquals(1, stores.inbox().lastPosition());
    }
  }

  @Test
  void whatWasSentBehindAMessageThatCouldNotBeKeptDoesNotOvertakeIt() throws Exception {
    try (DaemonStores stores = open()) {
      append(stores, "first", 0);
      refuse("INSERT ON inbox");
      assertRefused(stores, "second");
      assertRefused(stores, "third");
      change("DROP TRIGGER refused");
      assertRefused(stores, "third");
      assertRefused(stores, "fourth");
      assertInstanceOf(Received.Stored.class, arrived(stores, fromAnother("fifth")));
      // As the broker brings them again.
      for (String id : List.of("second", "third", "fourth")) {
        assertInstanceOf(
            Received.Stored.class, arrived(stores, DaemonStoreProcess.incoming(id)), id);
      }
      assertEquals(
          List.of("first", "fifth", "second", "third", "fourth"),
          stores.inbox().after(InboxFilter.ALL, 0, 9).stream()
              .map(row -> row.message().clientMessageId().orElseThrow())
              .toList());
    }
  }

  @Test
  void aMessageThatItsBrokerNeverBringsAgainHoldsNothingBackForEver() throws Exception {
    try (DaemonStores stores = open()) {
      refuse("INSERT ON inbox");
      assertRefused(stores, "lost");
      change("DROP TRIGGER refused");
      assertRefused(stores, "next");
      time.advance(RefusedArrivals.PATIENCE.plusMillis(1));
      assertInstanceOf(Received.Stored.class, arrived(stores, DaemonStoreProcess.incoming("next")));
    }
  }

  private static void assertRefused(DaemonStores stores, String id) {
    assertInstanceOf(Received.Refused.class, arrived(stores, DaemonStoreProcess.incoming(id)), id);
  }

  private static Received arrived(DaemonStores stores, NewIncoming message) {
    CompletableFuture<Received> told = new CompletableFuture<>();
    stores.inbox().append(message, told::complete);
    return OutboxStoreTest.now(told);
  }

  private static NewIncoming fromAnother(String id) {
    NewIncoming message = DaemonStoreProcess.incoming(id);
    return new NewIncoming(
        message.recipient(),
        new InboxSender("another key", Optional.of("another member"), Optional.empty()),
        message.clientMessageId(),
        message.brokerMessageId(),
        message.topic(),
        message.replyToId(),
        message.priority(),
        message.createdAt(),
        message.content());
  }

  @Test
  void afterClosingNothingIsTakenAndNothingFound() throws IOException {
    DaemonStores stores = open();
    append(stores, "c", 0);
    stores.close();
    stores.close();
    CompletableFuture<Enqueued> out = new CompletableFuture<>();
    stores.outbox().append(DaemonStoreProcess.outgoing("d", 0), out::complete);
    assertEquals(new Enqueued.Refused("the store is closed"), OutboxStoreTest.now(out));
    assertEquals(List.of(), stores.outbox().list(OutboxQuery.newest(9)));
    assertEquals(List.of(), stores.inbox().newest(InboxFilter.ALL, 9));
    assertThrows(
        CompletionException.class,
        () -> OutboxStoreTest.now(stores.inbox().clear(InboxFilter.ALL)));
    assertEquals(0, stores.inbox().sweep());
  }

  // ── long inboxes ─────────────────────────────────────────────────────────────────────────────

  @Test
  void listsSearchAnIndexInItsOrderAndReadNoOtherRow() throws Exception {
    some();
    for (String column : List.of("box", "mesh")) {
      for (boolean unread : new boolean[] {false, true}) {
        InboxFilter filter =
            new InboxFilter(InboxScope.ALL, unread, Optional.of("key"), Optional.of(Instant.EPOCH));
        for (Order order : Order.values()) {
          List<String> plan = plan(InboxRows.numbersQuery(new Part(column, 1), filter, order));
          String index = (unread ? "unread_of_" : "inbox_of_") + column;
          assertEquals(
              "SEARCH inbox USING COVERING INDEX "
                  + index
                  + " ("
                  + column
                  + "=? AND no>? AND no<?)",
              plan.getFirst());
          assertTrue(plan.stream().noneMatch(step -> step.contains("TEMP B-TREE FOR ORDER")));
        }
      }
    }
  }

  private List<String> plan(String query) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("EXPLAIN QUERY PLAN " + query)) {
      while (row.next()) {
        steps.add(row.getString("detail"));
      }
    }
    return steps;
  }

  @Test
  void manySendersNothingIsLeftOfAreDroppedAtTheNextOpening() throws Exception {
    some();
    change(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)"
            + " INSERT INTO sender (key) SELECT 'gone ' || i FROM n");
    try (DaemonStores stores = open()) {
      assertEquals(MANY, stores.inbox().newest(InboxFilter.ALL, 100).size());
    }
    try (Connection connection = connect()) {
      assertEquals(1, Layout.number(connection, "SELECT count(*) FROM sender"));
    }
  }

  @Test
  void finishedMessagesAreForgottenInPieces() throws Exception {
    try (DaemonStores stores = open()) {
      List<CompletableFuture<Enqueued>> told = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        CompletableFuture<Enqueued> out = new CompletableFuture<>();
        stores.outbox().append(DaemonStoreProcess.outgoing("c" + i, i), out::complete);
        told.add(out);
      }
      told.forEach(OutboxStoreTest::now);
      time.advance(DaemonStoreProcess.LIMITS.outbox().maxAge().plusMillis(1));
      assertEquals(5_000, stores.outbox().sweep(dead -> {}));
      time.advance(DaemonStoreProcess.LIMITS.outbox().retention().plus(Duration.ofMillis(1)));
      stores.outbox().sweep(dead -> {});
      assertEquals(0, stores.outbox().counts().get(OutboxStatus.DEAD));
    }
  }
}

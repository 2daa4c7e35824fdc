package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Log;
import claudemesh.store.MessageStatus.State;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.JDBC;

/**
 * What only a store on disk promises: what outlives it, and how it meets files that are not sound.
 */
final class DurableStoresTest {

  private static final MailboxLimits LIMITS =
      new MailboxLimits(10_000, 10_000, 1 << 30, Duration.ofDays(30), 10_000);

  @TempDir Path dir;

  private final TestClock time = new TestClock();

  private DurableStores open() throws IOException {
    return DurableStores.open(dir, time, LIMITS);
  }

  private Path file() {
    return dir.resolve("broker.db");
  }

  private static Appended append(DurableStores stores, String id, String... boxes) {
    return append(stores, id, 0, boxes);
  }

  private static Appended append(DurableStores stores, String id, int urgency, String... boxes) {
    NewMessage message =
        new NewMessage(
            id,
            "sender",
            Optional.of("client " + id),
            "target",
            urgency,
            List.of(boxes),
            "payload " + id,
            Instant.EPOCH);
    return MailboxStoreContract.appended(stores.mailboxes(), message).join();
  }

  private static List<String> claim(DurableStores stores, String box, int most) {
    Claim claim = new Claim(box, "me", Duration.ofSeconds(30), 2, most, 1 << 30);
    return stores.mailboxes().claim(claim).stream()
        .map(
            message -> {
              assertEquals("payload " + message.messageId(), message.payload());
              return message.messageId();
            })
        .toList();
  }

  // ── what outlives it ─────────────────────────────────────────────────────────────────────────

  @Test
  void everythingButWhoHoldsWhatOutlivesTheProcess() throws IOException {
    try (DurableStores stores = open()) {
      append(stores, "1", "a");
      append(stores, "2", "a", "b");
      append(stores, "3", "a");
      claim(stores, "a", 2);
      stores.mailboxes().settle("a", "2");
    }
    try (DurableStores stores = open()) {
      assertEquals(new Appended.Duplicate("2"), append(stores, "2", "a"));
      append(stores, "4", "a");
      assertEquals(List.of("1", "3", "4"), claim(stores, "a", 9));
      assertEquals(List.of("2"), claim(stores, "b", 9));
      MessageStatus status = stores.mailboxes().status("2").orElseThrow();
      assertEquals("sender", status.sender());
      assertEquals("target", status.target());
      assertEquals(
          List.of(State.DELIVERED, State.QUEUED),
          status.deliveries().stream().map(MessageStatus.Delivery::state).toList());
    }
  }

  @Test
  void limitsCountWhatWasThereBefore() throws IOException {
    try (DurableStores stores = open()) {
      append(stores, "1", "a");
      append(stores, "2", "a");
    }
    MailboxLimits two = new MailboxLimits(2, 3, 1_000, Duration.ofDays(30), 1);
    try (DurableStores stores = DurableStores.open(dir, time, two)) {
      assertInstanceOf(Appended.Refused.class, append(stores, "3", "a"));
      assertInstanceOf(Appended.Stored.class, append(stores, "4", "b"));
      assertInstanceOf(Appended.Refused.class, append(stores, "5", "b"));
    }
  }

  @Test
  void aLongQueueIsReadInPiecesAndInOrderWhileMoreComes() throws IOException {
    try (DurableStores stores = open()) {
      List<String> expected = new ArrayList<>();
      List<String> received = new ArrayList<>();
      assertEquals(List.of(), claim(stores, "a", 1)); // from here on the mailbox is in use
      List<Runnable> waits = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        String id = "m" + i;
        expected.add(id);
        NewMessage message =
            new NewMessage(
                id,
                "sender",
                Optional.empty(),
                "t",
                i % 3,
                List.of("a"),
                "payload " + id,
                Instant.EPOCH);
        waits.add(MailboxStoreContract.appended(stores.mailboxes(), message)::join);
        if (i % 500 == 499) {
          waits.forEach(Runnable::run);
          takeSome(stores, received, 100);
        }
      }
      for (int before = -1; before != received.size(); ) {
        before = received.size();
        takeSome(stores, received, 170);
      }
      assertEquals(expected, received);
    }
  }

  private static void takeSome(DurableStores stores, List<String> received, int most) {
    List<String> some = claim(stores, "a", most);
    some.forEach(id -> assertTrue(stores.mailboxes().settle("a", id)));
    received.addAll(some);
  }

  @Test
  void aMailboxPutAwayIsFoundAgainWithoutWhatWasJustSettled() throws IOException {
    try (DurableStores stores = open()) {
      for (int i = 0; i < 300; i++) {
        append(stores, "m" + i, 1, "a");
      }
      for (int i = 0; i < 300; i++) {
        assertEquals(List.of("m" + i), claim(stores, "a", 1));
        stores.mailboxes().settle("a", "m" + i);
        stores.mailboxes().release("a", "me"); // perhaps before the settlement is on disk
      }
      assertEquals(List.of(), claim(stores, "a", 1));
    }
  }

  @Test
  void anyTextComesBackAsItWas() throws IOException {
    String text = "\u0000 zero, ' quote, \uD83D\uDE00 and " + "long ".repeat(100_000);
    NewMessage message =
        new NewMessage("1", "s'", Optional.of("\u0000"), "", 0, List.of("a"), text, Instant.EPOCH);
    try (DurableStores stores = open()) {
      MailboxStoreContract.appended(stores.mailboxes(), message).join();
    }
    try (DurableStores stores = open()) {
      Claim claim = new Claim("a", "me", Duration.ofSeconds(30), 2, 1, 1);
      assertEquals(text, stores.mailboxes().claim(claim).getFirst().payload());
      assertEquals(
          new Appended.Duplicate("1"),
          MailboxStoreContract.appended(stores.mailboxes(), message).join());
    }
  }

  @Test
  void oldMailDiesInPiecesAndLeavesTheRest() throws IOException {
    try (DurableStores stores = open()) {
      List<Runnable> waits = new ArrayList<>();
      for (int i = 0; i < 4_500; i++) {
        NewMessage message =
            new NewMessage(
                "m" + i,
                "sender",
                Optional.empty(),
                "t",
                0,
                List.of("a"),
                "payload m" + i,
                i < 4_400 ? Instant.EPOCH : Instant.EPOCH.plusSeconds(3_600));
        waits.add(MailboxStoreContract.appended(stores.mailboxes(), message)::join);
      }
      waits.forEach(Runnable::run);
      assertEquals(10, claim(stores, "a", 10).size());
      time.advance(LIMITS.retention().plusMillis(1));
      assertEquals(4_400, stores.mailboxes().expire());
      assertEquals(0, stores.mailboxes().expire());
      assertEquals("m4400", claim(stores, "a", 1_000).getFirst());
      time.advance(Duration.ofHours(1));
      assertEquals(100, stores.mailboxes().expire());
      assertEquals(List.of(), claim(stores, "a", 1_000));
    }
  }

  @Test
  void whoSettlesFasterThanTheDiskWritesGetsNothingMoreForAWhile() throws Exception {
    List<String> boxes = IntStream.range(0, 33_000).mapToObj(i -> "box" + i).toList();
    try (DurableStores stores = open();
        Connection other = connect()) {
      append(stores, "1", boxes.toArray(String[]::new));
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.execute("UPDATE mailbox SET name = name WHERE id = 1"); // the writer must wait
      }
      int claimed = 0;
      while (!claim(stores, boxes.get(claimed), 1).isEmpty()) {
        assertTrue(stores.mailboxes().settle(boxes.get(claimed), "1"));
        claimed++;
      }
      assertTrue(claimed > 30_000, "only " + claimed);
      assertEquals(Set.of(), stores.mailboxes().reclaim());
      other.rollback();
      Set<String> freed = stores.mailboxes().reclaim();
      while (freed.isEmpty()) {
        Thread.onSpinWait();
        freed = stores.mailboxes().reclaim();
      }
      assertEquals(Set.of(boxes.get(claimed)), freed);
      assertEquals(List.of("1"), claim(stores, boxes.get(claimed), 1));
    }
  }

  private static NewMessage behind(String id, String target, String log, String after) {
    return new NewMessage(
        id,
        "sender",
        Optional.of("client " + id),
        target,
        0,
        List.of("a"),
        "payload " + id,
        Instant.EPOCH,
        Optional.ofNullable(log),
        Optional.ofNullable(after).map(before -> "client " + before));
  }

  private static Appended append(DurableStores stores, NewMessage message) {
    return MailboxStoreContract.appended(stores.mailboxes(), message).join();
  }

  @Test
  void nothingOvertakesWhatCouldNotBeKept() throws Exception {
    try (DurableStores stores = open()) {
      append(stores, behind("0", "good", null, null));
      change(
          "CREATE TRIGGER bad_sector BEFORE INSERT ON mail WHEN NEW.target = 'bad'"
              + " BEGIN SELECT RAISE(ABORT, 'bad sector'); END");
      quietly(
          () -> {
            Appended failed = append(stores, behind("1", "bad", null, "0"));
            assertTrue(failed.toString().contains("bad sector"), failed.toString());
          });
      assertInstanceOf(Appended.Failed.class, append(stores, behind("2", "good", null, "1")));
      assertInstanceOf(Appended.Failed.class, append(stores, behind("3", "good", null, "2")));
      NewMessage unrelated = behind("4", "good", null, null);
      assertInstanceOf(Appended.Stored.class, append(stores, unrelated));
      change("DROP TRIGGER bad_sector");
      assertInstanceOf(Appended.Failed.class, append(stores, behind("3", "good", null, "2")));
      for (String[] again : new String[][] {{"1", null}, {"2", "1"}, {"3", "2"}}) {
        NewMessage message = behind(again[0], "good", null, again[1]);
        assertInstanceOf(Appended.Stored.class, append(stores, message), again[0]);
      }
      assertEquals(List.of("0", "4", "1", "2", "3"), claim(stores, "a", 9));
    }
  }

  @Test
  void logsAndWhatWasReadOutliveTheProcess() throws IOException {
    try (DurableStores stores = open()) {
      append(stores, behind("1", "t", "log", null));
      append(stores, behind("2", "t", "log", null));
      stores.mailboxes().settle("a", "1");
      stores.mailboxes().markRead("a", "1");
    }
    try (DurableStores stores = open()) {
      List<StoredMessage> history = stores.mailboxes().history("log", 9, Optional.empty());
      assertEquals(List.of("1", "2"), history.stream().map(StoredMessage::messageId).toList());
      assertEquals("payload 2", history.getLast().payload());
      MessageStatus status = stores.mailboxes().status("1").orElseThrow();
      assertEquals(State.READ, status.deliveries().getFirst().state());
      assertEquals(List.of("2"), claim(stores, "a", 9));
    }
  }

  @Test
  void aTextOfALogThatChangedOnDiskIsReportedNotHandedOn() throws Exception {
    try (DurableStores stores = open()) {
      append(stores, behind("1", "t", "log", null));
      append(stores, behind("2", "t", "log", null));
    }
    change("UPDATE post SET payload = 'payload 3' WHERE message_id = '1'");
    try (DurableStores stores = open()) {
      String log =
          logged(
              () -> {
                List<StoredMessage> left = stores.mailboxes().history("log", 9, Optional.empty());
                assertEquals(List.of("2"), left.stream().map(StoredMessage::messageId).toList());
              });
      assertTrue(log.contains("store_post_damaged"), log);
    }
  }

  @Test
  void afterClosingNothingIsTakenAndNothingFound() throws IOException {
    DurableStores stores = open();
    append(stores, "1", "a");
    stores.mailboxes().close();
    stores.close();
    assertEquals(new Appended.Failed("the store is closed"), append(stores, "2", "a"));
    assertEquals(List.of(), claim(stores, "a", 9));
    assertEquals(Optional.empty(), stores.mailboxes().status("1"));
    assertEquals(0, stores.mailboxes().expire());
    assertEquals(0, stores.mailboxes().discard("a", "why"));
    assertEquals(List.of(), stores.mailboxes().history("log", 9, Optional.empty()));
    assertEquals(List.of(), stores.meshState().all("mesh", "state"));
  }

  @Test
  void anOutcomeThatThrowsKeepsNobodyElseFromHearing() throws IOException {
    try (DurableStores stores = open()) {
      NewMessage message =
          new NewMessage("1", "s", Optional.empty(), "", 0, List.of("a"), "p", Instant.EPOCH);
      quietly(
          () -> {
            stores
                .mailboxes()
                .append(
                    message,
                    outcome -> {
                      throw new IllegalStateException("as a test does");
                    });
            assertInstanceOf(Appended.Stored.class, append(stores, "2", "a"));
          });
    }
  }

  // ── files that are not sound ─────────────────────────────────────────────────────────────────

  private String refusal() {
    return assertThrows(IOException.class, this::open).getMessage();
  }

  private void assertRefused(String... words) throws IOException {
    byte[] before = Files.readAllBytes(file());
    String message = refusal();
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
    assertTrue(message.contains(file().toString()), message);
    assertEquals(
        ByteBuffer.wrap(before),
        ByteBuffer.wrap(Files.readAllBytes(file())),
        "it is left as found");
  }

  private void someMail() throws IOException {
    try (DurableStores stores = open()) {
      for (int i = 0; i < 60; i++) {
        append(stores, "m" + i, "a");
      }
    }
  }

  @Test
  void anEmptyOrTruncatedFileIsRefused() throws IOException {
    someMail();
    byte[] whole = Files.readAllBytes(file());
    for (int length : new int[] {0, 1, 99, 100, 4_096, whole.length / 2, whole.length - 1}) {
      Files.write(file(), java.util.Arrays.copyOf(whole, length));
      assertRefused("is damaged", "put a good copy");
    }
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws Exception {
    Files.writeString(file(), "not a database, ".repeat(1_000));
    assertRefused("is damaged");
    Files.delete(file());
    change("CREATE TABLE theirs (a)");
    assertRefused("not one of claudemesh");
  }

  @Test
  void aNewerStoreIsRefused() throws Exception {
    someMail();
    change("PRAGMA user_version = 99");
    assertRefused("version 99", "use the program that wrote it");
  }

  @Test
  void aLogWithoutItsDatabaseIsRefused() throws IOException {
    Files.writeString(dir.resolve("broker.db-wal"), "of a lost database");
    String message = refusal();
    assertTrue(message.contains("is missing, but") && message.contains("-wal"), message);
  }

  @Test
  void tablesThatContradictEachOtherAreRefused() throws Exception {
    someMail();
    change("UPDATE mail SET queued = 2 WHERE no = 7");
    assertRefused("found 61 queued by their messages, 60 by themselves");
    change("UPDATE mail SET queued = 1, payload = NULL WHERE no = 7");
    assertRefused("1 without text");
  }

  @Test
  void aTextThatChangedOnDiskIsReportedDeadNotHandedOn() throws Exception {
    someMail();
    change("UPDATE mail SET payload = replace(payload, 'm7', 'm9') WHERE message_id = 'm7'");
    try (DurableStores stores = open()) {
      List<List<String>> claimed = new ArrayList<>();
      quietly(() -> claimed.add(claim(stores, "a", 100)));
      assertEquals(59, claimed.getFirst().size());
      MessageStatus.Delivery dead =
          stores.mailboxes().status("m7").orElseThrow().deliveries().getFirst();
      assertEquals(State.DEAD, dead.state());
      assertEquals(Optional.of("its text is damaged on disk"), dead.reason());
    }
  }

  @Test
  void aFlippedByteIsReportedOrHarmless() throws IOException {
    someMail();
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(4711);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), damaged);
      refused += isRefusedOrKeepsAll() ? 1 : 0;
    }
    assertTrue(refused > 0, "some flips must hit something that matters");
  }

  private boolean isRefusedOrKeepsAll() throws IOException {
    DurableStores stores;
    try {
      stores = open();
    } catch (IOException e) {
      assertTrue(e.getMessage().contains(file().toString()), e.getMessage());
      return true;
    }
    try (stores) {
      List<List<String>> claimed = new ArrayList<>();
      quietly(() -> claimed.add(claim(stores, "a", 100)));
      int dead = 0;
      for (int i = 0; i < 60; i++) {
        State state =
            stores
                .mailboxes()
                .status("m" + i)
                .flatMap(status -> status.deliveries().stream().findFirst())
                .map(MessageStatus.Delivery::state)
                .orElse(State.DEAD);
        dead += state == State.DEAD ? 1 : 0;
      }
      assertTrue(claimed.getFirst().size() + dead >= 60, claimed + " and " + dead + " dead");
    }
    return false;
  }

  @Test
  void aFolderThatCannotBeHadIsNamed() throws IOException {
    Path folder = Files.writeString(dir.resolve("file"), "not a folder").resolve("data");
    String message =
        assertThrows(IOException.class, () -> DurableStores.open(folder, time, LIMITS))
            .getMessage();
    assertTrue(message.contains(folder + "/broker.db cannot be used"), message);
    assertTrue(message.contains("must belong to this user and be writable"), message);
  }

  @Test
  void somethingElseInItsPlaceIsNamed() throws IOException {
    Files.createDirectories(file().resolve("folder"));
    String message = refusal();
    assertTrue(message.contains(file().toString()), message);
  }

  // ── the log of a crash ───────────────────────────────────────────────────────────────────────

  /** Copies the files of a store in use, as a crash would leave them. */
  private Path crashed() throws IOException {
    Path copy = Files.createDirectory(dir.resolve("crashed"));
    try (DurableStores stores = open()) {
      for (int i = 0; i < 20; i++) {
        append(stores, "m" + i, "a");
      }
      for (String name : List.of("broker.db", "broker.db-wal", "broker.db-shm")) {
        Files.copy(dir.resolve(name), copy.resolve(name));
      }
    }
    return copy;
  }

  private static WalFile.Verdict look(Path folder) throws IOException {
    WalIndex index = WalIndex.read(folder.resolve("broker.db-shm"));
    return WalFile.check(folder.resolve("broker.db-wal"), index);
  }

  @Test
  void theLogOfACrashIsSoundAndReplayed() throws IOException {
    Path crashed = crashed();
    assertEquals(new WalFile.Verdict(0, null), look(crashed));
    try (DurableStores stores = DurableStores.open(crashed, time, LIMITS)) {
      assertEquals(20, claim(stores, "a", 100).size());
    }
  }

  @Test
  void everyFlippedByteInTheLogIsDamage() throws IOException {
    Path crashed = crashed();
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);
    Random random = new Random(99);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = 8 + random.nextInt(whole.length - 8);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(log, damaged);
      String what = look(crashed).damage();
      assertTrue(what != null, () -> "byte " + at + " of " + whole.length);
    }
    String message =
        assertThrows(IOException.class, () -> DurableStores.open(crashed, time, LIMITS))
            .getMessage();
    assertTrue(message.contains("broker.db-wal is: "), message);
  }

  @Test
  void aLogCutShortIsDamageIfItsIndexCountsMore() throws IOException {
    Path crashed = crashed();
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);
    for (int length = whole.length - 1; length > 5_000; length -= 3_000) {
      Files.write(log, java.util.Arrays.copyOf(whole, length));
      assertTrue(look(crashed).damage() != null, "cut to " + length);
    }
  }

  @Test
  void withoutTheIndexOnlyTheLastTransactionMayBeIncomplete() throws Exception {
    Path crashed = crashed();
    Files.delete(crashed.resolve("broker.db-shm"));
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);

    flip(log, whole, whole.length / 2);
    assertTrue(look(crashed).damage().startsWith("frame "), "transactions follow");

    flip(log, whole, whole.length - 1);
    WalFile.Verdict verdict = look(crashed);
    assertEquals(null, verdict.damage());
    assertTrue(verdict.dropped() > 0);
    String logged =
        logged(
            () -> {
              try (DurableStores stores = DurableStores.open(crashed, time, LIMITS)) {
                assertEquals(19, claim(stores, "a", 100).size());
              }
            });
    assertTrue(logged.contains("store_unfinished_write_dropped"), logged);
  }

  private static void flip(Path file, byte[] whole, int at) throws IOException {
    byte[] damaged = whole.clone();
    damaged[at] ^= 1;
    Files.write(file, damaged);
  }

  @Test
  void framesOfAnEarlierRoundBehindTheNewOnesAreNoDamage() throws IOException {
    Path crashed = crashed();
    Files.delete(crashed.resolve("broker.db-shm"));
    Path log = crashed.resolve("broker.db-wal");
    int frame = 24 + 4_096;
    long frames = (Files.size(log) - 32) / frame;
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      ByteBuffer otherSalt = ByteBuffer.allocate(8).putLong(0, 42);
      channel.write(otherSalt, 32 + (frames - 1) * frame + 8);
    }
    WalFile.Verdict verdict = look(crashed);
    assertEquals(null, verdict.damage());
  }

  // ── older versions ───────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anOlderStoreIsBroughtUpToDateWithItsMail(int version) throws Exception {
    Database.create(file(), BrokerSchema.LAYOUT, version);
    try (Connection old = connect();
        Statement statement = old.createStatement()) {
      statement.execute("INSERT INTO mailbox VALUES (1, 'a')");
      statement.execute(
          "INSERT INTO mail VALUES (5, 5, 1, 0, 0, NULL, NULL, 1, 1, NULL, 'old', 'sender', NULL,"
              + " NULL, 'target', 0, 11, "
              + Digest.crc("old", "sender", null, "target", "payload old")
              + ", 'payload old')");
    }
    try (DurableStores stores = open()) {
      append(stores, "new", "a");
      append(stores, behind("logged", "t", "log", null));
      assertEquals(List.of("old", "new", "logged"), claim(stores, "a", 9));
      assertEquals(List.of(), stores.meshState().all("mesh", "state"));
      assertEquals(1, stores.mailboxes().history("log", 9, Optional.empty()).size());
    }
    try (Connection now = connect()) {
      assertEquals(BrokerSchema.LAYOUT.current(), Layout.version(now));
    }
  }

  private void change(String command) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  private Connection connect() throws SQLException {
    return JDBC.createConnection("jdbc:sqlite:" + file(), new Properties());
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void quietly(Work work) throws IOException {
    logged(work);
  }

  private static String logged(Work work) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    Log.configure(Log.Level.WARN, false, lines);
    try {
      work.run();
    } finally {
      Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
    }
    return lines.toString(StandardCharsets.UTF_8);
  }
}

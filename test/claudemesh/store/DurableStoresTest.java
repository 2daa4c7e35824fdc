package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.store.MessageStatus.State;
import claudemesh.time.Waiting;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What only a store on disk promises: what outlives it, and what meets it on the way. */
final class DurableStoresTest extends DurableStoresScene {

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
        Waiting.step();
        freed = stores.mailboxes().reclaim();
      }
      assertEquals(Set.of(boxes.get(claimed)), freed);
      assertEquals(List.of("1"), claim(stores, boxes.get(claimed), 1));
    }
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
}

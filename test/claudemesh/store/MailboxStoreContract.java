package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.store.MessageStatus.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every mailbox store promises. */
abstract class MailboxStoreContract {

  static final Duration LEASE = Duration.ofSeconds(30);
  static final Duration RETENTION = Duration.ofDays(30);

  final TestClock time = new TestClock();
  private final List<MailboxStore> opened = new ArrayList<>();
  private MailboxStore store;

  /** An empty store, another one at each call. */
  abstract MailboxStore open(MailboxLimits limits) throws IOException;

  /** How long the random runs are. */
  abstract int steps();

  private MailboxStore opened(MailboxLimits limits) throws IOException {
    MailboxStore fresh = open(limits);
    opened.add(fresh);
    return fresh;
  }

  @BeforeEach
  void aStore() throws IOException {
    store = opened(new MailboxLimits(10, 20, 1_000, RETENTION, 5));
  }

  @AfterEach
  void close() {
    opened.forEach(MailboxStore::close);
  }

  private static Appended append(MailboxStore into, NewMessage message) {
    return appended(into, message).orTimeout(30, TimeUnit.SECONDS).join();
  }

  static CompletableFuture<Appended> appended(MailboxStore into, NewMessage message) {
    CompletableFuture<Appended> told = new CompletableFuture<>();
    into.append(
        message, outcome -> assertTrue(told.complete(outcome), "an outcome is told only once"));
    return told;
  }

  NewMessage message(String id, int urgency, String... mailboxes) {
    return new NewMessage(
        id,
        "sender",
        Optional.of("client-" + id),
        "target",
        urgency,
        List.of(mailboxes),
        "payload " + id,
        time.wallTime());
  }

  private Appended append(String id, String... mailboxes) {
    return append(store, message(id, 0, mailboxes));
  }

  private List<String> claim(String mailbox, String owner, int leastUrgent, int window) {
    return ids(store.claim(new Claim(mailbox, owner, LEASE, leastUrgent, window, 1_000)));
  }

  private List<String> claim(String mailbox) {
    return claim(mailbox, "me", 2, 100);
  }

  private static List<String> ids(List<StoredMessage> messages) {
    return messages.stream().map(StoredMessage::messageId).toList();
  }

  private List<String> states(String id) {
    return store.status(id).orElseThrow().deliveries().stream()
        .map(delivery -> delivery.mailbox() + " " + delivery.state())
        .toList();
  }

  @Test
  void messagesAreClaimedInTheOrderAppendedAndOnce() {
    append("1", "a");
    append("2", "a", "b");
    append("3", "a");
    assertEquals(List.of("1", "2", "3"), claim("a"));
    assertEquals(List.of(), claim("a"));
    assertEquals(List.of("2"), claim("b"));
    assertEquals(List.of(), claim("none"));
    assertEquals(
        List.of("payload 1", "payload 2", "payload 3"),
        store.held("a", "me").stream().map(StoredMessage::payload).toList());
    assertEquals(List.of(), store.held("a", "other"));
  }

  @Test
  void settledMessagesAreDelivered() {
    append("1", "a", "b");
    claim("a");
    assertTrue(store.settle("a", "1"));
    assertFalse(store.settle("a", "1"));
    assertFalse(store.settle("none", "1"));
    assertFalse(store.settle("a", "none"));
    assertEquals(List.of("a DELIVERED", "b QUEUED"), states("1"));
    assertTrue(store.settle("b", "1"), "a late ack settles what waits again");
    assertEquals(List.of("a DELIVERED", "b DELIVERED"), states("1"));
    assertEquals(List.of(), claim("b"));
  }

  @Test
  void theSendersIdSettlesWhatIsHeld() {
    append("1", "a");
    assertFalse(store.settleByClientId("a", "client-1"));
    claim("a");
    assertFalse(store.settleByClientId("a", "client-2"));
    assertFalse(store.settleByClientId("b", "client-1"));
    assertTrue(store.settleByClientId("a", "client-1"));
    assertFalse(store.settleByClientId("a", "client-1"));
  }

  @Test
  void urgentMessagesOvertakeOnlyWhereOthersAreNotWanted() {
    append(store, message("low", 2, "a"));
    append(store, message("next", 1, "a"));
    append(store, message("now", 0, "a"));
    assertEquals(List.of("now"), claim("a", "me", 0, 100));
    assertEquals(List.of("next"), claim("a", "me", 1, 100));
    append(store, message("now2", 0, "a"));
    assertEquals(List.of("low", "now2"), claim("a", "me", 2, 100));
  }

  @Test
  void theWindowBoundsWhatIsHeld() {
    for (int i = 0; i < 5; i++) {
      append("m" + i, "a");
    }
    assertEquals(List.of("m0", "m1"), claim("a", "me", 2, 2));
    assertEquals(List.of(), claim("a", "me", 2, 2));
    store.settle("a", "m0");
    assertEquals(List.of("m2"), claim("a", "me", 2, 2));
    store.settle("a", "m1");
    store.settle("a", "m2");
    Claim narrow = new Claim("a", "me", LEASE, 2, 100, 1);
    assertEquals(List.of("m3"), ids(store.claim(narrow)), "one goes through whatever its size");
    assertEquals(List.of(), ids(store.claim(narrow)));
  }

  @Test
  void releasedMessagesComeBeforeYoungerOnes() {
    append("1", "a");
    append("2", "a");
    claim("a");
    append("3", "a");
    store.release("a", "other");
    assertEquals(List.of("3"), claim("a"));
    store.settle("a", "1");
    store.release("a", "me");
    assertEquals(List.of("2", "3"), claim("a"));
    store.release("none", "me");
  }

  @Test
  void aLeaseThatEndsFreesTheMessage() {
    append("1", "a");
    append("2", "b");
    claim("a");
    time.advance(Duration.ofSeconds(10));
    claim("b");
    time.advance(LEASE.minusSeconds(10).minusNanos(1));
    assertEquals(Set.of(), store.reclaim());
    time.advance(Duration.ofNanos(1));
    assertEquals(Set.of("a"), store.reclaim());
    assertEquals(List.of("1"), claim("a"));
    time.advance(LEASE);
    assertEquals(Set.of("a", "b"), store.reclaim());
    assertEquals(Set.of(), store.reclaim());
  }

  @Test
  void whatIsSettledHasNoLease() {
    append("1", "a");
    claim("a");
    store.settle("a", "1");
    time.advance(LEASE);
    assertEquals(Set.of(), store.reclaim());
  }

  @Test
  void theSameMessageAgainGetsTheFirstIdForAsLongAsItIsRemembered() {
    assertEquals(new Appended.Stored("1", List.of()), append("1", "a"));
    NewMessage again =
        new NewMessage(
            "other id",
            "sender",
            Optional.of("client-1"),
            "t",
            0,
            List.of("a"),
            "p",
            Instant.EPOCH);
    assertEquals(new Appended.Duplicate("1"), append(store, again));
    claim("a");
    store.settle("a", "1");
    assertEquals(new Appended.Duplicate("1"), append(store, again));
    for (int i = 0; i < 5; i++) {
      append("none" + i);
    }
    assertEquals(Optional.empty(), store.status("1"));
    assertEquals(new Appended.Stored("other id", List.of()), append(store, again));
  }

  @Test
  void othersMayUseTheSameClientIdAndNoIdIsNeverTheSame() {
    append("1", "a");
    NewMessage other =
        new NewMessage(
            "2", "other", Optional.of("client-1"), "t", 0, List.of("a"), "p", Instant.EPOCH);
    assertInstanceOf(Appended.Stored.class, append(store, other));
    for (String id : List.of("3", "4")) {
      NewMessage anonymous =
          new NewMessage(id, "sender", Optional.empty(), "t", 0, List.of("a"), "p", Instant.EPOCH);
      assertInstanceOf(Appended.Stored.class, append(store, anonymous));
    }
    assertEquals(List.of("1", "2", "3", "4"), claim("a"));
  }

  @Test
  void aFullMailboxRefusesAndASeveralfoldMessageGoesToTheOthers() {
    for (int i = 0; i < 10; i++) {
      append("m" + i, "a");
    }
    assertInstanceOf(Appended.Refused.class, append("over", "a"));
    assertEquals(Optional.empty(), store.status("over"));
    assertEquals(new Appended.Stored("both", List.of("a")), append("both", "a", "b"));
    assertEquals(List.of("a DEAD", "b QUEUED"), states("both"));
    store.settle("a", "m0");
    assertInstanceOf(Appended.Stored.class, append("fits", "a"));
    assertInstanceOf(Appended.Stored.class, append("to nobody"));
  }

  @Test
  void theStoreAsAWholeIsBounded() throws IOException {
    for (int i = 0; i < 20; i++) {
      append("m" + i, "box" + i);
    }
    assertInstanceOf(Appended.Refused.class, append("over", "new"));
    store.settle("box0", "m0");
    assertInstanceOf(Appended.Stored.class, append("fits", "new"));
    MailboxStore small = opened(new MailboxLimits(10, 20, 20, RETENTION, 5));
    assertInstanceOf(Appended.Stored.class, append(small, message("1", 0, "a")));
    assertInstanceOf(Appended.Stored.class, append(small, message("2", 0, "a")));
    assertInstanceOf(Appended.Refused.class, append(small, message("3", 0, "a")));
  }

  @Test
  void whatWaitsTooLongDies() {
    append("old", "a", "b");
    time.advance(Duration.ofDays(29));
    append("young", "a");
    claim("a");
    store.settle("b", "old");
    time.advance(Duration.ofDays(1).plusMillis(1));
    assertEquals(1, store.expire());
    assertEquals(0, store.expire());
    MessageStatus.Delivery dead = store.status("old").orElseThrow().deliveries().getFirst();
    assertEquals(State.DEAD, dead.state());
    assertEquals(Optional.of("nobody took it"), dead.reason());
    assertEquals(Optional.of(time.wallTime()), dead.since());
    assertEquals(List.of("young"), ids(store.held("a", "me")));
    assertFalse(store.settle("a", "old"));
  }

  @Test
  void aMailboxGivenUpTellsWhyAndLeavesOthers() {
    append("1", "a", "b");
    append("2", "a");
    append("3", "a");
    claim("a", "me", 2, 1);
    store.settle("a", "2");
    time.advance(Duration.ofSeconds(1));
    assertEquals(2, store.discard("a", "gone for good"));
    assertEquals(0, store.discard("a", "gone for good"));
    assertEquals(0, store.discard("none", "gone for good"));
    assertEquals(List.of("a DEAD", "b QUEUED"), states("1"));
    assertEquals(List.of("a DELIVERED"), states("2"));
    MessageStatus.Delivery dead = store.status("3").orElseThrow().deliveries().getFirst();
    assertEquals(Optional.of("gone for good"), dead.reason());
    assertEquals(Optional.of(time.wallTime()), dead.since());
    assertEquals(List.of(), store.held("a", "me"));
    append("4", "a");
    assertEquals(List.of("4"), claim("a"));
    assertEquals(List.of("1"), claim("b"));
  }

  @Test
  void whatIsDeliveredMayBeReadAndNothingElse() {
    append("1", "a", "b");
    store.settle("b", "1");
    store.markRead("a", "1");
    store.markRead("b", "1");
    store.markRead("none", "1");
    store.markRead("a", "none");
    append("behind", "c"); // what was asked before it has taken effect
    assertEquals(List.of("a QUEUED", "b READ"), states("1"));
    store.settle("a", "1");
    append("behind that", "c");
    assertEquals(List.of("a DELIVERED", "b READ"), states("1"));
  }

  private NewMessage logged(String id, String log, String... mailboxes) {
    NewMessage plain = message(id, 1, mailboxes);
    return new NewMessage(
        id,
        plain.sender(),
        plain.clientMessageId(),
        plain.target(),
        plain.urgency(),
        plain.mailboxes(),
        plain.payload(),
        plain.createdAt(),
        Optional.of(log),
        Optional.empty());
  }

  private List<String> history(String log, int most, String before) {
    return ids(store.history(log, most, Optional.ofNullable(before)));
  }

  @Test
  void aLogKeepsTheLatestTextsWhateverBecomesOfTheirMessages() throws IOException {
    store = opened(new MailboxLimits(10, 20, 1_000, RETENTION, 0, 3));
    append(store, logged("1", "log", "a"));
    append(store, logged("other", "other log"));
    append(store, logged("2", "log"));
    append("unlogged", "a");
    assertEquals(List.of("1", "2"), history("log", 9, null));
    claim("a");
    store.settle("a", "1");
    append(store, logged("3", "log", "a"));
    append(store, logged("4", "log", "a"));
    assertEquals(List.of("2", "3", "4"), history("log", 9, null));
    assertEquals(List.of("3", "4"), history("log", 2, null));
    assertEquals(List.of("2"), history("log", 2, "3"));
    assertEquals(List.of(), history("log", 2, "2"));
    assertEquals(List.of(), history("log", 2, "unlogged"));
    assertEquals(List.of(), history("none", 2, null));
    StoredMessage text = store.history("log", 1, Optional.empty()).getFirst();
    assertEquals("payload 4", text.payload());
    assertEquals(1, text.urgency());
    assertEquals(List.of("other"), history("other log", 9, null));
    store.dropLog("log");
    append("behind", "c");
    assertEquals(List.of(), history("log", 9, null));
    assertEquals(List.of("other"), history("other log", 9, null));
  }

  @Test
  void aMessageSentAgainOrRefusedIsNotLoggedAgain() {
    append(store, logged("1", "log", "a"));
    append(store, logged("1", "log", "a"));
    for (int i = 2; i <= 11; i++) {
      append(store, logged("" + i, "log", "a"));
    }
    assertEquals(10, history("log", 99, null).size());
  }

  @Test
  void aLogForgetsWhatIsOlderThanTheRetention() {
    append(store, logged("old", "log", "a"));
    time.advance(RETENTION);
    append(store, logged("young", "log", "a"));
    store.expire();
    assertEquals(List.of("old", "young"), history("log", 9, null));
    time.advance(Duration.ofMillis(1));
    store.expire();
    append("behind", "c");
    assertEquals(List.of("young"), history("log", 9, null));
  }

  @Test
  void badArgumentsAreRefusedAtOnce() {
    assertThrows(IllegalArgumentException.class, () -> message("1", 3, "a"));
    assertThrows(IllegalArgumentException.class, () -> new Claim("a", "me", LEASE, 0, 0, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Claim("a", "me", Duration.ZERO, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new MailboxLimits(0, 1, 1, RETENTION, 1));
  }

  /**
   * Random operations against the plainest model: nothing lost, nothing twice, first in first out.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void holdsItsPromisesUnderRandomOperations(long seed) throws IOException {
    Random random = new Random(seed);
    MailboxStore roomy =
        opened(new MailboxLimits(100_000, 100_000, 10_000_000, RETENTION, 100_000));
    List<CompletableFuture<Appended>> underWay = new ArrayList<>();
    Map<String, List<String>> unsettled = new HashMap<>();
    Map<String, Set<String>> held = new HashMap<>();
    for (int i = 0; i < steps(); i++) {
      String box = "box" + random.nextInt(3);
      List<String> inBox = unsettled.computeIfAbsent(box, key -> new ArrayList<>());
      Set<String> inHand = held.computeIfAbsent(box, key -> new HashSet<>());
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          underWay.add(appended(roomy, message("m" + i, 0, box)));
          inBox.add("m" + i);
        }
        case 2 -> {
          awaitAll(underWay);
          int window = 1 + random.nextInt(5);
          List<String> expected =
              inBox.stream()
                  .filter(id -> !inHand.contains(id))
                  .limit(Math.max(0, window - inHand.size()))
                  .toList();
          assertEquals(
              expected,
              ids(roomy.claim(new Claim(box, "me", LEASE, 2, window, 1_000_000))),
              "step " + i);
          inHand.addAll(expected);
        }
        case 3 -> {
          awaitAll(underWay);
          if (!inBox.isEmpty()) {
            String id = inBox.get(random.nextInt(inBox.size()));
            assertTrue(roomy.settle(box, id));
            inBox.remove(id);
            inHand.remove(id);
          }
        }
        case 4 -> {
          roomy.release(box, "me");
          inHand.clear();
        }
        default -> {
          if (random.nextInt(20) == 0) {
            time.advance(LEASE);
            roomy.reclaim();
            held.values().forEach(Set::clear);
          }
        }
      }
      assertEquals(inBox.stream().filter(inHand::contains).toList(), ids(roomy.held(box, "me")));
    }
  }

  private static void awaitAll(List<CompletableFuture<Appended>> underWay) {
    underWay.forEach(told -> told.orTimeout(30, TimeUnit.SECONDS).join());
    underWay.clear();
  }
}

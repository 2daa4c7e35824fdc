package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.store.InboxRecipient.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an inbox promises, on disk. */
final class InboxStoreTest {

  private static final InboxRecipient MEMBER = new InboxRecipient("mesh", "member", Kind.MEMBER);
  private static final InboxRecipient SESSION = new InboxRecipient("mesh", "session", Kind.SESSION);
  private static final InboxRecipient ELSEWHERE =
      new InboxRecipient("other", "member", Kind.MEMBER);
  private static final InboxSender BOB =
      new InboxSender("bob-key", Optional.of("bob-member"), Optional.of("bob"));

  @TempDir Path dir;

  private final TestClock time = new TestClock();
  private InboxLimits limits =
      new InboxLimits(10_000, 1_000_000, 3, Duration.ofDays(300), Duration.ofDays(30));
  private DaemonStores stores;

  @BeforeEach
  void open() throws IOException {
    stores = DaemonStores.open(dir, time, new DaemonLimits(OutboxLimits.DEFAULT, limits));
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void reopen() throws IOException {
    stores.close();
    open();
  }

  private InboxStore inbox() {
    return stores.inbox();
  }

  private static NewIncoming message(InboxRecipient recipient, InboxSender sender, String id) {
    return new NewIncoming(
        recipient,
        sender,
        Optional.of(id),
        "broker " + id,
        Optional.empty(),
        Optional.of("reply"),
        "next",
        Instant.EPOCH,
        new InboxContent.Readable("body " + id, true));
  }

  private static NewIncoming sealed(NewIncoming message) {
    return withContent(message, new InboxContent.Unreadable("nonce", "cipher", "no key fits"));
  }

  private static NewIncoming withContent(NewIncoming message, InboxContent content) {
    return new NewIncoming(
        message.recipient(),
        message.sender(),
        message.clientMessageId(),
        message.brokerMessageId(),
        message.topic(),
        message.replyToId(),
        message.priority(),
        message.createdAt(),
        content);
  }

  private Received append(NewIncoming message) {
    CompletableFuture<Received> told = new CompletableFuture<>();
    inbox().append(message, told::complete);
    return OutboxStoreTest.now(told);
  }

  private String append(InboxRecipient recipient, InboxSender sender, String id) {
    return assertInstanceOf(Received.Stored.class, append(message(recipient, sender, id))).id();
  }

  private static List<String> clientIds(List<InboxRow> rows) {
    return rows.stream().map(row -> row.message().clientMessageId().orElseThrow()).toList();
  }

  private List<String> newest(InboxFilter filter) {
    return clientIds(inbox().newest(filter, 100));
  }

  private static InboxScope scope(String... keys) {
    return InboxScope.of("mesh", Set.of(keys));
  }

  private static InboxFilter filter(boolean unread, String from, Instant since, String... keys) {
    return new InboxFilter(
        scope(keys), unread, Optional.ofNullable(from), Optional.ofNullable(since));
  }

  private static <T> T now(CompletableFuture<T> future) {
    return OutboxStoreTest.now(future);
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aMessageComesBackAsItCameEvenInAnotherProcess() throws IOException {
    time.advance(Duration.ofSeconds(5));
    NewIncoming message =
        new NewIncoming(
            SESSION,
            new InboxSender("k", Optional.empty(), Optional.empty()),
            Optional.empty(),
            "broker's",
            Optional.of("topic"),
            Optional.empty(),
            "low",
            Instant.ofEpochMilli(1_234),
            new InboxContent.Readable("\u0000 ä \uD83D\uDE00", false));
    Received.Stored stored = assertInstanceOf(Received.Stored.class, append(message));
    reopen();
    InboxRow row = inbox().newest(InboxFilter.ALL, 9).getFirst();
    assertEquals(
        new InboxRow(
            stored.id(), stored.position(), message, Instant.ofEpochSecond(5), Optional.empty()),
        row);
    assertEquals(new Received.Duplicate(false), append(message));
    assertEquals(Optional.of(row), inbox().find(scope("session"), stored.id()));
    assertEquals(Optional.empty(), inbox().find(scope("member"), stored.id()));
    assertEquals(stored.position(), inbox().lastPosition());
  }

  @Test
  void theSameMessageIsKeptOnceForEachRecipientAndSender() throws IOException {
    append(MEMBER, BOB, "1");
    append(SESSION, BOB, "1");
    append(ELSEWHERE, BOB, "1");
    append(MEMBER, new InboxSender("eve", Optional.of("eve-member"), Optional.empty()), "1");
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, BOB, "1")));
    InboxSender otherSession =
        new InboxSender("bob-2", Optional.of("bob-member"), Optional.of("bob"));
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, otherSession, "1")));
    reopen();
    assertEquals(new Received.Duplicate(false), append(message(SESSION, BOB, "1")));
    assertEquals(4, inbox().count(InboxFilter.ALL));
  }

  @Test
  void aDeletedMessageDoesNotComeBackForAsLongAsItIsRemembered() throws IOException {
    String id = append(MEMBER, BOB, "1");
    append(MEMBER, BOB, "2");
    assertTrue(now(inbox().delete(InboxScope.ALL, id)));
    assertEquals(false, now(inbox().delete(InboxScope.ALL, id)));
    assertEquals(1, now(inbox().clear(InboxFilter.ALL)));
    reopen();
    time.advance(limits.remembered());
    inbox().sweep();
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, BOB, "1")));
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, BOB, "2")));
    assertEquals(0, inbox().count(InboxFilter.ALL));
    time.advance(Duration.ofMillis(1));
    inbox().sweep();
    append(MEMBER, BOB, "1");
  }

  @Test
  void aFullInboxRefusesWhatIsNewAndStillKnowsWhatItHas() throws IOException {
    limits = new InboxLimits(2, 1_000, 0, Duration.ofDays(1), Duration.ofDays(1));
    reopen();
    append(MEMBER, BOB, "1");
    String second = append(MEMBER, BOB, "2");
    Received.Refused refused =
        assertInstanceOf(Received.Refused.class, append(message(MEMBER, BOB, "3")));
    assertTrue(refused.reason().contains("2 messages"), refused.reason());
    assertTrue(refused.reason().contains("clear some"), refused.reason());
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, BOB, "1")));
    reopen();
    assertInstanceOf(Received.Refused.class, append(message(MEMBER, BOB, "3")));
    now(inbox().delete(InboxScope.ALL, second));
    append(MEMBER, BOB, "3");
    assertInstanceOf(Received.Refused.class, append(sealed(message(MEMBER, BOB, "4"))));
  }

  // ── kept aside ───────────────────────────────────────────────────────────────────────────────

  @Test
  void whatCannotBeOpenedIsKeptAsideAndNeverShownAmongMessages() throws IOException {
    NewIncoming sealed = sealed(message(MEMBER, BOB, "1"));
    assertInstanceOf(Received.Stored.class, append(sealed));
    assertEquals(new Received.Duplicate(true), append(sealed));
    reopen();
    assertEquals(List.of(), newest(InboxFilter.ALL));
    assertEquals(0, inbox().count(InboxFilter.ALL));
    assertEquals(Map.of(), inbox().unread());
    assertEquals(List.of(), inbox().after(InboxFilter.ALL, 0, 9));
    List<InboxRow> aside = inbox().unreadable(scope("member"), 9);
    assertEquals(sealed, aside.getFirst().message());
    assertEquals(List.of(), inbox().unreadable(scope("session"), 9));
    assertEquals(Optional.empty(), inbox().find(InboxScope.ALL, aside.getFirst().id()));
    assertEquals(0, now(inbox().markAllSeen(InboxFilter.ALL)));
    assertEquals(0, now(inbox().clear(InboxFilter.ALL)));
    assertEquals(1, inbox().unreadable(InboxScope.ALL, 9).size());
  }

  @Test
  void whatCanBeOpenedWhenItComesAgainIsNew() {
    append(sealed(message(MEMBER, BOB, "1")));
    append(MEMBER, BOB, "1");
    assertEquals(List.of("1"), newest(InboxFilter.unread(InboxScope.ALL)));
    assertEquals(List.of(), inbox().unreadable(InboxScope.ALL, 9));
    assertEquals(new Received.Duplicate(false), append(sealed(message(MEMBER, BOB, "1"))));
  }

  @Test
  void aDeletedUnreadableMessageIsNotRemembered() {
    append(sealed(message(MEMBER, BOB, "1")));
    String id = inbox().unreadable(InboxScope.ALL, 9).getFirst().id();
    assertEquals(false, now(inbox().delete(scope("session"), id)));
    assertTrue(now(inbox().delete(scope("member"), id)));
    assertInstanceOf(Received.Stored.class, append(sealed(message(MEMBER, BOB, "1"))));
    for (int i = 2; i <= 3; i++) {
      assertInstanceOf(Received.Stored.class, append(sealed(message(MEMBER, BOB, "" + i))));
    }
    assertInstanceOf(Received.Refused.class, append(sealed(message(MEMBER, BOB, "4"))));
  }

  // ── lists ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void eachSeesItsOwnInboxesOnly() {
    append(MEMBER, BOB, "1");
    append(SESSION, BOB, "2");
    append(ELSEWHERE, BOB, "3");
    append(MEMBER, BOB, "4");
    assertEquals(List.of("2"), newest(InboxFilter.of(scope("session"))));
    assertEquals(List.of("4", "2", "1"), newest(InboxFilter.of(scope("session", "member"))));
    assertEquals(List.of(), newest(InboxFilter.of(scope("nobody"))));
    assertEquals(List.of(), newest(InboxFilter.of(scope())));
    InboxScope mesh = new InboxScope(Optional.of("mesh"), Optional.empty());
    assertEquals(List.of("4", "2", "1"), newest(InboxFilter.of(mesh)));
    InboxScope key = new InboxScope(Optional.empty(), Optional.of(Set.of("member")));
    assertEquals(List.of("4", "3", "1"), newest(InboxFilter.of(key)));
    assertEquals(List.of("4", "3", "2", "1"), newest(InboxFilter.ALL));
    assertEquals(List.of("4", "3"), clientIds(inbox().newest(InboxFilter.ALL, 2)));
    assertEquals(3, inbox().count(InboxFilter.of(mesh)));
    assertEquals(Map.of(MEMBER, 2L, SESSION, 1L, ELSEWHERE, 1L), inbox().unread());
  }

  @Test
  void aSenderIsFoundByKeyMemberOrName() {
    append(MEMBER, BOB, "1");
    append(MEMBER, new InboxSender("eve", Optional.empty(), Optional.empty()), "2");
    InboxSender renamed = new InboxSender("b2", Optional.of("bob-member"), Optional.of("robert"));
    append(MEMBER, renamed, "3");
    assertEquals(List.of("1"), newest(filter(false, "bob", null, "member")));
    assertEquals(List.of("1"), newest(filter(false, "bob-key", null, "member")));
    assertEquals(List.of("3", "1"), newest(filter(false, "bob-member", null, "member")));
    assertEquals(List.of("2"), newest(filter(true, "eve", null, "member")));
    assertEquals(List.of(), newest(filter(false, "nobody", null, "member")));
    assertEquals(2, inbox().count(filter(false, "bob-member", null, "member")));
  }

  @Test
  void sinceGoesByTheTimeOfReceiptEvenIfTheClockWasSet() {
    append(MEMBER, BOB, "1");
    time.advance(Duration.ofDays(3));
    append(MEMBER, BOB, "2");
    time.advance(Duration.ofHours(-1));
    append(MEMBER, BOB, "3");
    time.advance(Duration.ofHours(3));
    append(MEMBER, BOB, "4");
    Instant second = Instant.EPOCH.plus(Duration.ofDays(3));
    assertEquals(List.of("4", "2"), newest(filter(false, null, second, "member")));
    assertEquals(2, inbox().count(filter(true, null, second, "member")));
    assertEquals(List.of("4", "3", "2", "1"), newest(filter(false, null, Instant.EPOCH, "member")));
  }

  @Test
  void sinceFindsAllThatIsLaterHoweverMuchIsDeletedBetween() {
    List<String> kept = new ArrayList<>();
    for (int day = 0; day < 40; day++) {
      String id = append(MEMBER, BOB, "" + day);
      if (day % 20 > 8) {
        assertTrue(now(inbox().delete(scope("member"), id)));
      } else {
        kept.addFirst("" + day);
      }
      time.advance(Duration.ofDays(1));
    }
    for (int day = 0; day <= 40; day++) {
      int first = day;
      List<String> later = kept.stream().filter(id -> Integer.parseInt(id) >= first).toList();
      Instant since = Instant.EPOCH.plus(Duration.ofDays(day));
      assertEquals(later, newest(filter(false, null, since, "member")), "since day " + day);
    }
  }

  @Test
  void whatIsUnreadIsCountedAgainAfterEachChange() {
    String first = append(MEMBER, BOB, "1");
    assertEquals(Map.of(MEMBER, 1L), inbox().unread());
    append(MEMBER, BOB, "2");
    assertEquals(Map.of(MEMBER, 2L), inbox().unread());
    assertEquals(1, now(inbox().markSeen(scope("member"), List.of(first))));
    assertEquals(Map.of(MEMBER, 1L), inbox().unread());
    assertEquals(2, now(inbox().clear(InboxFilter.ALL)));
    assertEquals(Map.of(), inbox().unread());
  }

  @Test
  void whoFollowsGetsWhatCameBehindInOrderAndNothingTwice() throws IOException {
    append(MEMBER, BOB, "1");
    long last = inbox().lastPosition();
    String second = append(MEMBER, BOB, "2");
    append(SESSION, BOB, "3");
    append(MEMBER, BOB, "4");
    InboxFilter member = InboxFilter.of(scope("member"));
    assertEquals(List.of("2", "4"), clientIds(inbox().after(member, last, 9)));
    assertEquals(List.of("2"), clientIds(inbox().after(member, last, 1)));
    assertEquals(List.of("1", "2", "4"), clientIds(inbox().after(member, 0, 9)));
    long position = inbox().find(InboxScope.ALL, second).orElseThrow().position();
    now(inbox().clear(InboxFilter.ALL));
    reopen();
    append(MEMBER, BOB, "5");
    assertEquals(List.of("5"), clientIds(inbox().after(member, position, 9)));
    assertTrue(inbox().lastPosition() > position + 2, "a place is never given twice");
  }

  // ── seen and cleared ─────────────────────────────────────────────────────────────────────────

  @Test
  void messagesAreMarkedSeenByIdWithinTheScope() throws IOException {
    String first = append(MEMBER, BOB, "1");
    String second = append(SESSION, BOB, "2");
    time.advance(Duration.ofSeconds(1));
    List<String> ids = List.of(first, second, "nothing");
    assertEquals(1, now(inbox().markSeen(scope("session"), ids)));
    assertEquals(0, now(inbox().markSeen(scope("session"), ids)));
    reopen();
    assertEquals(List.of("1"), newest(InboxFilter.unread(InboxScope.ALL)));
    assertEquals(
        Optional.of(Instant.ofEpochSecond(1)),
        inbox().find(InboxScope.ALL, second).orElseThrow().seenAt());
    assertEquals(Map.of(MEMBER, 1L), inbox().unread());
  }

  @Test
  void allThatFitsIsMarkedSeenOrClearedInPieces() {
    List<CompletableFuture<Received>> told = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      CompletableFuture<Received> each = new CompletableFuture<>();
      inbox().append(message(i % 2 == 0 ? MEMBER : SESSION, BOB, "" + i), each::complete);
      told.add(each);
    }
    told.forEach(InboxStoreTest::now);
    InboxFilter member = InboxFilter.of(scope("member"));
    assertEquals(1_250, now(inbox().markAllSeen(member)));
    assertEquals(0, now(inbox().markAllSeen(member)));
    assertEquals(Map.of(SESSION, 1_250L), inbox().unread());
    assertEquals(1_250, now(inbox().clear(InboxFilter.unread(InboxScope.ALL))));
    assertEquals(1_250, inbox().count(InboxFilter.ALL));
    assertEquals(1_250, now(inbox().clear(InboxFilter.ALL)));
    assertEquals(0, inbox().count(InboxFilter.ALL));
  }

  @Test
  void oldMessagesAreDeletedAndRemembered() {
    append(MEMBER, BOB, "1");
    append(sealed(message(MEMBER, BOB, "aside")));
    time.advance(limits.retention().plusMillis(1));
    append(MEMBER, BOB, "2");
    assertEquals(1, inbox().sweep());
    assertEquals(List.of("2"), newest(InboxFilter.ALL));
    assertEquals(List.of(), inbox().unreadable(InboxScope.ALL, 9));
    assertEquals(new Received.Duplicate(false), append(message(MEMBER, BOB, "1")));
  }
}

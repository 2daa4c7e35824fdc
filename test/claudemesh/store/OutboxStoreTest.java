package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an outbox promises, on disk. */
final class OutboxStoreTest {

  private static final Via MEMBER = new Via("mesh", "member");
  private static final Via SESSION = new Via("mesh", "session");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path dir;

  private final TestClock time = new TestClock();
  private OutboxLimits limits =
      new OutboxLimits(1_000, 100_000, 1, Duration.ofDays(7), Duration.ofDays(2), 1_000);
  private DaemonStores stores;

  @BeforeEach
  void open() throws IOException {
    stores = DaemonStores.open(dir, time, new DaemonLimits(limits, InboxLimits.DEFAULT));
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void reopen() throws IOException {
    stores.close();
    open();
  }

  private void reopen(OutboxLimits other) throws IOException {
    limits = other;
    reopen();
  }

  private OutboxStore outbox() {
    return stores.outbox();
  }

  private static NewOutgoing message(String clientId, Via via, String target) {
    return new NewOutgoing(
        clientId, via, target, "text " + clientId, "next", Optional.of("reply"), "print " + target);
  }

  private Enqueued append(NewOutgoing message) {
    CompletableFuture<Enqueued> told = new CompletableFuture<>();
    outbox().append(message, told::complete);
    return now(told);
  }

  private String append(String clientId, Via via, String target) {
    return assertInstanceOf(Enqueued.Stored.class, append(message(clientId, via, target))).id();
  }

  static <T> T now(CompletableFuture<T> future) {
    return future.orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static List<String> clientIds(List<OutboxRow> rows) {
    return rows.stream().map(row -> row.message().clientMessageId()).toList();
  }

  private List<String> claim(Via via, int most) {
    List<OutboxRow> rows = outbox().claim(via, most);
    rows.forEach(row -> assertEquals(OutboxStatus.INFLIGHT, row.status()));
    return clientIds(rows);
  }

  private OutboxStatus status(String id) {
    return outbox().find(id).orElseThrow().status();
  }

  private static final Optional<OutboxRow> NONE = Optional.empty();

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aMessageComesBackAsItWasAskedForEvenFromAnotherProcess() throws IOException {
    NewOutgoing message =
        new NewOutgoing(
            "c'1", SESSION, "@group", "\u0000 ä \uD83D\uDE00", "now", Optional.empty(), "f");
    String id = assertInstanceOf(Enqueued.Stored.class, append(message)).id();
    reopen();
    OutboxRow row = outbox().claim(SESSION, 9).getFirst();
    assertEquals(message, row.message());
    assertEquals(id, row.id());
    assertEquals(9, row.textBytes());
    assertEquals(0, row.attempts());
    assertEquals(List.of(row), outbox().findByClientId("c'1"));
  }

  @Test
  void theSameIdIsKeptOnceInAMeshAndToldApartByItsFingerprint() {
    String id = append("c", MEMBER, "t");
    Enqueued.Duplicate again =
        assertInstanceOf(Enqueued.Duplicate.class, append(message("c", MEMBER, "t")));
    assertEquals(id, again.row().id());
    assertEquals(OutboxStatus.PENDING, again.row().status());
    claim(MEMBER, 1);
    Enqueued.Conflict other =
        assertInstanceOf(Enqueued.Conflict.class, append(message("c", MEMBER, "other")));
    assertEquals(OutboxStatus.INFLIGHT, other.row().status());
    assertEquals("print t", other.row().message().fingerprint());
    now(outbox().settle(id, "b"));
    again = assertInstanceOf(Enqueued.Duplicate.class, append(message("c", SESSION, "t")));
    assertEquals(Optional.of("b"), again.row().brokerMessageId());
    append("c", new Via("another mesh", "member"), "t");
    assertEquals(2, outbox().findByClientId("c").size());
  }

  @Test
  void aFullOutboxRefusesWhatIsNewAndStillKnowsWhatItHas() throws IOException {
    reopen(new OutboxLimits(2, 30, 1, MINUTE, MINUTE, 9));
    append("1", MEMBER, "t");
    String id = append("2", MEMBER, "u");
    Enqueued.Refused refused =
        assertInstanceOf(Enqueued.Refused.class, append(message("3", MEMBER, "t")));
    assertTrue(refused.reason().contains("2 messages wait to be sent"), refused.reason());
    assertInstanceOf(Enqueued.Duplicate.class, append(message("2", MEMBER, "u")));
    reopen();
    assertInstanceOf(Enqueued.Refused.class, append(message("3", MEMBER, "t")));
    claim(MEMBER, 2);
    now(outbox().settle(id, "b"));
    NewOutgoing tooLong = message("x".repeat(30), MEMBER, "t");
    assertInstanceOf(Enqueued.Refused.class, append(tooLong));
    append("3", MEMBER, "t");
  }

  // ── claim ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void eachLaneGivesItsOldestAndNoMoreUntilThatIsOver() {
    String first = append("1", MEMBER, "t");
    append("2", MEMBER, "t");
    append("3", MEMBER, "u");
    append("4", SESSION, "t");
    assertEquals(List.of("1", "3"), claim(MEMBER, 9));
    assertEquals(List.of(), claim(MEMBER, 9));
    assertEquals(Optional.empty(), outbox().nextClaim(MEMBER));
    assertEquals(List.of("4"), claim(SESSION, 9));
    now(outbox().settle(first, "b"));
    assertEquals(Optional.of(Duration.ZERO), outbox().nextClaim(MEMBER));
    assertEquals(List.of("2"), claim(MEMBER, 9));
  }

  @Test
  void theOldestOfAllLanesComeFirst() {
    for (int i = 0; i < 6; i++) {
      append("" + i, MEMBER, "t" + i % 3);
    }
    assertEquals(List.of("0", "1"), claim(MEMBER, 2));
    assertEquals(List.of("2"), claim(MEMBER, 2));
  }

  @Test
  void aWiderWindowTakesMoreOfALaneInItsOrder() throws IOException {
    reopen(new OutboxLimits(100, 100_000, 3, MINUTE, MINUTE, 9));
    for (int i = 0; i < 5; i++) {
      append("" + i, MEMBER, "t");
    }
    assertEquals(List.of("0", "1", "2"), claim(MEMBER, 9));
    String second = outbox().findByClientId("1").getFirst().id();
    now(outbox().retry(second, "later", Duration.ZERO));
    assertEquals(List.of("1"), claim(MEMBER, 9));
    now(outbox().settle(second, "b"));
    assertEquals(List.of("3"), claim(MEMBER, 9));
  }

  @Test
  void nothingOvertakesWhatWaitsForItsNextAttempt() {
    String first = append("1", MEMBER, "t");
    append("2", MEMBER, "t");
    append("3", MEMBER, "u");
    claim(MEMBER, 1);
    assertTrue(now(outbox().retry(first, "rate_limit: wait", MINUTE)));
    assertEquals(List.of("3"), claim(MEMBER, 9));
    assertEquals(Optional.of(MINUTE), outbox().nextClaim(MEMBER));
    OutboxRow row = outbox().find(first).orElseThrow();
    assertEquals(OutboxStatus.PENDING, row.status());
    assertEquals(1, row.attempts());
    assertEquals(Optional.of("rate_limit: wait"), row.lastError());
    assertEquals(row.enqueuedAt().plus(MINUTE), row.nextAttemptAt());
    time.advance(MINUTE.minusNanos(1));
    assertEquals(List.of(), claim(MEMBER, 9));
    time.advance(Duration.ofNanos(1));
    assertEquals(List.of("1"), claim(MEMBER, 9));
  }

  @Test
  void aConnectionThatStandsAgainNeedNotWait() {
    String first = append("1", MEMBER, "t");
    claim(MEMBER, 1);
    now(outbox().retry(first, "no answer", MINUTE));
    outbox().hurry(MEMBER);
    assertEquals(List.of("1"), claim(MEMBER, 9));
  }

  @Test
  void whatAnEndedConnectionHadIsClaimedAgainInOrder() {
    append("1", MEMBER, "t");
    append("2", MEMBER, "t");
    append("3", MEMBER, "u");
    append("4", SESSION, "t");
    claim(MEMBER, 9);
    claim(SESSION, 9);
    assertEquals(2, outbox().release(MEMBER));
    assertEquals(0, outbox().release(MEMBER));
    assertEquals(List.of("1", "3"), claim(MEMBER, 9));
    assertEquals(List.of(), claim(SESSION, 9));
    assertEquals(Set.of(MEMBER, SESSION), outbox().waiting());
  }

  @Test
  void inANewProcessNothingIsInFlightAndEverythingDue() throws IOException {
    String first = append("1", MEMBER, "t");
    append("2", MEMBER, "t");
    String third = append("3", MEMBER, "u");
    claim(MEMBER, 9);
    now(outbox().retry(third, "later", MINUTE));
    reopen();
    assertEquals(OutboxStatus.PENDING, status(first));
    assertEquals(Set.of(MEMBER), outbox().waiting());
    assertEquals(List.of("1", "3"), claim(MEMBER, 9));
  }

  // ── settle ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aSettledMessageIsDoneForGoodAndItsTextGone() throws IOException {
    String id = append("1", MEMBER, "t");
    claim(MEMBER, 1);
    time.advance(MINUTE);
    assertTrue(now(outbox().settle(id, "broker")));
    assertEquals(false, now(outbox().settle(id, "broker")));
    assertEquals(false, now(outbox().retry(id, "e", MINUTE)));
    assertEquals(Set.of(), outbox().waiting());
    reopen();
    OutboxRow row = outbox().find(id).orElseThrow();
    assertEquals(OutboxStatus.DONE, row.status());
    assertEquals(Optional.of("broker"), row.brokerMessageId());
    assertEquals(Optional.of(time.wallTime()), row.deliveredAt());
    assertEquals(1, row.attempts());
    assertEquals("", row.message().text());
    assertEquals(6, row.textBytes());
    assertEquals(List.of(), claim(MEMBER, 9));
  }

  @Test
  void onlyWhatIsInFlightCanBeSettled() {
    String id = append("1", MEMBER, "t");
    assertEquals(false, now(outbox().settle(id, "b")));
    assertEquals(false, now(outbox().giveUp("nothing", "b")));
    assertEquals(OutboxStatus.PENDING, status(id));
  }

  @Test
  void aDeadMessageKeepsItsReasonAndFreesItsLane() throws IOException {
    String id = append("1", MEMBER, "t");
    append("2", MEMBER, "t");
    claim(MEMBER, 1);
    assertTrue(now(outbox().giveUp(id, "payload too large: 99")));
    assertEquals(List.of("2"), claim(MEMBER, 1));
    reopen();
    OutboxRow row = outbox().find(id).orElseThrow();
    assertEquals(OutboxStatus.DEAD, row.status());
    assertEquals(Optional.of("payload too large: 99"), row.lastError());
    assertEquals("text 1", row.message().text());
  }

  // ── requeue and drop ─────────────────────────────────────────────────────────────────────────

  private String dead(String clientId, Via via) {
    String id = append(clientId, via, "t");
    assertEquals(List.of(clientId), claim(via, 1));
    now(outbox().giveUp(id, "no"));
    return id;
  }

  @Test
  void aRequeuedMessageGoesBeforeYoungerOnes() {
    String id = dead("1", MEMBER);
    append("2", MEMBER, "t");
    OutboxRow row = now(outbox().requeue(id)).orElseThrow();
    assertEquals(OutboxStatus.PENDING, row.status());
    assertEquals(0, row.attempts());
    assertEquals(List.of("1"), claim(MEMBER, 9));
    assertEquals(OutboxStatus.INFLIGHT, now(outbox().requeue(id)).orElseThrow().status());
    now(outbox().settle(id, "b"));
    assertEquals(OutboxStatus.DONE, now(outbox().requeue(id)).orElseThrow().status());
    assertEquals(NONE, now(outbox().requeue("nothing")));
  }

  @Test
  void requeueingWhatWaitsMakesItDue() {
    String id = append("1", MEMBER, "t");
    claim(MEMBER, 1);
    now(outbox().retry(id, "later", MINUTE));
    OutboxRow row = now(outbox().requeue(id)).orElseThrow();
    assertEquals(time.wallTime(), row.nextAttemptAt());
    assertEquals(List.of("1"), claim(MEMBER, 1));
  }

  @Test
  void allDeadMessagesOfAMeshAreRequeuedAtOnce() {
    Via elsewhere = new Via("other", "member");
    dead("1", MEMBER);
    dead("2", MEMBER);
    dead("3", SESSION);
    dead("4", elsewhere);
    assertEquals(Map.of(MEMBER, 2, SESSION, 1), now(outbox().requeueDead(Optional.of("mesh"))));
    assertEquals(List.of("1"), claim(MEMBER, 9));
    assertEquals(Map.of(elsewhere, 1), now(outbox().requeueDead(Optional.empty())));
    assertEquals(Map.of(), now(outbox().requeueDead(Optional.empty())));
  }

  @Test
  void whatWaitsOrIsDeadCanBeDroppedButNotWhatIsInFlightOrDone() throws IOException {
    final String dead = dead("1", MEMBER);
    String flying = append("2", MEMBER, "t");
    final String waiting = append("3", MEMBER, "t");
    claim(MEMBER, 9);
    time.advance(MINUTE);
    OutboxRow dropped = now(outbox().drop(waiting, "user")).orElseThrow();
    assertEquals(OutboxStatus.ABORTED, dropped.status());
    assertEquals(Optional.of("user"), dropped.abortedBy());
    assertEquals(Optional.of(time.wallTime()), dropped.abortedAt());
    assertEquals(OutboxStatus.ABORTED, now(outbox().drop(dead, "user")).orElseThrow().status());
    assertEquals(OutboxStatus.INFLIGHT, now(outbox().drop(flying, "user")).orElseThrow().status());
    now(outbox().settle(flying, "b"));
    assertEquals(OutboxStatus.DONE, now(outbox().drop(flying, "user")).orElseThrow().status());
    assertEquals(NONE, now(outbox().drop("nothing", "user")));
    assertEquals(List.of(), claim(MEMBER, 9));
    reopen();
    assertEquals(List.of(), claim(MEMBER, 9));
    assertEquals(OutboxStatus.PENDING, now(outbox().requeue(waiting)).orElseThrow().status());
    assertEquals(List.of("3"), claim(MEMBER, 9));
  }

  // ── lists ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void listsShowTheNewestByStatusAndMesh() {
    dead("1", MEMBER);
    append("2", MEMBER, "t");
    append("3", MEMBER, "t");
    append("4", new Via("other", "member"), "t");
    claim(MEMBER, 1);
    assertEquals(List.of("4", "3", "2"), clientIds(outbox().list(OutboxQuery.newest(3))));
    assertEquals(List.of("4", "3"), listed(OutboxStatus.PENDING, 9));
    assertEquals(List.of("4"), listed(OutboxStatus.PENDING, 1));
    assertEquals(List.of("2"), listed(OutboxStatus.INFLIGHT, 9));
    assertEquals(List.of("1"), listed(OutboxStatus.DEAD, 9));
    assertEquals(List.of(), listed(OutboxStatus.DONE, 9));
    OutboxQuery query = new OutboxQuery(Optional.of("mesh"), Optional.of(OutboxStatus.PENDING), 9);
    assertEquals(List.of("3"), clientIds(outbox().list(query)));
    assertEquals(
        Map.of(
            OutboxStatus.PENDING, 2L,
            OutboxStatus.INFLIGHT, 1L,
            OutboxStatus.DEAD, 1L,
            OutboxStatus.DONE, 0L,
            OutboxStatus.ABORTED, 0L),
        outbox().counts());
  }

  private List<String> listed(OutboxStatus status, int limit) {
    return clientIds(outbox().list(OutboxQuery.newest(status, limit)));
  }

  // ── sweep ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void whatWaitedTooLongDiesUnlessItIsInFlight() {
    String first = append("1", MEMBER, "t");
    String second = append("2", MEMBER, "t");
    claim(MEMBER, 1);
    time.advance(limits.maxAge().plusMillis(1));
    append("3", MEMBER, "t");
    List<OutboxRow> told = new ArrayList<>();
    assertEquals(1, outbox().sweep(told::add));
    assertEquals(OutboxStatus.INFLIGHT, status(first));
    OutboxRow row = outbox().find(second).orElseThrow();
    assertEquals(List.of(row), told);
    assertEquals(OutboxStatus.DEAD, row.status());
    assertEquals(Optional.of("it could not be sent for 168 hours"), row.lastError());
    now(outbox().settle(first, "b"));
    assertEquals(List.of("3"), claim(MEMBER, 9));
  }

  @Test
  void finishedMessagesAreForgottenInTimeAndBeyondACount() throws IOException {
    reopen(new OutboxLimits(100, 100_000, 1, Duration.ofDays(7), Duration.ofDays(2), 2));
    for (int i = 0; i < 5; i++) {
      dead("" + i, MEMBER);
    }
    append("waits", MEMBER, "t");
    outbox().sweep(dead -> {});
    assertEquals(List.of("4", "3"), listed(OutboxStatus.DEAD, 9));
    append("0", MEMBER, "t"); // as new
    assertInstanceOf(Enqueued.Duplicate.class, append(message("4", MEMBER, "t")));
    time.advance(Duration.ofDays(2).plusMillis(1));
    outbox().sweep(dead -> {});
    assertEquals(List.of("0", "waits"), clientIds(outbox().list(OutboxQuery.newest(9))));
  }
}

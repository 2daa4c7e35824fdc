package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Events.Event;
import claudemesh.daemon.Events.Kind;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.Priority;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxRecipient;
import claudemesh.store.InboxScope;
import claudemesh.store.OutboxQuery;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStatus;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail through two daemons and a broker, all with their files. */
final class MailTest {

  @TempDir Path folder;
  private TestMesh team;
  private TestUser alice;
  private TestUser bob;

  @BeforeEach
  void meet() throws IOException {
    team = new TestMesh(folder.resolve("broker"), "team");
    alice = new TestUser(folder, "alice");
    bob = new TestUser(folder, "bob");
    team.join(alice.config, "alice");
    team.join(bob.config, "bob");
    alice.start();
    bob.start();
    alice.awaitOpen(team);
    bob.awaitOpen(team);
  }

  @AfterEach
  void part() throws IOException {
    alice.close();
    bob.close();
    team.close();
  }

  private static List<String> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
  }

  private List<OutboxRow> outbox() {
    return alice.daemon().parts().outbox().list(OutboxQuery.newest(1_000));
  }

  private OutboxRow outboxRow(String clientMessageId) {
    return alice.daemon().parts().outbox().findByClientId(clientMessageId).getFirst();
  }

  private void sendToBob(List<String> texts) {
    texts.forEach(text -> alice.send(alice.message(team, bob.memberKey(team), text)));
  }

  @Test
  void I3_mailOfTheMemberArrivesInOrderAndIsDoneInTheOutbox() {
    sendToBob(numbered(0, 50));
    bob.awaitTexts(team, bob.memberKey(team), numbered(0, 50));
    alice.await(
        "all are done", () -> outbox().stream().allMatch(row -> row.status() == OutboxStatus.DONE));
    assertEquals(50, outbox().size());
    assertTrue(outbox().getFirst().brokerMessageId().isPresent());
    var row = bob.inbox(team, bob.memberKey(team)).getFirst();
    assertEquals(InboxRecipient.Kind.MEMBER, row.message().recipient().kind());
    assertEquals(Optional.of("alice"), row.message().sender().name());
    assertEquals(alice.memberKey(team), row.message().sender().key());
  }

  @Test
  void aSessionsMailGoesOutAndComesInWithItsOwnKey() throws IOException {
    Ed25519KeyPair from = alice.session(team, "alice-one");
    Ed25519KeyPair to = bob.session(team, "bob-one");
    alice.send(alice.message(team, from, to.publicHex(), "hello"));
    bob.awaitTexts(team, to.publicHex(), List.of("hello"));
    var message = bob.inbox(team, to.publicHex()).getFirst().message();
    assertEquals(InboxRecipient.Kind.SESSION, message.recipient().kind());
    assertEquals(from.publicHex(), message.sender().key());
    assertEquals(List.of(), bob.texts(team, bob.memberKey(team)), "not the member's business");
  }

  @Test
  void I2_mailForTheMemberIsThereOnceHoweverManySessionsBringIt() throws IOException {
    Ed25519KeyPair one = bob.session(team, "bob-one");
    Ed25519KeyPair two = bob.session(team, "bob-two");
    sendToBob(numbered(0, 20));
    bob.awaitTexts(team, bob.memberKey(team), numbered(0, 20));
    // What comes through every connection after them has seen every copy come.
    alice.send(alice.message(team, one.publicHex(), "fence"));
    alice.send(alice.message(team, two.publicHex(), "fence"));
    bob.awaitTexts(team, one.publicHex(), List.of("fence"));
    bob.awaitTexts(team, two.publicHex(), List.of("fence"));
    assertEquals(numbered(0, 20), bob.texts(team, bob.memberKey(team)));
  }

  @Test
  void aBroadcastIsInTheInboxOfEachSessionAndOfTheMember() throws IOException {
    Ed25519KeyPair one = bob.session(team, "bob-one");
    alice.send(alice.message(team, "*", "all"));
    bob.awaitTexts(team, one.publicHex(), List.of("all"));
    bob.awaitTexts(team, bob.memberKey(team), List.of("all"));
  }

  @Test
  void theSameAgainIsADuplicateAndSomethingElseUnderItsIdAConflict() {
    String id = UUID.randomUUID().toString();
    String to = bob.memberKey(team);
    Optional<String> member = Optional.empty();
    alice.send(TestUser.message(team, member, to, id, "one"));
    alice.await("it is done", () -> outboxRow(id).status() == OutboxStatus.DONE);
    Accepted again = alice.accept(TestUser.message(team, member, to, id, "one"));
    assertEquals(new Accepted.Duplicate(id, "done", outboxRow(id).brokerMessageId()), again);
    Accepted other = alice.accept(TestUser.message(team, member, to, id, "two"));
    var conflict = assertInstanceOf(Accepted.Conflict.class, other);
    assertEquals(16, conflict.fingerprintPrefix().length());
    bob.awaitTexts(team, to, List.of("one"));
  }

  @Test
  void I3_overABrokersRestartNothingIsLostNorDoubledNorOvertaken() throws IOException {
    sendToBob(numbered(0, 100));
    team.restart();
    sendToBob(numbered(100, 200));
    team.restart();
    sendToBob(numbered(200, 300));
    bob.awaitTexts(team, bob.memberKey(team), numbered(0, 300));
  }

  @Test
  void I1_whatWasTakenWhileTheBrokerWasAwayIsSentWhenItIsBack() throws IOException {
    team.stop();
    alice.await("alice has noticed", () -> !alice.mesh(team).status().isOpen());
    sendToBob(numbered(0, 10));
    assertEquals(OutboxStatus.PENDING, outbox().getFirst().status());
    team.restart();
    bob.awaitTexts(team, bob.memberKey(team), numbered(0, 10));
  }

  @Test
  void I1_aDaemonThatIsRestartedGoesOnWhereItWas() throws IOException {
    String to = bob.memberKey(team);
    team.stop();
    alice.await("alice has noticed", () -> !alice.mesh(team).status().isOpen());
    sendToBob(numbered(0, 10));
    alice.stop();
    alice.start();
    team.restart();
    for (String text : numbered(10, 20)) {
      alice.send(alice.message(team, to, text));
    }
    bob.awaitTexts(team, to, numbered(0, 20));
  }

  @Test
  void mailForSomebodyWhoseDaemonIsDownWaitsForItAtTheBroker() throws IOException {
    String to = bob.memberKey(team);
    bob.stop();
    for (String text : numbered(0, 10)) {
      alice.send(alice.message(team, to, text));
    }
    bob.start();
    bob.awaitTexts(team, to, numbered(0, 10));
  }

  @Test
  void aSessionsMailWaitsForThatSessionsConnection() throws IOException {
    Ed25519KeyPair from = alice.session(team, "alice-one");
    String token = alice.daemon().sessions().all().getFirst().token();
    alice.daemon().sessions().remove(token);
    String id = alice.send(alice.message(team, from, bob.memberKey(team), "later"));
    sendToBob(List.of("sooner")); // the member's connection does not take it along
    bob.awaitTexts(team, bob.memberKey(team), List.of("sooner"));
    assertEquals(OutboxStatus.PENDING, outboxRow(id).status());
    alice.session(team, "alice-one", from);
    bob.awaitTexts(team, bob.memberKey(team), List.of("sooner", "later"));
  }

  @Test
  void whatTheBrokerRefusesForGoodIsDeadWithItsWordsAndCanBeSentAgain() {
    String id = alice.send(alice.message(team, "@nobody-is-in-it", "x".repeat(70_000)));
    alice.await("it is dead", () -> outboxRow(id).status() == OutboxStatus.DEAD);
    assertTrue(outboxRow(id).lastError().orElseThrow().contains("too large"));
    assertEquals(1, TestUser.result(alice.daemon().sends().requeueDead(Optional.empty())));
    alice.await("it was tried again", () -> outboxRow(id).status() == OutboxStatus.DEAD);
  }

  @Test
  void I11_whatCannotBeOpenedIsKeptAsideAndIsNobodysMessage() {
    String to = bob.memberKey(team);
    Push forged =
        new Push(
            "m1",
            team.id(),
            alice.memberKey(team),
            Priority.NEXT,
            "bm9uY2U=",
            "Zm9yZ2Vk",
            "2026-01-01T00:00:00Z",
            Optional.of("c1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("alice"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(to));
    bob.mesh(team).member().orElseThrow().onUnreadable(forged, "it is forged");
    InboxScope scope = InboxScope.of(team.id(), Set.of(to));
    bob.await("it is aside", () -> !bob.daemon().parts().inbox().unreadable(scope, 10).isEmpty());
    assertEquals(List.of(), bob.inbox(team, to));
    var aside = bob.daemon().parts().inbox().unreadable(scope, 10).getFirst().message();
    assertEquals(
        new InboxContent.Unreadable("bm9uY2U=", "Zm9yZ2Vk", "it is forged"), aside.content());
  }

  @Test
  void everyMessageAndEveryChangeInTheOutboxIsToldInItsScope() throws Exception {
    Ed25519KeyPair to = bob.session(team, "bob-one");
    var heard = bob.daemon().parts().events().follow(OptionalLong.empty(), MailTest::isMessage);
    var sent = alice.daemon().parts().events().follow(OptionalLong.empty(), MailTest::isOutbox);
    String id = alice.send(alice.message(team, to.publicHex(), "hello"));
    Event message = heard.next(TestUser.PATIENCE).orElseThrow();
    assertEquals(Events.Scope.session(team.id(), to.publicHex()), message.scope());
    assertEquals("hello", message.data().string("body"));
    assertEquals("alice", message.data().string("sender_name"));
    assertEquals("team", message.data().string("mesh"));
    assertEquals("session", message.data().string("recipient_kind"));
    Event done = sent.next(TestUser.PATIENCE).orElseThrow();
    assertEquals(Events.Scope.mesh(team.id()), done.scope());
    assertEquals(id, done.data().string("client_message_id"));
    assertEquals("done", done.data().string("status"));
  }

  @Test
  void aMessageThatWaitedForTooLongIsToldDead() throws Exception {
    alice.stop();
    alice.with(
        options ->
            new DaemonOptions(
                options.config(),
                options.folder(),
                options.clock(),
                options.tuning(),
                Duration.ofMillis(1),
                options.tcpPort()));
    alice.start();
    alice.awaitOpen(team);
    var told = alice.daemon().parts().events().follow(OptionalLong.empty(), MailTest::isDead);
    String nobody = Ed25519KeyPair.generate().publicHex();
    String id = alice.send(alice.message(team, nobody, "hello?"));
    Optional<Event> dead = Optional.empty();
    for (Deadline end = Deadline.in(TestUser.PATIENCE); dead.isEmpty() && !end.passed(); ) {
      alice.daemon().outboxSweep().run(); // not while the broker is asked
      dead = told.next(Duration.ofMillis(50));
    }
    assertEquals(id, dead.orElseThrow().data().string("client_message_id"));
    assertEquals(Events.Scope.mesh(team.id()), dead.get().scope());
    assertEquals("team", dead.get().data().string("mesh"));
    assertEquals("it could not be sent for 0 hours", dead.get().data().string("last_error"));
  }

  private static boolean isDead(Event event) {
    return isOutbox(event) && event.data().string("status").equals("dead");
  }

  private static boolean isMessage(Event event) {
    return event.kind() == Kind.MESSAGE;
  }

  private static boolean isOutbox(Event event) {
    return event.kind() == Kind.OUTBOX;
  }
}

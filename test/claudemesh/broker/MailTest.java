package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.DELTA;
import static claudemesh.broker.BrokerRig.acknowledge;
import static claudemesh.broker.BrokerRig.frame;
import static claudemesh.broker.BrokerRig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.store.MailboxLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sent, to whom it goes, when and in which order (protocol.md §5, §9). */
class MailTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");
  private static final Ed25519KeyPair OTHER = BrokerRig.key("12");

  @TempDir Path folder;
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static void refused(Json ack, String error) {
    assertFalse(ack.bool("queued", true));
    assertEquals("", ack.string("messageId"));
    assertTrue(ack.string("error").startsWith(error), ack.toString());
  }

  private static Json group(String name) {
    return frame("join_group").toBuilder().put("name", name).build();
  }

  private static Json status(String word) {
    return frame("set_status").toBuilder().put("status", word).build();
  }

  private Json withPriority(String target, String text, String priority) {
    return rig.message(target, text).toBuilder().put("priority", priority).build();
  }

  @Test
  void aMessageArrivesWithEverythingKnownOfItsSender() {
    TestPeer alpha = rig.connect();
    alpha.greet(
        rig.sessionHello(ALPHA, SESSION).toBuilder().put("displayName", "alpha/one").build());
    TestPeer bravo = rig.member(BRAVO, "b");
    Json message =
        rig.message(BRAVO.publicHex(), "aGVsbG8=").toBuilder().put("replyToId", "m0").build();
    Json ack = rig.send(alpha, message);
    assertTrue(ack.bool("queued", false));
    assertEquals(32, ack.string("messageId").length());
    assertFalse(ack.has("error"));
    Json push = bravo.nextMail();
    assertEquals(ack.string("messageId"), push.string("messageId"));
    assertEquals(rig.meshId, push.string("meshId"));
    assertEquals(SESSION.publicHex(), push.string("senderPubkey"));
    assertEquals(ALPHA.publicHex(), push.string("senderMemberPubkey"));
    assertEquals(rig.member(ALPHA).memberId(), push.string("senderMemberId"));
    assertEquals("alpha/one", push.string("senderName"));
    assertEquals("now", push.string("priority"));
    assertEquals("bm9uY2U=", push.string("nonce"));
    assertEquals("aGVsbG8=", push.string("ciphertext"));
    assertEquals(BRAVO.publicHex(), push.string("targetSpec"));
    assertEquals(message.string("client_message_id"), push.string("client_message_id"));
    assertEquals("ab".repeat(32), push.string("request_fingerprint"));
    assertEquals("m0", push.string("replyToId"));
    assertEquals("2026-03-01T12:00:00.123Z", push.string("createdAt"));
  }

  @Test
  void aMessageToAMemberGoesToEveryLiveConnectionOfIt() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer daemon = rig.member(BRAVO, "b");
    TestPeer session = rig.session(BRAVO, SESSION);
    rig.send(alpha, BRAVO.publicHex(), "x");
    Json push = daemon.nextMail();
    assertEquals(push, session.nextMail());
    session.say(acknowledge(push)).drain();
    rig.pass(Duration.ofSeconds(31));
    assertEquals(List.of(), daemon.drainMail());
  }

  @Test
  void aMessageToASessionGoesToThatSessionOnly() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer daemon = rig.member(BRAVO, "b");
    TestPeer session = rig.session(BRAVO, SESSION);
    TestPeer sibling = rig.session(BRAVO, OTHER);
    rig.send(alpha, SESSION.publicHex(), "x");
    assertEquals(List.of("x"), texts(session.drainMail()));
    assertEquals(List.of(), daemon.drainMail());
    assertEquals(List.of(), sibling.drainMail());
  }

  @Test
  void everybodyIsEveryOtherMember() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer alphaSession = rig.session(ALPHA, SESSION);
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer bravoSession = rig.session(BRAVO, OTHER);
    for (String target : List.of("*", "@all")) {
      rig.send(alphaSession, target, target);
      assertEquals(List.of(target), texts(bravo.drainMail()));
      assertEquals(List.of(target), texts(bravoSession.drainMail()));
      assertEquals(List.of(), alpha.drainMail());
      assertEquals(List.of(), alphaSession.drainMail());
    }
    assertEquals(List.of("*", "@all"), texts(rig.member(CHARLIE, "late").drainMail()));
  }

  @Test
  void aGroupIsThoseWhoJoinedIt() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer session = rig.session(BRAVO, SESSION);
    TestPeer charlie = rig.member(CHARLIE, "c");
    TestPeer own = rig.session(ALPHA, OTHER);
    session.say(group("dev")).drain();
    charlie.say(group("dev")).drain();
    own.say(group("dev")).drain();
    rig.send(alpha, "@dev", "1");
    assertEquals(List.of("1"), texts(session.drainMail()));
    assertEquals(List.of("1"), texts(charlie.drainMail()));
    assertEquals(List.of(), bravo.drainMail());
    assertEquals(List.of(), own.drainMail());
    charlie.say(frame("leave_group").toBuilder().put("name", "dev").build()).drain();
    rig.send(alpha, "@dev", "2");
    assertEquals(List.of(), charlie.drainMail());
    assertEquals(List.of("2"), texts(session.drainMail()));
    assertTrue(rig.send(alpha, "@nobody", "3").bool("queued", false));
  }

  @Test
  void aGroupMemberThatIsAwayGetsItLater() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    session.say(group("dev")).drain();
    rig.leave(session);
    rig.pass(Duration.ofSeconds(100));
    rig.send(alpha, "@dev", "later");
    assertEquals(List.of("later"), texts(rig.session(BRAVO, SESSION).drainMail()));
  }

  @Test
  void whoIsAwayGetsItsMailInOrderOnceItComes() {
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.leave(rig.session(BRAVO, SESSION));
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String text = "t" + i;
      assertTrue(rig.send(alpha, SESSION.publicHex(), text).bool("queued", false));
      assertTrue(rig.send(alpha, DELTA.publicHex(), text).bool("queued", false));
      sent.add(text);
    }
    assertEquals(sent, texts(rig.session(BRAVO, SESSION).drainMail()));
    rig.pass(Duration.ofMinutes(10));
    assertEquals(sent, texts(rig.member(DELTA, "first time").drainMail()));
  }

  @Test
  void aSessionHasAMailboxForThirtyDaysAfterItWasSeenAndAMemberForEver() {
    rig.leave(rig.session(BRAVO, SESSION));
    rig.pass(Duration.ofSeconds(100));
    rig.pass(Duration.ofDays(30).minusSeconds(200));
    TestPeer alpha = rig.member(ALPHA, "a");
    assertTrue(rig.send(alpha, SESSION.publicHex(), "x").bool("queued", false));
    rig.pass(Duration.ofSeconds(200));
    refused(rig.send(alpha, SESSION.publicHex(), "x"), "no connected peer");
    assertTrue(rig.send(alpha, DELTA.publicHex(), "never seen").bool("queued", false));
  }

  @Test
  void whatWasNotAcknowledgedComesAgainOnTheNextConnection() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    for (String text : List.of("1", "2", "3")) {
      rig.send(alpha, BRAVO.publicHex(), text);
    }
    bravo.say(acknowledge(bravo.nextMail())).drain();
    rig.leave(bravo);
    rig.send(alpha, BRAVO.publicHex(), "4");
    assertEquals(List.of("2", "3", "4"), texts(rig.member(BRAVO, "b").drainMail()));
  }

  @Test
  void whatWasNotAcknowledgedComesAgainWhenTheNewerSocketReplacesTheOlder() {
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.session(BRAVO, SESSION);
    rig.send(alpha, SESSION.publicHex(), "1");
    assertEquals(List.of("1"), texts(rig.session(BRAVO, SESSION).drainMail()));
  }

  @Test
  void aSiblingThatComesLaterGetsWhatIsUnderWay() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    rig.send(alpha, BRAVO.publicHex(), "1");
    bravo.nextMail();
    assertEquals(List.of("1"), texts(rig.session(BRAVO, SESSION).drainMail()));
    assertEquals(List.of(), bravo.drainMail());
  }

  @Test
  void aLeaseThatEndsDeliversAgainWhileConnected() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    rig.send(alpha, BRAVO.publicHex(), "1");
    rig.send(alpha, BRAVO.publicHex(), "2");
    Json first = bravo.nextMail();
    Json second = bravo.nextMail();
    bravo.say(acknowledge(second)).drain();
    rig.pass(Duration.ofMillis(29_999));
    assertEquals(List.of(), bravo.drainMail());
    rig.pass(Duration.ofMillis(1));
    assertEquals(List.of(first), bravo.drainMail());
    bravo.say(acknowledge(first)).drain();
    rig.pass(Duration.ofSeconds(31));
    assertEquals(List.of(), bravo.drainMail());
  }

  @Test
  void anAckByEitherIdSettles() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    rig.send(alpha, BRAVO.publicHex(), "1");
    rig.send(alpha, BRAVO.publicHex(), "2");
    bravo.say(acknowledge(bravo.nextMail()).toBuilder().remove("brokerMessageId").build());
    bravo.say(acknowledge(bravo.nextMail()).toBuilder().remove("clientMessageId").build());
    bravo.say(frame("client_ack")).drain();
    rig.pass(Duration.ofSeconds(31));
    assertEquals(List.of(), bravo.drainMail());
  }

  @Test
  void nobodyAcknowledgesTheMailOfOthers() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    rig.send(alpha, BRAVO.publicHex(), "1");
    Json push = bravo.nextMail();
    charlie.say(acknowledge(push)).drain();
    alpha.say(acknowledge(push)).drain();
    rig.pass(Duration.ofSeconds(31));
    assertEquals(List.of(push), bravo.drainMail());
  }

  @Test
  void aRepeatedSendGetsTheFirstIdAndIsPushedOnce() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer sibling = rig.session(ALPHA, SESSION);
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    Json message = rig.message(BRAVO.publicHex(), "once");
    Json first = rig.send(alpha, message);
    assertEquals(first, rig.send(alpha, message));
    assertEquals(first, rig.send(sibling, message));
    Json push = bravo.nextMail();
    bravo.say(acknowledge(push)).drain();
    assertEquals(first, rig.send(alpha, message));
    assertEquals(List.of(), bravo.drainMail());
    rig.send(charlie, message);
    assertEquals(List.of("once"), texts(bravo.drainMail()));
  }

  @Test
  void unknownTargetsAreRefused() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(ALPHA, SESSION);
    String none = "no connected peer for target ";
    refused(rig.send(alpha, OTHER.publicHex(), "x"), none + OTHER.publicHex());
    refused(rig.send(alpha, "bravo", "x"), none + "bravo");
    refused(rig.send(session, SESSION.publicHex(), "to itself"), none);
    refused(rig.send(alpha, "#general", "x"), "unknown topic");
  }

  @Test
  void bannedMembersGetNoMail() throws IOException {
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.session(DELTA, SESSION);
    rig.broker.directory().setRevoked(rig.meshId, DELTA.publicHex(), true);
    refused(rig.send(alpha, DELTA.publicHex(), "x"), "no connected peer");
    refused(rig.send(alpha, SESSION.publicHex(), "x"), "no connected peer");
  }

  @Test
  void aMessageToOnesOwnMemberGoesToTheOthersOfIt() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(ALPHA, SESSION);
    rig.send(alpha, ALPHA.publicHex(), "1");
    assertEquals(List.of("1"), texts(session.drainMail()));
    rig.send(session, ALPHA.publicHex(), "2");
    assertEquals(List.of("2"), texts(alpha.drainMail()));
    rig.send(alpha, SESSION.publicHex(), "3");
    assertEquals(List.of("3"), texts(session.drainMail()));
    rig.leave(session);
    rig.pass(Duration.ofSeconds(91));
    refused(rig.send(alpha, ALPHA.publicHex(), "x"), "no connected peer");
  }

  @Test
  void aPayloadTooLargeIsRefused() {
    TestPeer alpha = rig.member(ALPHA, "a");
    int used = 64 + "bm9uY2U=".length();
    String most = "x".repeat(65_536 - used);
    assertTrue(rig.send(alpha, BRAVO.publicHex(), most).bool("queued", false));
    refused(rig.send(alpha, BRAVO.publicHex(), most + "x"), "payload too large: ");
  }

  @Test
  void prioritiesWaitForTheRecipient() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    for (String busy : List.of("dnd", "working")) {
      session.say(status(busy)).drain();
      rig.send(alpha, withPriority(SESSION.publicHex(), "next", "next"));
      rig.send(alpha, withPriority(SESSION.publicHex(), "low", "low"));
      rig.send(alpha, withPriority(SESSION.publicHex(), "now", "now"));
      assertEquals(List.of("now"), texts(acknowledgeAll(session)));
      session.say(status("idle"));
      assertEquals(List.of("next", "low"), texts(acknowledgeAll(session)));
    }
  }

  private static List<Json> acknowledgeAll(TestPeer peer) {
    List<Json> mail = peer.drainMail();
    mail.forEach(push -> peer.say(acknowledge(push)));
    peer.drain();
    return mail;
  }

  @Test
  void onlySoMuchIsUnderWayAndTheRestFollowsTheAcks() {
    TestPeer alpha = rig.member(ALPHA, "a");
    for (int i = 0; i < 1_200; i++) {
      alpha.say(rig.message(BRAVO.publicHex(), "t" + i));
    }
    for (int i = 0; i < 1_200; i++) {
      alpha.next("ack");
    }
    TestPeer bravo = rig.member(BRAVO, "b");
    List<Json> first = nextMails(bravo, 1_000);
    assertEquals(List.of(), bravo.drainMail());
    first.forEach(push -> bravo.say(acknowledge(push)));
    List<Json> rest = nextMails(bravo, 200);
    assertEquals("t1000", rest.getFirst().string("ciphertext"));
    assertEquals("t1199", rest.getLast().string("ciphertext"));
  }

  private static List<Json> nextMails(TestPeer peer, int count) {
    return Stream.generate(peer::nextMail).limit(count).toList();
  }

  @Test
  void messageStatusTellsHowFarItCame() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    String id = rig.send(alpha, "*", "x").string("messageId");
    Json ask = frame("message_status").toBuilder().put("messageId", id).build();
    assertEquals(
        List.of("bravo queued", "charlie queued", "delta queued"), recipients(alpha.ask(ask)));
    rig.time.advance(Duration.ofSeconds(2));
    bravo.say(acknowledge(bravo.nextMail())).drain();
    Json result = charlie.ask(ask);
    assertEquals("message_status_result", result.string("type"));
    assertEquals("*", result.string("targetSpec"));
    assertTrue(result.bool("delivered", false));
    assertEquals("2026-03-01T12:00:02.123Z", result.string("deliveredAt"));
    assertEquals(List.of("bravo delivered", "charlie queued", "delta queued"), recipients(result));
    String secret = rig.send(alpha, BRAVO.publicHex(), "x").string("messageId");
    Json spy = charlie.ask(ask.toBuilder().put("messageId", secret).build());
    assertEquals("not_found", spy.string("code"));
  }

  private Json statusOf(TestPeer asker, Json ack) {
    return asker.ask(
        frame("message_status").toBuilder().put("messageId", ack.string("messageId")).build());
  }

  @Test
  void messageStatusTellsWhatWasReadEvenAfterARestart() throws IOException {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    Json ack = rig.send(alpha, "*", "x");
    String id = bravo.nextMail().string("messageId");
    Json read =
        frame("message_read").toBuilder().put("messageIds", Json.strings(List.of(id))).build();
    bravo.say(read).drain(); // settles it as well
    charlie.say(acknowledge(charlie.nextMail())).drain();
    alpha.say(read).drain(); // not alpha's to read
    rig.send(alpha, "@nobody", "what was asked before has taken effect");
    List<String> expected = List.of("bravo read", "charlie delivered", "delta queued");
    assertEquals(expected, recipients(statusOf(alpha, ack)));
    rig.restart();
    Json status = statusOf(rig.member(ALPHA, "a"), ack);
    assertEquals(expected, recipients(status));
    assertEquals("2026-03-01T12:00:00.123Z", status.string("deliveredAt"));
    assertFalse(status.list("recipients").getFirst().has("reason"));
    assertEquals(List.of(), rig.member(BRAVO, "b").drainMail());
  }

  @Test
  void messageStatusTellsWhyMailIsDead() throws IOException {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(CHARLIE, SESSION);
    rig.leave(session);
    Json tooOld = rig.send(alpha, BRAVO.publicHex(), "x");
    rig.pass(Duration.ofDays(31));
    Json toMember = rig.send(alpha, CHARLIE.publicHex(), "x");
    Json toAll = rig.send(alpha, "*", "x");
    rig.session(CHARLIE, SESSION).drain();
    Json toSession = rig.send(alpha, SESSION.publicHex(), "x");
    alpha.ask(frame("ban").toBuilder().put("target", "charlie").build());
    assertEquals("bravo dead: nobody took it", reasons(statusOf(alpha, tooOld)).getFirst());
    String banned = "charlie dead: the recipient was banned";
    assertEquals(banned, reasons(statusOf(alpha, toMember)).getFirst());
    assertEquals(banned, reasons(statusOf(alpha, toSession)).getFirst());
    assertEquals(
        List.of("bravo queued: ", banned, "delta queued: "), reasons(statusOf(alpha, toAll)));
    rig.restart();
    assertEquals(banned, reasons(statusOf(rig.member(ALPHA, "a"), toMember)).getFirst());
  }

  private static List<String> reasons(Json result) {
    return result.list("recipients").stream()
        .map(
            row ->
                row.string("name") + " " + row.string("status") + ": " + row.string("reason", ""))
        .toList();
  }

  private static List<String> recipients(Json result) {
    return result.list("recipients").stream()
        .map(row -> row.string("name") + " " + row.string("status"))
        .toList();
  }

  @Test
  void aMailboxThatIsFullRefusesTheSenderAndNotABroadcast() throws IOException {
    rig.close();
    MailboxLimits limits = new MailboxLimits(3, 1_000, 1_000_000, Duration.ofDays(30), 1_000);
    try (BrokerRig small =
        BrokerRig.start(folder.resolve("b"), options -> options.withMailboxLimits(limits))) {
      TestPeer alpha = small.member(ALPHA, "a");
      for (int i = 0; i < 3; i++) {
        small.send(alpha, DELTA.publicHex(), "x");
      }
      refused(small.send(alpha, DELTA.publicHex(), "x"), "mailbox_full: ");
      Json ack = small.send(alpha, "*", "x");
      assertTrue(ack.bool("queued", false));
      Json ask =
          frame("message_status").toBuilder().put("messageId", ack.string("messageId")).build();
      assertEquals(
          List.of("bravo queued: ", "charlie queued: ", "delta dead: the mailbox was full"),
          reasons(alpha.ask(ask)));
    }
  }

  @Test
  void mailThatNobodyTakesDies() {
    TestPeer alpha = rig.member(ALPHA, "a");
    String id = rig.send(alpha, DELTA.publicHex(), "x").string("messageId");
    rig.pass(Duration.ofDays(31));
    Json ask = frame("message_status").toBuilder().put("messageId", id).build();
    assertEquals(List.of("delta dead"), recipients(alpha.ask(ask)));
    assertEquals(List.of(), rig.member(DELTA, "d").drainMail());
  }
}

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
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.store.MailboxLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics: made, joined, sent to, read later; on disk like all mail. */
class TopicTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");
  private static final Ed25519KeyPair OTHER = BrokerRig.key("12");

  @TempDir Path folder;
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    MailboxLimits few = new MailboxLimits(100, 1_000, 1 << 20, Duration.ofDays(30), 100, 5);
    rig = BrokerRig.start(folder, options -> options.withMailboxLimits(few));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Json ask(TestPeer peer, String type, String field, String value) {
    return peer.ask(frame(type).toBuilder().put(field, value).build());
  }

  private static Json create(TestPeer peer, String name) {
    return ask(peer, "topic_create", "name", name);
  }

  private static void join(TestPeer peer, String topic) {
    assertEquals("ack", ask(peer, "topic_join", "topic", topic).string("type"));
  }

  private static List<Json> topics(TestPeer peer) {
    Json list = peer.ask(frame("topic_list"));
    assertEquals("topic_list_response", list.string("type"));
    return list.list("topics");
  }

  private static List<String> history(TestPeer peer, String topic, int limit, String before) {
    Json.Builder request = frame("topic_history").toBuilder().put("topic", topic);
    request.put("limit", limit);
    if (before != null) {
      request.put("beforeId", before);
    }
    return texts(peer.ask(request.build()).list("messages"));
  }

  private static void error(Json answer, String code) {
    assertEquals("error", answer.string("type"), answer.toString());
    assertEquals(code, answer.string("code"));
  }

  @Test
  void aTopicIsMadeOnceAndEverybodySeesIt() {
    TestPeer alpha = rig.member(ALPHA, "a");
    Json made =
        alpha.ask(
            frame("topic_create").toBuilder()
                .put("name", "dev")
                .put("description", "what we build")
                .build());
    assertEquals("topic_created", made.string("type"));
    assertTrue(made.bool("created", false));
    Json topic = made.get("topic").orElseThrow();
    assertEquals(32, topic.string("id").length());
    TestPeer bravo = rig.member(BRAVO, "b");
    Json again = create(bravo, "dev");
    assertFalse(again.bool("created", true));
    assertEquals(topic, again.get("topic").orElseThrow());
    assertTrue(create(bravo, "ops").bool("created", false));
    join(bravo, "dev");
    List<Json> rows = topics(bravo);
    assertEquals(List.of("dev", "ops"), rows.stream().map(row -> row.string("name")).toList());
    Json row = rows.getFirst();
    assertEquals("what we build", row.string("description"));
    assertEquals("public", row.string("visibility"));
    assertEquals(1, row.number("memberCount"));
    assertEquals("2026-03-01T12:00:00.123Z", row.string("createdAt"));
    assertTrue(rows.get(1).get("description").isEmpty());
  }

  @Test
  void whoHasJoinedGetsWhatIsSentThereAtOnce() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    TestPeer sibling = rig.session(ALPHA, OTHER);
    TestPeer daemon = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    String id = create(alpha, "dev").get("topic").orElseThrow().string("id");
    for (TestPeer each : List.of(alpha, session, sibling)) {
      join(each, "dev");
    }
    join(charlie, id);
    Json ack = rig.send(alpha, "#" + id, "1");
    assertTrue(ack.bool("queued", false));
    Json push = session.nextMail();
    assertEquals("1", push.string("ciphertext"));
    assertEquals("dev", push.string("topic"));
    assertEquals("#" + id, push.string("targetSpec"));
    assertEquals("alpha", push.string("senderName"));
    assertEquals(push, sibling.nextMail());
    assertEquals(push, charlie.nextMail());
    assertEquals(List.of(), daemon.drainMail());
    assertEquals(List.of(), alpha.drainMail());
    assertEquals("ack", ask(charlie, "topic_leave", "topic", "#dev").string("type"));
    rig.send(alpha, "#dev", "2");
    assertEquals("2", session.nextMail().string("ciphertext"));
    assertEquals(List.of(), charlie.drainMail());
  }

  @Test
  void whoIsAwayGetsItLaterInOrderEvenFromTheNextBroker() throws IOException {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    create(alpha, "dev");
    join(session, "dev");
    rig.leave(session);
    rig.send(alpha, "#dev", "1");
    rig.restart();
    TestPeer again = rig.member(ALPHA, "a");
    rig.send(again, "#dev", "2");
    assertEquals(List.of("1", "2"), texts(rig.session(BRAVO, SESSION).drainMail()));
    assertEquals(1, topics(again).getFirst().number("memberCount"));
    assertEquals(List.of("1", "2"), history(again, "dev", 9, null));
  }

  @Test
  void theHistoryIsTheLatestOfTheTopicWhoeverJoined() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    create(alpha, "dev");
    create(alpha, "ops");
    join(bravo, "dev");
    assertEquals(List.of(), history(bravo, "dev", 9, null));
    for (int i = 1; i <= 7; i++) {
      rig.send(alpha, "#dev", "t" + i);
      bravo.say(acknowledge(bravo.nextMail()));
    }
    rig.send(alpha, "#ops", "elsewhere");
    TestPeer charlie = rig.member(CHARLIE, "c");
    assertEquals(List.of("t3", "t4", "t5", "t6", "t7"), history(charlie, "dev", 999, null));
    assertEquals(List.of("t6", "t7"), history(charlie, "dev", 2, null));
    Json latest = ask(charlie, "topic_history", "topic", "dev").list("messages").getLast();
    assertEquals(latest.string("messageId"), latest.string("id"));
    assertEquals("alpha", latest.string("senderName"));
    assertEquals(ALPHA.publicHex(), latest.string("senderPubkey"));
    assertEquals("dev", latest.string("topic"));
    assertFalse(latest.has("type"));
    assertEquals(List.of("t5", "t6"), history(charlie, "dev", 2, latest.string("id")));
    rig.pass(Duration.ofDays(31));
    rig.broker.tick();
    assertEquals(List.of(), history(charlie, "dev", 9, null));
  }

  @Test
  void aMessageSentAgainIsInTheHistoryOnce() {
    TestPeer alpha = rig.member(ALPHA, "a");
    create(alpha, "dev");
    Json message = rig.message("#dev", "once");
    assertEquals(rig.send(alpha, message), rig.send(alpha, message));
    assertEquals(List.of("once"), history(alpha, "dev", 9, null));
  }

  @Test
  void itsCreatorOrWhoGovernsMayEndATopicAndNobodyElse() throws IOException {
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer charlie = rig.member(CHARLIE, "c");
    TestPeer owner = rig.member(ALPHA, "a");
    TestPeer admin = rig.member(DELTA, "d");
    for (String name : List.of("mine", "admins", "owners")) {
      create(bravo, name);
      join(charlie, name);
      rig.send(bravo, "#" + name, "x");
    }
    String id = topics(bravo).getFirst().string("id");
    error(ask(charlie, "topic_delete", "topic", "mine"), "forbidden");
    assertEquals("ack", ask(bravo, "topic_delete", "topic", "mine").string("type"));
    assertEquals("ack", ask(admin, "topic_delete", "topic", "admins").string("type"));
    assertEquals("ack", ask(owner, "topic_delete", "topic", "owners").string("type"));
    assertEquals(List.of(), topics(owner));
    assertTrue(rig.send(bravo, "#mine", "x").string("error").startsWith("unknown topic"));
    rig.restart();
    TestPeer again = rig.member(BRAVO, "b");
    assertEquals(List.of(), topics(again));
    Json anew = create(again, "mine").get("topic").orElseThrow();
    assertNotEquals(id, anew.string("id"));
    assertEquals(0, topics(again).getFirst().number("memberCount"));
    assertEquals(List.of(), history(again, "mine", 9, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"topic_join", "topic_leave", "topic_delete", "topic_history"})
  void aTopicThatIsNotThereIsSaidSo(String request) {
    error(ask(rig.member(ALPHA, "a"), request, "topic", "none"), "topic_not_found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "#dev", "a@b", "*", "a\tb"})
  void aNameMustBeOneWord(String name) {
    error(create(rig.member(ALPHA, "a"), name), "invalid");
  }

  @Test
  void whatIsAskedOfATopicIsBounded() {
    TestPeer alpha = rig.member(ALPHA, "a");
    error(create(alpha, "x".repeat(129)), "invalid");
    assertTrue(create(alpha, "x".repeat(128)).bool("created", false));
    Json wordy =
        frame("topic_create").toBuilder()
            .put("name", "a")
            .put("description", "x".repeat(1_001))
            .build();
    error(alpha.ask(wordy), "invalid");
    Json secret =
        frame("topic_create").toBuilder().put("name", "a").put("visibility", "private").build();
    error(alpha.ask(secret), "invalid");
    create(alpha, "dev");
    Json role =
        frame("topic_join").toBuilder().put("topic", "dev").put("role", "x".repeat(129)).build();
    error(alpha.ask(role), "invalid");
    Json none = frame("topic_history").toBuilder().put("topic", "dev").put("limit", 0).build();
    error(alpha.ask(none), "invalid");
  }

  @Test
  void joiningTwiceIsJoiningOnceAndBannedMembersGetNothing() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer charlie = rig.member(CHARLIE, "c");
    create(alpha, "dev");
    join(charlie, "dev");
    join(charlie, "dev");
    assertEquals(1, topics(alpha).getFirst().number("memberCount"));
    rig.send(alpha, "#dev", "1");
    assertEquals(List.of("1"), texts(charlie.drainMail()));
    ask(alpha, "ban", "target", "charlie");
    Json ack = rig.send(alpha, "#dev", "2");
    Json status = ask(alpha, "message_status", "messageId", ack.string("messageId"));
    assertEquals(List.of(), status.list("recipients"));
  }

  @Test
  void whoIsForgottenIsInNoTopicAnyMore() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    create(alpha, "dev");
    join(session, "dev");
    rig.leave(session);
    rig.pass(Duration.ofSeconds(100));
    rig.pass(Duration.ofDays(31));
    assertEquals(0, topics(alpha).getFirst().number("memberCount"));
  }
}

package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is on the mesh, and who hears of it (protocol.md §4). */
class PresenceTest {

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

  private static List<Json> rows(TestPeer peer) {
    return peer.ask(frame("list_peers")).list("peers");
  }

  private static Json row(TestPeer peer, Ed25519KeyPair key) {
    return rows(peer).stream()
        .filter(row -> row.string("pubkey").equals(key.publicHex()))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> keys(TestPeer peer) {
    return rows(peer).stream().map(row -> row.string("pubkey")).toList();
  }

  @Test
  void everyRowShowsItsOwn() {
    TestPeer alpha = rig.connect();
    alpha.greet(
        rig.hello(ALPHA, "daemon-7").toBuilder()
            .put("channel", "claudemesh-daemon")
            .put("peerType", "ai")
            .build());
    TestPeer session = rig.connect();
    session.greet(
        rig.sessionHello(ALPHA, SESSION).toBuilder()
            .put("displayName", "alpha/one")
            .put("channel", "claudemesh-session")
            .put("hostname", "box")
            .put("model", "m1")
            .build());
    session.say(frame("set_status").toBuilder().put("status", "working").build());
    session.say(frame("set_summary").toBuilder().put("summary", "on it").build());
    session.drain();

    Json member = row(alpha, ALPHA);
    assertEquals("control-plane", member.string("role"));
    assertEquals("control-plane", member.string("peerRole"));
    assertEquals("alpha", member.string("displayName"));
    assertEquals("/home/dev/alpha", member.string("cwd"));
    assertEquals("claudemesh-daemon", member.string("channel"));
    assertEquals("daemon-7", member.string("sessionId"));
    assertEquals("idle", member.string("status"));
    assertFalse(member.has("summary"));

    Json own = row(session, SESSION);
    assertEquals("session", own.string("role"));
    assertEquals("session", own.string("peerRole"));
    assertEquals("alpha/one", own.string("displayName"));
    assertEquals(ALPHA.publicHex(), own.string("memberPubkey"));
    assertEquals("/home/dev/s", own.string("cwd"));
    assertEquals("claudemesh-session", own.string("channel"));
    assertEquals("working", own.string("status"));
    assertEquals("on it", own.string("summary"));
    assertEquals("box", own.string("hostname"));
    assertEquals("2026-03-01T12:00:00.123Z", own.string("connectedAt"));
    assertTrue(own.bool("visible", false));
  }

  @Test
  void theRequestIdIsEchoedOnlyIfSent() {
    TestPeer alpha = rig.member(ALPHA, "a");
    alpha.say(frame("list_peers"));
    assertFalse(alpha.next("peers_list").has("_reqId"));
  }

  @Test
  void everybodyElseHearsWhoJoins() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    rig.session(ALPHA, SESSION);
    Json event = alpha.nextEvent("peer_joined");
    assertEquals("bravo", event.get("eventData").orElseThrow().string("name"));
    assertEquals(BRAVO.publicHex(), event.get("eventData").orElseThrow().string("pubkey"));
    assertEquals("system", event.string("senderPubkey"));
    assertEquals("low", event.string("priority"));
    assertEquals(rig.meshId, event.string("meshId"));
    assertEquals("", event.string("ciphertext"));
    assertEquals(List.of("peer_joined alpha"), alpha.drainEvents());
    assertEquals(List.of("peer_joined alpha"), bravo.drainEvents());
  }

  @Test
  void aClosedPresenceIsListedForNinetySecondsAndThenLeaves() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    rig.leave(session);
    alpha.drain();
    rig.pass(Duration.ofMillis(89_999));
    assertTrue(keys(alpha).contains(SESSION.publicHex()));
    assertTrue(row(alpha, SESSION).bool("away", false));
    assertFalse(row(alpha, ALPHA).bool("away", false));
    assertEquals(List.of(), alpha.drainEvents());
    rig.pass(Duration.ofMillis(1));
    assertEquals("bravo", alpha.nextEvent("peer_left").get("eventData").get().string("name"));
    assertEquals(List.of(ALPHA.publicHex()), keys(alpha));
  }

  @Test
  void theSameSessionKeyComesBackSilently() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer first = rig.connect();
    Json joined = first.greet(rig.sessionHello(BRAVO, SESSION));
    rig.leave(first);
    rig.pass(Duration.ofSeconds(89));
    TestPeer second = rig.connect();
    Json back = second.greet(rig.sessionHello(BRAVO, SESSION));
    assertEquals(joined.string("presenceId"), back.string("presenceId"));
    assertTrue(back.bool("restored", false));
    rig.pass(Duration.ofSeconds(89));
    assertEquals(List.of("peer_joined bravo"), alpha.drainEvents());
  }

  @Test
  void aNewerConnectionWithTheSameSessionKeyReplacesTheOlder() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer first = rig.connect();
    Json joined = first.greet(rig.sessionHello(BRAVO, SESSION));
    TestPeer second = rig.connect();
    Json renamed =
        rig.sessionHello(BRAVO, SESSION).toBuilder()
            .put("sessionId", "another-sid")
            .put("displayName", "renamed")
            .build();
    Json back = second.greet(renamed);
    assertEquals("1000 session_replaced", first.ending());
    assertEquals(joined.string("presenceId"), back.string("presenceId"));
    assertEquals("renamed", back.string("memberDisplayName"));
    rig.pass(Duration.ofSeconds(200));
    assertEquals(List.of("peer_joined bravo"), alpha.drainEvents());
    assertEquals("another-sid", row(alpha, SESSION).string("sessionId"));
    assertEquals(2, rows(alpha).size());
  }

  @Test
  void aHelloThatWasLongUnderWayDoesNotReplaceALaterOne() {
    Json late = rig.sessionHello(BRAVO, SESSION);
    rig.pass(Duration.ofSeconds(5));
    TestPeer live = rig.session(BRAVO, SESSION);
    TestPeer overtaken = rig.connect();
    overtaken.say(late);
    assertEquals("timestamp_skew", overtaken.next("error").string("code"));
    assertEquals("1008 timestamp_skew", overtaken.ending());
    assertTrue(live.isOpen());
  }

  @Test
  void aClockThatWasSetBackKeepsNobodyOutForLongerThanAHelloMayBeOld() {
    Json early = rig.sessionHello(BRAVO, SESSION);
    rig.pass(Duration.ofSeconds(5));
    TestPeer live = rig.session(BRAVO, SESSION);
    rig.leave(live);
    rig.connect().greet(early); // nobody is there to be replaced
    assertTrue(keys(rig.member(ALPHA, "a")).contains(SESSION.publicHex()));
  }

  @Test
  void aMemberConnectionIsWhoItsMemberAndSessionIdSay() {
    TestPeer first = rig.member(BRAVO, "daemon-1");
    TestPeer other = rig.member(BRAVO, "daemon-2");
    TestPeer again = rig.member(BRAVO, "daemon-1");
    assertEquals("1000 session_replaced", first.ending());
    assertEquals(2, rows(again).size());
    assertTrue(other.isOpen());
  }

  @Test
  void aSessionOfTheSameProgramUnderANewKeyTakesThePlaceOfTheOld() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer old = rig.session(BRAVO, SESSION);
    TestPeer fresh = rig.connect();
    Json hello =
        rig.sessionHello(BRAVO, OTHER).toBuilder()
            .put("sessionId", "sess-" + SESSION.publicHex().substring(0, 8))
            .build();
    fresh.greet(hello);
    assertEquals("1000 session_replaced", old.ending());
    assertEquals(
        List.of("peer_joined bravo", "peer_left bravo", "peer_joined bravo"), alpha.drainEvents());
    assertEquals(List.of(ALPHA.publicHex(), OTHER.publicHex()), keys(alpha));
  }

  @Test
  void anotherMembersSessionWithTheSameSessionIdIsLeftAlone() {
    TestPeer mine = rig.session(BRAVO, SESSION);
    TestPeer theirs = rig.connect();
    theirs.greet(
        rig.sessionHello(CHARLIE, OTHER).toBuilder()
            .put("sessionId", "sess-" + SESSION.publicHex().substring(0, 8))
            .build());
    assertEquals(2, rows(mine).size());
  }

  @Test
  void aMemberThatWasHereReturns() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b1");
    bravo.say(frame("set_summary").toBuilder().put("summary", "busy").build());
    rig.leave(bravo);
    TestPeer back = rig.connect();
    Json ack = back.greet(rig.hello(BRAVO, "b2"));
    assertTrue(ack.bool("restored", false));
    assertEquals("busy", ack.string("lastSummary"));
    assertTrue(ack.has("lastSeenAt"));
    assertEquals(List.of("peer_joined bravo", "peer_returned bravo"), alpha.drainEvents());
  }

  @Test
  void hiddenPeersAreHiddenFromOthersAndNotFromTheirOwnMember() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    TestPeer session = rig.session(BRAVO, SESSION);
    Json hide = frame("set_visible").toBuilder().put("visible", false).build();
    Json ack = session.ask(hide);
    assertEquals("ack", ack.string("type"));
    assertEquals(ack.string("_reqId"), ack.string("id"));
    alpha.nextEvent("peer_hidden");
    bravo.nextEvent("peer_hidden");
    assertFalse(keys(alpha).contains(SESSION.publicHex()));
    assertFalse(row(bravo, SESSION).bool("visible", true));
    assertTrue(keys(session).contains(SESSION.publicHex()));

    session.ask(hide);
    assertEquals(List.of(), alpha.drainEvents());
    session.say(frame("set_visible").toBuilder().put("visible", true).build());
    assertEquals("", session.next("ack").string("id"));
    alpha.nextEvent("peer_visible");
    assertTrue(keys(alpha).contains(SESSION.publicHex()));
  }

  @Test
  void aHiddenPeerLeavesAndReturnsUnnoticed() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.session(BRAVO, SESSION);
    session.ask(frame("set_visible").toBuilder().put("visible", false).build());
    rig.leave(session);
    alpha.drain();
    rig.pass(Duration.ofSeconds(91));
    rig.session(BRAVO, SESSION);
    assertEquals(List.of(), alpha.drainEvents());
    assertFalse(keys(alpha).contains(SESSION.publicHex()));
  }

  @Test
  void aSessionThatReturnsAfterTheGraceFindsItsGroupsAgain() {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer session = rig.connect();
    Json first = session.greet(rig.sessionHello(BRAVO, SESSION));
    session.say(frame("join_group").toBuilder().put("name", "dev").put("role", "lead").build());
    session.drain();
    rig.leave(session);
    alpha.drain();
    rig.pass(Duration.ofSeconds(91));
    TestPeer back = rig.connect();
    Json ack = back.greet(rig.sessionHello(BRAVO, SESSION));
    assertNotEquals(first.string("presenceId"), ack.string("presenceId"));
    assertEquals("dev", ack.list("restoredGroups").getFirst().string("name"));
    assertEquals("lead", row(alpha, SESSION).list("groups").getFirst().string("role"));
  }

  @Test
  void olderClientsWithASessionKeyInTheirHelloAreKnownByIt() {
    TestPeer old = rig.connect();
    old.greet(rig.hello(CHARLIE).toBuilder().put("sessionPubkey", SESSION.publicHex()).build());
    Json row = row(old, SESSION);
    assertEquals("control-plane", row.string("role"));
    assertEquals(CHARLIE.publicHex(), row.string("memberPubkey"));
  }

  @Test
  void aSecondHelloIsAnErrorAndTheConnectionStays() {
    TestPeer alpha = rig.member(ALPHA, "a");
    alpha.say(rig.hello(ALPHA, "b"));
    assertEquals("invalid", alpha.next("error").string("code"));
    assertEquals(1, rows(alpha).size());
  }

  @Test
  void aClosingBrokerSaysGoingAway() {
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.close();
    assertTrue(alpha.ending().startsWith("1001"), alpha.ending());
  }
}

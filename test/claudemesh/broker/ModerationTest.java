package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.DELTA;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kick, disconnect, ban and unban, as recorded from deployed brokers. */
class ModerationTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer admin;
  private TestPeer charlie;
  private TestPeer session;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
    admin = rig.member(DELTA, "b");
    charlie = rig.member(CHARLIE, "c");
    session = rig.connect();
    session.greet(
        rig.sessionHello(CHARLIE, SESSION).toBuilder()
            .put("displayName", "charlie-claude")
            .build());
    admin.drain();
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Json to(String action, String target) {
    return frame(action).toBuilder().put("target", target).build();
  }

  private Json error(TestPeer peer, Json request, String code) {
    Json error = peer.ask(request);
    assertEquals("error", error.string("type"), error.toString());
    assertEquals(code, error.string("code"));
    return error;
  }

  @ParameterizedTest
  @ValueSource(strings = {"kick", "disconnect", "ban", "unban", "list_bans"})
  void membersMayNot(String action) {
    error(charlie, to(action, "delta"), "forbidden");
    error(session, to(action, "delta"), "forbidden");
    assertTrue(admin.isOpen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"owner", "admin"})
  void ownerAndAdminMay(String role) throws IOException {
    TestPeer governor = role.equals("owner") ? rig.member(ALPHA, "a") : admin;
    TestPeer bravo = rig.member(BRAVO, "b");
    bravo.ask(frame("topic_create").toBuilder().put("name", "t").build());
    assertEquals("kick_ack", governor.ask(to("kick", "nobody")).string("type"));
    assertEquals("disconnect_ack", governor.ask(to("disconnect", "nobody")).string("type"));
    assertEquals("ban_ack", governor.ask(to("ban", "charlie")).string("type"));
    assertEquals(1, governor.ask(to("list_bans", "")).list("bans").size());
    assertEquals("unban_ack", governor.ask(to("unban", "charlie")).string("type"));
    Json end = frame("topic_delete").toBuilder().put("topic", "t").build();
    assertEquals("ack", governor.ask(end).string("type"));
    error(governor, to("ban", "alpha"), role.equals("owner") ? "invalid" : "forbidden");
  }

  @Test
  void everybodyMayUseTopicsStateMemoryAndGrants() {
    for (TestPeer each : List.of(charlie, session)) {
      for (String request :
          List.of(
              "{'type':'topic_create','name':'t'}",
              "{'type':'topic_join','topic':'t'}",
              "{'type':'topic_list'}",
              "{'type':'topic_history','topic':'t'}",
              "{'type':'topic_leave','topic':'t'}",
              "{'type':'set_grants','grants':{'*':['dm']}}",
              "{'type':'list_grants'}",
              "{'type':'remember','content':'x'}",
              "{'type':'list_state'}")) {
        Json answer = each.ask(Json.parseObject(request.replace('\'', '"')));
        assertFalse(answer.string("type").equals("error"), answer.toString());
      }
    }
  }

  @Test
  void whoIsMadeAnAdminByAnInviteGoverns() throws IOException {
    Ed25519KeyPair key = BrokerRig.key("56");
    rig.join(key, "echo", MemberRole.ADMIN);
    assertEquals("ban_ack", rig.member(key, "e").ask(to("ban", "charlie")).string("type"));
    Ed25519KeyPair other = BrokerRig.key("57");
    rig.join(other, "foxtrot", MemberRole.MEMBER);
    error(rig.member(other, "f"), to("ban", "bravo"), "forbidden");
  }

  @Test
  void aKickEndsASessionAtOnceAndItMayComeBack() {
    Json ack = admin.ask(to("kick", "charlie-claude"));
    assertEquals("kick_ack", ack.string("type"));
    assertEquals(List.of("charlie-claude"), ack.stringList("kicked"));
    assertEquals(List.of("charlie-claude"), ack.stringList("affected"));
    assertFalse(ack.has("skipped_control_plane"));
    assertEquals("4001 kicked", session.ending());
    charlie.nextEvent("peer_left");
    assertEquals(2, admin.ask(frame("list_peers")).list("peers").size());
    rig.session(CHARLIE, SESSION);
    charlie.nextEvent("peer_joined");
  }

  @Test
  void aKickSkipsMemberConnections() {
    Json ack = admin.ask(to("kick", "charlie"));
    assertEquals(List.of(), ack.stringList("kicked"));
    assertEquals(List.of("charlie"), ack.stringList("skipped_control_plane"));
    Json byKey = admin.ask(to("kick", CHARLIE.publicHex().substring(0, 16)));
    assertEquals(List.of("charlie-claude"), byKey.stringList("kicked"));
    assertEquals(List.of("charlie"), byKey.stringList("skipped_control_plane"));
    assertTrue(charlie.isOpen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "", "ed", "delta"})
  void aKickOfNobodyOrOneselfDoesNothing(String target) {
    Json ack = admin.ask(to("kick", target));
    assertEquals(List.of(), ack.stringList("kicked"));
    assertFalse(ack.has("skipped_control_plane"));
    assertTrue(session.isOpen());
  }

  @Test
  void aDisconnectEndsMemberConnectionsTooAndTheyMayComeBack() {
    Json ack = admin.ask(to("disconnect", "charlie"));
    assertEquals("disconnect_ack", ack.string("type"));
    assertEquals(List.of("charlie"), ack.stringList("kicked"));
    assertEquals("1000 disconnected", charlie.ending());
    rig.member(CHARLIE, "c");
  }

  @Test
  void aBanEndsAMembershipUntilItIsLifted() throws IOException {
    Json ack = admin.ask(to("ban", "charlie"));
    assertEquals("ban_ack", ack.string("type"));
    assertEquals("charlie", ack.string("banned"));
    assertEquals("4002 banned", charlie.ending());
    assertEquals("4002 banned", session.ending());
    rig.connect().say(rig.hello(CHARLIE)).expectRefusal("revoked", "4002 banned");
    Json ban = admin.ask(frame("list_bans")).list("bans").getFirst();
    assertEquals("charlie", ban.string("name"));
    assertEquals(CHARLIE.publicHex(), ban.string("pubkey"));
    assertEquals("2026-03-01T12:00:00.123Z", ban.string("revokedAt"));

    rig.restart();
    rig.connect().say(rig.hello(CHARLIE)).expectRefusal("revoked", "4002 banned");
    assertEquals(
        new JoinResult.Refused("revoked"), rig.join(CHARLIE, "charlie", MemberRole.MEMBER));
    TestPeer owner = rig.member(ALPHA, "a");
    Json unban = owner.ask(to("unban", CHARLIE.publicHex().substring(0, 8)));
    assertEquals("unban_ack", unban.string("type"));
    assertEquals("charlie", unban.string("unbanned"));
    rig.member(CHARLIE, "c");
  }

  @Test
  void aBanFreesTheSlotsAndIsAnnounced() {
    TestPeer bravo = rig.member(BRAVO, "d");
    admin.ask(to("ban", "charlie"));
    assertEquals(List.of("peer_left charlie", "peer_left charlie-claude"), bravo.drainEvents());
  }

  @Test
  void aBanNeedsOneMemberAndNotOneself() throws IOException {
    assertEquals(
        "cannot ban yourself", error(admin, to("ban", "delta"), "invalid").string("message"));
    error(admin, to("ban", "nobody"), "not_found");
    error(admin, frame("ban"), "invalid");
    error(admin, to("ban", "alpha"), "forbidden");
    error(admin, to("unban", "charlie"), "not_found");
    error(admin, frame("unban"), "invalid");
    rig.join(BrokerRig.key("55"), "bravo", MemberRole.MEMBER);
    error(admin, to("ban", "bravo"), "invalid");
    assertEquals("bravo", admin.ask(to("ban", BRAVO.publicHex())).string("banned"));
  }

  @Test
  void aBanByTheNameOfASessionHitsItsMember() {
    assertEquals("charlie", admin.ask(to("ban", "charlie-claude")).string("banned"));
  }
}

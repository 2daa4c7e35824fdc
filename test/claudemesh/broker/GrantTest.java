package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.frame;
import static claudemesh.broker.BrokerRig.texts;
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

/** Who may send what to whom (protocol.md §5: blocked by recipient grants). */
class GrantTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");
  private static final String BLOCKED = "blocked by recipient grants (sender lacks dm capability)";

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer alpha;
  private TestPeer bravo;
  private TestPeer charlie;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
    alpha = rig.member(ALPHA, "a");
    bravo = rig.member(BRAVO, "b");
    charlie = rig.member(CHARLIE, "c");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Json grant(TestPeer peer, String json) {
    Json grants = Json.parse(json.replace('\'', '"'));
    return peer.ask(frame("set_grants").toBuilder().put("grants", grants).build());
  }

  private static String grants(Json list) {
    assertEquals("grants_list", list.string("type"), list.toString());
    return list.get("grants").orElseThrow().toString();
  }

  private void blocked(TestPeer from, String target) {
    Json ack = rig.send(from, target, "x");
    assertFalse(ack.bool("queued", true));
    assertEquals("", ack.string("messageId"));
    assertEquals(BLOCKED, ack.string("error"));
  }

  @Test
  void whoIsBlockedIsToldSoAndBroadcastsPassItBy() {
    TestPeer session = rig.session(BRAVO, SESSION);
    session.say(frame("join_group").toBuilder().put("name", "dev").build()).drain();
    bravo.ask(frame("topic_create").toBuilder().put("name", "dev").build());
    bravo.ask(frame("topic_join").toBuilder().put("topic", "dev").build());
    grant(bravo, "{'" + ALPHA.publicHex() + "':[]}");
    blocked(alpha, BRAVO.publicHex());
    blocked(alpha, SESSION.publicHex());
    for (String target : List.of("*", "@dev", "#dev")) {
      assertTrue(rig.send(alpha, target, "x").bool("queued", false));
    }
    assertEquals(List.of(), bravo.drainMail());
    assertEquals(List.of(), session.drainMail());
    assertEquals(List.of("x"), texts(charlie.drainMail()));
    rig.send(charlie, BRAVO.publicHex(), "from charlie");
    assertEquals(List.of("from charlie"), texts(bravo.drainMail()));
    rig.send(session, BRAVO.publicHex(), "its own");
    assertEquals(List.of("its own"), texts(bravo.drainMail()));
  }

  @Test
  void whatIsGrantedIsOneThingAndNotTheOther() {
    grant(bravo, "{'" + ALPHA.publicHex() + "':['dm'],'*':['broadcast']}");
    assertTrue(rig.send(alpha, BRAVO.publicHex(), "dm").bool("queued", false));
    rig.send(alpha, "*", "broadcast");
    assertEquals(List.of("dm"), texts(bravo.drainMail()));
    blocked(charlie, BRAVO.publicHex());
    rig.send(charlie, "*", "from charlie");
    assertEquals(List.of("from charlie"), texts(bravo.drainMail()));
  }

  @Test
  void grantsAreListedChangedForgottenAndOutliveTheBroker() throws IOException {
    String key = ALPHA.publicHex();
    assertEquals("{}", grants(bravo.ask(frame("list_grants"))));
    assertEquals(
        "{\"*\":[],\"" + key + "\":[\"dm\"]}",
        grants(grant(bravo, "{'*':[],'" + key + "':['dm']}")));
    rig.restart();
    bravo = rig.member(BRAVO, "b");
    charlie = rig.member(CHARLIE, "c");
    assertEquals("{\"*\":[],\"" + key + "\":[\"dm\"]}", grants(bravo.ask(frame("list_grants"))));
    assertEquals("{}", grants(charlie.ask(frame("list_grants"))));
    blocked(charlie, BRAVO.publicHex());
    assertEquals("{\"" + key + "\":[\"dm\"]}", grants(grant(bravo, "{'*':null}")));
    assertTrue(rig.send(charlie, BRAVO.publicHex(), "x").bool("queued", false));
    assertEquals("{}", grants(grant(bravo, "{'" + key + "':null}")));
  }

  @Test
  void aGrantThatMakesNoSenseChangesNothing() {
    for (String bad : List.of("{'alpha':[]}", "{'*':['everything']}", "{'*':[],'':[]}")) {
      Json error = grant(bravo, bad);
      assertEquals("error", error.string("type"), bad);
      assertEquals("invalid", error.string("code"), bad);
    }
    assertEquals("malformed", grant(bravo, "{'*':'dm'}").string("code"));
    assertEquals("{}", grants(bravo.ask(frame("list_grants"))));
  }
}

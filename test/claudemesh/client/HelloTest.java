package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Signatures;
import claudemesh.json.Json;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.Group;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.ParentAttestation;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.SigningTexts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What both clients open a connection with, over real sockets (protocol.md §3). */
class HelloTest {

  private static final PeerDetails DETAILS =
      new PeerDetails(
          Optional.of("alpha-one"),
          Optional.of("box"),
          Optional.of("human"),
          Optional.of("shell"),
          Optional.of("m-4"),
          List.of(new Group("dev", Optional.of("lead"))),
          Optional.of("lead"));

  private final Rig rig = new Rig();

  @AfterEach
  void leave() throws Exception {
    rig.close();
  }

  // ── member ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aMembersHelloIsSignedAndCarriesNoSessionKey() {
    rig.daemon();
    Json hello = rig.broker.accept().welcome();
    assertEquals("hello", hello.string("type"));
    assertEquals(People.MESH, hello.string("meshId"));
    assertEquals(People.ALPHA_ID, hello.string("memberId"));
    assertEquals(People.ALPHA.publicHex(), hello.string("pubkey"));
    assertEquals("sid", hello.string("sessionId"));
    assertEquals(4242, hello.number("pid"));
    assertEquals("/work", hello.string("cwd"));
    assertEquals("ai", hello.string("peerType"));
    assertEquals("claudemesh-daemon", hello.string("channel"));
    assertFalse(hello.names().contains("sessionPubkey"));
    assertEquals(rig.wall.now.toEpochMilli(), hello.number("timestamp"));
    assertTrue(
        Signatures.verify(
            People.ALPHA.publicHex(),
            SigningTexts.hello(
                People.MESH, People.ALPHA_ID, People.ALPHA.publicHex(), hello.number("timestamp")),
            hello.string("signature")));
  }

  @Test
  void aMembersHelloSaysWhatItWasToldToSay() {
    rig.with(options -> options.withDetails(DETAILS).withCwd("/other").withSessionId("daemon-7"));
    rig.daemon();
    Json hello = rig.broker.accept().welcome();
    assertEquals("alpha-one", hello.string("displayName"));
    assertEquals("box", hello.string("hostname"));
    assertEquals("human", hello.string("peerType"));
    assertEquals("claudemesh-daemon", hello.string("channel"), "is what it is");
    assertEquals("m-4", hello.string("model"));
    assertEquals("[{\"name\":\"dev\",\"role\":\"lead\"}]", hello.get("groups").get().toString());
    assertEquals("/other", hello.string("cwd"));
    assertEquals("daemon-7", hello.string("sessionId"));
  }

  @Test
  void everyConnectionHasAFreshTimestampAndSignature() {
    DaemonBrokerClient client = rig.daemon();
    Wire wire = rig.broker.accept();
    Json first = wire.welcome();
    Rig.awaitOpen(client);
    rig.wall.now = rig.wall.now.plusSeconds(90);
    wire.cut();
    Json second = rig.broker.accept().welcome();
    assertEquals(90_000, second.number("timestamp") - first.number("timestamp"));
    assertNotEquals(first.string("signature"), second.string("signature"));
  }

  // ── session ──────────────────────────────────────────────────────────────────────────────────

  private static ClientMessage.SessionHello decoded(Json hello) {
    return (ClientMessage.SessionHello) MessageCodec.decodeFromClient(hello.toString());
  }

  private void assertGood(ClientMessage.SessionHello hello) {
    ParentAttestation attestation = hello.attestation().orElseThrow();
    assertEquals(
        Optional.empty(),
        attestation.fault(People.SESSION.publicHex(), People.ALPHA.publicHex(), rig.wall.now));
    assertEquals(
        rig.wall.now.plus(Duration.ofHours(12)).toEpochMilli(),
        attestation.expiresAt().getAsLong());
    long timestamp = hello.timestamp().getAsLong();
    assertEquals(rig.wall.now.toEpochMilli(), timestamp);
    assertTrue(
        Signatures.verify(
            People.SESSION.publicHex(),
            SigningTexts.sessionHello(
                People.MESH, People.ALPHA.publicHex(), People.SESSION.publicHex(), timestamp),
            hello.signature()));
  }

  @Test
  void aSessionsHelloIsSignedByItsKeyAndVouchedForByTheMember() {
    SessionBrokerClient client = rig.session();
    Json frame = rig.broker.accept().welcome();
    assertEquals("session_hello", frame.string("type"));
    ClientMessage.SessionHello hello = decoded(frame);
    assertEquals(Optional.of(People.ALPHA_ID), hello.parentMemberId());
    assertEquals(People.ALPHA.publicHex(), hello.parentMemberPubkey());
    assertEquals(People.SESSION.publicHex(), hello.sessionPubkey());
    assertEquals(People.SESSION.publicHex(), client.publicKey());
    assertEquals("claudemesh-session", frame.string("channel"));
    assertGood(hello);
  }

  @Test
  void aSessionsHelloHasTheFieldsOfARecordedOne() {
    rig.with(options -> options.withDetails(DETAILS));
    rig.session();
    Json frame = rig.broker.accept().welcome();
    assertEquals(
        new TreeSet<>(
            Set.of(
                "type",
                "meshId",
                "parentMemberId",
                "parentMemberPubkey",
                "sessionPubkey",
                "parentAttestation",
                "sessionId",
                "pid",
                "cwd",
                "timestamp",
                "signature",
                "displayName",
                "hostname",
                "peerType",
                "channel",
                "model",
                "groups",
                "role")),
        new TreeSet<>(frame.names()));
    assertEquals("shell", frame.string("channel"));
    assertEquals("lead", frame.string("role"));
  }

  @Test
  void theAttestationIsMintedAfreshOnEveryConnect() {
    SessionBrokerClient client = rig.session();
    for (int connect = 0; connect < 4; connect++) {
      Wire wire = rig.broker.accept();
      assertGood(decoded(wire.welcome()));
      rig.heard.await(WsStatus.OPEN);
      rig.wall.now = rig.wall.now.plus(Duration.ofHours(13)); // the last one is dead by now
      wire.close(1012, "restarting");
    }
    assertEquals(WsStatus.OPEN, openAgain(client));
  }

  private WsStatus openAgain(SessionBrokerClient client) {
    Wire wire = rig.broker.accept();
    assertGood(decoded(wire.welcome()));
    rig.heard.await(WsStatus.OPEN);
    return client.status();
  }

  @Test
  void aSecretNeverGoesOverTheWire() {
    rig.daemon();
    String member = rig.broker.accept().welcome().toString();
    rig.session(new Heard());
    String session = rig.broker.accept().welcome().toString();
    for (String frame : List.of(member, session)) {
      assertFalse(frame.contains("01".repeat(32)));
      assertFalse(frame.contains("11".repeat(32)));
    }
  }
}

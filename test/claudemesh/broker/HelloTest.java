package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.DELTA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.StatedLimits;
import claudemesh.protocol.StatedLimits.Limit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the rejection table in protocol.md §3, on real sockets, and what is accepted. */
class HelloTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");
  private static final Ed25519KeyPair STRANGER = BrokerRig.key("77");

  @TempDir Path folder;
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder, options -> options.withMaxSocketsPerMesh(3));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void refused(Json hello, String code) {
    refused(hello, code, "1008 " + code);
  }

  private void refused(Json hello, String code, String close) {
    rig.connect().say(hello).expectRefusal(code, close);
  }

  private Json hello() {
    return rig.hello(ALPHA);
  }

  private Json session() {
    return rig.sessionHello(ALPHA, SESSION);
  }

  private static Json with(Json hello, String field, String value) {
    return hello.toBuilder().put(field, value).build();
  }

  private static Json without(Json hello, String field) {
    return hello.toBuilder().remove(field).build();
  }

  private static Json withAttestation(Json hello, Json attestation) {
    return hello.toBuilder().put("parentAttestation", attestation).build();
  }

  private Json attestation(Instant expires) {
    return Hellos.attestation(ALPHA, SESSION.publicHex(), expires);
  }

  @Test
  void acksAHello() {
    Json ack = rig.connect().greet(hello());
    assertEquals(32, ack.string("presenceId").length());
    assertEquals("alpha", ack.string("memberDisplayName"));
    Json limits = ack.get("limits").orElseThrow();
    assertEquals(65_536, limits.number("maxMessageBytes"));
    assertEquals(1_000, limits.number("sendsPerSecond"));
    assertEquals(2_000, limits.number("burst"));
    StatedLimits stated = StatedLimits.decode(limits);
    for (Limit limit : Limit.values()) {
      assertTrue(stated.get(limit).isPresent(), limit + " is not stated");
    }
    assertEquals(10_000, stated.get(Limit.MAILBOX).getAsLong());
    assertEquals(2_592_000, stated.get(Limit.RETENTION).getAsLong());
    assertEquals("push", ack.get("memberProfile").orElseThrow().string("messageMode"));
    assertTrue(ack.get("meshPolicy").orElseThrow().has("selfEditable"));
    assertTrue(ack.has("services"));
    assertFalse(ack.has("restored"));
  }

  @Test
  void acksASessionHelloUnderItsOwnName() {
    Json hello = with(session(), "displayName", "alpha/one");
    assertEquals("alpha/one", rig.connect().greet(hello).string("memberDisplayName"));
  }

  @Test
  void acksASessionThatDoesNotNameItsMemberId() {
    rig.connect().greet(without(session(), "parentMemberId"));
  }

  @Test
  void acksAHelloWhoseMemberIdIsAnothersIfItIsSignedSo() {
    Member other = rig.member(BRAVO);
    Json hello = Hellos.member(rig.mesh(), other, ALPHA, "daemon-1", rig.time.wallTime());
    assertEquals("alpha", rig.connect().greet(hello).string("memberDisplayName"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz", "D04AB232742BB4AB3A1368BD4615E4E6D0224AB71A016BAF8520A332C9778737"})
  void refusesAMalformedSessionKey(String key) {
    refused(with(session(), "sessionPubkey", key), "bad_session_pubkey");
    refused(with(hello(), "sessionPubkey", key), "bad_session_pubkey");
  }

  @Test
  void refusesASessionKeyThatIsAMembers() {
    refused(with(hello(), "sessionPubkey", BRAVO.publicHex()), "bad_session_pubkey");
    refused(rig.sessionHello(ALPHA, BRAVO), "bad_session_pubkey");
    refused(rig.sessionHello(ALPHA, ALPHA), "bad_session_pubkey");
  }

  @Test
  void takesAnEmptySessionKeyInAHelloForNone() {
    rig.connect().greet(with(hello(), "sessionPubkey", ""));
  }

  @Test
  void refusesAMissingOrMalformedParentKey() {
    refused(without(session(), "parentMemberPubkey"), "bad_parent_pubkey");
    refused(with(session(), "parentMemberPubkey", "ab"), "bad_parent_pubkey");
  }

  @Test
  void refusesAMissingAttestationOrOneForOtherKeys() {
    refused(without(session(), "parentAttestation"), "attestation_mismatch");
    Json forAnother =
        Hellos.attestation(ALPHA, STRANGER.publicHex(), rig.time.wallTime().plusSeconds(60));
    refused(withAttestation(session(), forAnother), "attestation_mismatch");
    Json byAnother =
        Hellos.attestation(BRAVO, SESSION.publicHex(), rig.time.wallTime().plusSeconds(60));
    refused(withAttestation(session(), byAnother), "attestation_mismatch");
  }

  @Test
  void refusesAnAttestationThatIsPastTooLongMalformedOrForged() {
    Instant now = rig.time.wallTime();
    refused(withAttestation(session(), attestation(now)), "expired");
    refused(withAttestation(session(), attestation(now.plusSeconds(86_401))), "ttl_too_long");
    Json good = attestation(now.plusSeconds(60));
    refused(withAttestation(session(), with(good, "signature", "ab")), "malformed");
    refused(withAttestation(session(), with(good, "expiresAt", "soon")), "malformed");
    refused(withAttestation(session(), with(good, "signature", "0".repeat(128))), "bad_signature");
  }

  @Test
  void refusesWhoComesWhenTheMeshIsFullAndLetsOneBackToItsOwnPlace() {
    rig.member(BRAVO, "b");
    rig.member(CHARLIE, "c");
    TestPeer alpha = rig.member(ALPHA, "a");
    refused(rig.hello(DELTA), "capacity");
    refused(rig.sessionHello(ALPHA, SESSION), "capacity");
    TestPeer again = rig.member(ALPHA, "a");
    assertEquals("1000 session_replaced", alpha.ending());
    refused(rig.hello(DELTA), "capacity");
    rig.leave(again);
    TestPeer delta = rig.session(DELTA, SESSION);
    Json relaunched =
        with(
            rig.sessionHello(DELTA, STRANGER),
            "sessionId",
            "sess-" + SESSION.publicHex().substring(0, 8));
    rig.connect().greet(relaunched);
    assertEquals("1000 session_replaced", delta.ending());
  }

  @Test
  void refusesAClockThatIsOffByMoreThanAMinute() {
    Instant now = rig.time.wallTime();
    for (int seconds : List.of(-61, 61)) {
      Json member =
          Hellos.member(rig.mesh(), rig.member(ALPHA), ALPHA, "d", now.plusSeconds(seconds));
      refused(member, "timestamp_skew");
      Json session =
          Hellos.session(rig.mesh(), rig.member(ALPHA), ALPHA, SESSION, now.plusSeconds(seconds));
      refused(session, "timestamp_skew");
    }
    refused(without(hello(), "timestamp"), "timestamp_skew");
    refused(with(hello(), "timestamp", "now"), "timestamp_skew");
    Json slow = Hellos.member(rig.mesh(), rig.member(ALPHA), ALPHA, "d", now.minusSeconds(60));
    rig.connect().greet(slow);
  }

  @Test
  void refusesASignatureThatIsNone() {
    refused(with(hello(), "signature", "abcd"), "malformed");
    refused(without(hello(), "signature"), "malformed");
    refused(with(session(), "signature", "abcd"), "malformed");
  }

  @Test
  void refusesASignatureThatIsWrong() {
    refused(with(hello(), "signature", "00".repeat(64)), "bad_signature");
    refused(with(hello(), "meshId", "0".repeat(32)), "bad_signature");
    refused(with(session(), "signature", "00".repeat(64)), "bad_signature");
    refused(with(session(), "meshId", "0".repeat(32)), "bad_signature");
  }

  @Test
  void refusesAKeyThatIsNoMember() {
    Member stranger = rig.member(ALPHA);
    Instant now = rig.time.wallTime();
    refused(Hellos.member(rig.mesh(), stranger, STRANGER, "s", now), "unauthorized");
    refused(Hellos.session(rig.mesh(), stranger, STRANGER, SESSION, now), "unauthorized");
    refused(with(hello(), "pubkey", ALPHA.publicHex().toUpperCase(Locale.ROOT)), "unauthorized");
  }

  @Test
  void refusesAMeshThatDoesNotExist() {
    Mesh real = rig.mesh();
    for (String id : List.of("0".repeat(32), "../" + real.id(), "nope")) {
      Mesh none =
          new Mesh(
              id, "s", "n", real.rootKey(), real.ownerPubkey(), real.createdAt(), real.members());
      refused(
          Hellos.member(none, rig.member(ALPHA), ALPHA, "d", rig.time.wallTime()), "unauthorized");
    }
  }

  @Test
  void refusesASessionThatNamesAnothersMemberId() {
    refused(
        with(session(), "parentMemberId", rig.member(BRAVO).memberId()),
        "parent_member_id_mismatch");
  }

  @Test
  void refusesABannedMemberAndItsSessions() throws IOException {
    rig.broker.directory().setRevoked(rig.meshId, DELTA.publicHex(), true);
    refused(rig.hello(DELTA), "revoked", "4002 banned");
    refused(rig.sessionHello(DELTA, SESSION), "revoked", "4002 banned");
  }

  @Test
  void refusesASessionKeyThatAnotherMemberUses() {
    rig.session(ALPHA, SESSION);
    refused(rig.sessionHello(BRAVO, SESSION), "attestation_mismatch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"meshId", "memberId", "pubkey", "sessionId", "pid", "cwd"})
  void refusesAHelloThatLacksAField(String field) {
    refused(without(hello(), field), "malformed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"meshId", "sessionId", "pid", "cwd"})
  void refusesASessionHelloThatLacksAField(String field) {
    refused(without(session(), field), "malformed");
  }

  @Test
  void refusesAHelloTooLong() {
    String ending = rig.connect().say(with(hello(), "cwd", "x".repeat(20_000))).ending();
    assertTrue(ending.startsWith("1009 "), ending);
    refused(with(hello(), "displayName", "x".repeat(129)), "malformed");
  }

  @Test
  void checksInTheOrderOfTheTable() {
    Json allWrong =
        with(
            with(with(session(), "sessionPubkey", "zz"), "parentMemberPubkey", "zz"),
            "signature",
            "");
    refused(allWrong, "bad_session_pubkey");
    refused(with(allWrong, "sessionPubkey", SESSION.publicHex()), "bad_parent_pubkey");
    Json expired =
        withAttestation(
            with(without(session(), "timestamp"), "signature", ""),
            attestation(rig.time.wallTime().minusSeconds(1)));
    refused(expired, "expired");
    refused(without(with(session(), "signature", ""), "timestamp"), "timestamp_skew");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"list_peers\",\"_reqId\":\"x1\"}",
        "{\"type\":\"bogus\"}",
        "{\"type\":5}",
        "{}",
        "null",
        "[]",
        "42",
        "{not json"
      })
  void staysOpenWhenSomethingElseComesFirst(String text) {
    TestPeer peer = rig.connect();
    peer.say(text);
    assertEquals("no_hello", peer.next("error").string("code"));
    peer.greet(hello());
  }

  @Test
  void givesTenSecondsToSayHello() {
    TestPeer silent = rig.connect();
    silent.say("{}").next("error");
    rig.pass(Duration.ofMillis(9_999));
    silent.say("{}").next("error");
    rig.pass(Duration.ofMillis(1));
    silent.expectRefusal("hello_timeout", "1008 hello_timeout");
  }

  @Test
  void leavesAloneWhoHasSaidHello() {
    TestPeer peer = rig.member(ALPHA, "a");
    rig.pass(Duration.ofSeconds(60));
    assertEquals(List.of(), peer.drain());
  }

  @Test
  void answersABinaryFrameWithAnError() {
    TestPeer peer = rig.connect();
    peer.sayBinary(new byte[] {1, 2, 3});
    assertEquals("malformed", peer.next("error").string("code"));
    peer.greet(hello());
  }
}

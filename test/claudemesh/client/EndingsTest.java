package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.MessageCodec;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the clients do with every ending of protocol.md §3, and what they say of it. */
class EndingsTest {

  private final Rig rig = new Rig();

  @AfterEach
  void leave() throws Exception {
    rig.close();
  }

  private static void refuse(Wire wire, String code, String message) {
    wire.receive();
    wire.send(Json.object().put("type", "error").put("code", code).put("message", message).build());
    wire.close(code.equals("revoked") ? 4002 : 1008, code);
  }

  // ── while open ───────────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @CsvSource({
    "1000,disconnected",
    "1000,''",
    "1001,''",
    "1011,''",
    "1012,restart",
    "1013,''",
    "1008,capacity",
    "1008,expired"
  })
  void aTransientCloseIsRetriedAtTheFirstBackoff(int code, String reason) {
    SessionBrokerClient client = rig.session();
    Wire wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(client);
    wire.close(code, reason);
    Disconnect disconnect = rig.heard.disconnect();
    assertEquals(code, disconnect.code());
    assertEquals(reason, disconnect.reason());
    assertEquals(Duration.ofSeconds(1), Awaited.next(rig.naps, "nap"));
    rig.broker.accept().welcome();
    rig.heard.await(WsStatus.RECONNECTING);
    rig.heard.await(WsStatus.OPEN);
  }

  @Test
  void aCutConnectionIsRetried() {
    DaemonBrokerClient client = rig.daemon();
    Wire wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(client);
    wire.cut();
    assertEquals(1006, rig.heard.disconnect().code());
    rig.broker.accept().welcome();
    rig.heard.await(WsStatus.RECONNECTING);
    rig.heard.await(WsStatus.OPEN);
    assertEquals(2, rig.broker.connects());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1000|session_replaced|The same session was started again elsewhere; this one stays away.",
        "4001|kicked|An owner or admin of the mesh ended this session.",
        "4001|kicked_stale|An owner or admin of the mesh ended this session.",
        "4002|banned|An owner or admin of the mesh banned this member: ask them.",
        "1008|unauthorized|It will not work as it is: join the mesh again with a new invite link."
      })
  void aFinalCloseIsNeverFollowedByAnotherConnect(int code, String reason, String advice) {
    DaemonBrokerClient member = rig.daemon();
    Wire wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(member);
    wire.close(code, reason);
    Ending ending = rig.heard.awaitClosed();
    assertEquals(new Ending.PeerClosed(code, reason), ending);
    assertEquals(Optional.of(ending), member.lastEnding());
    assertEquals(
        "the peer closed the connection: " + code + " " + reason + ". " + advice,
        EndingAdvice.of(ending));
    assertEquals(1, rig.broker.connects());
    assertTrue(rig.naps.isEmpty(), "it does not even wait to try");
  }

  // ── instead of the ack ───────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad_session_pubkey",
        "bad_parent_pubkey",
        "attestation_mismatch",
        "ttl_too_long",
        "malformed",
        "bad_signature",
        "unauthorized",
        "parent_member_id_mismatch",
        "revoked",
        "unknown_message_type",
        "no_hello",
        "something_new"
      })
  void aRefusalThatCannotHealStopsForGoodWithTheBrokersWords(String code) {
    SessionBrokerClient client = rig.session();
    refuse(rig.broker.accept(), code, "in its own words");
    Ending ending = rig.heard.awaitClosed();
    assertEquals(new Ending.Refused(code, "in its own words"), ending);
    NotOpenException thrown =
        assertThrows(NotOpenException.class, () -> client.awaitOpen(Duration.ofSeconds(10)));
    assertTrue(thrown.isFinal());
    assertTrue(thrown.getMessage().contains(code + ", in its own words"), thrown.getMessage());
    assertEquals(1, rig.broker.connects());
    assertTrue(rig.naps.isEmpty());
  }

  @Test
  void aBrokerOlderThanSessionsStopsTheSessionAndIsNamedAsTheReason() {
    rig.session();
    Wire wire = rig.broker.accept();
    wire.receive("session_hello");
    wire.send(
        "{\"type\":\"error\",\"code\":\"unknown_message_type\",\"message\":\"session_hello\"}");
    Ending ending = rig.heard.awaitClosed();
    wire.awaitEnd();
    assertEquals(
        "the peer refused the hello: unknown_message_type, session_hello. "
            + "This broker is older than session connections: it needs an update.",
        EndingAdvice.of(ending));
    assertEquals(1, rig.broker.connects());
  }

  @Test
  void aBannedMemberIsToldWhomToAsk() {
    rig.daemon();
    refuse(rig.broker.accept(), "revoked", "You've been removed from \"x\".");
    assertEquals(
        "the peer refused the hello: revoked, You've been removed from \"x\". "
            + "An owner or admin of the mesh banned this member: ask them.",
        EndingAdvice.of(rig.heard.awaitClosed()));
  }

  @Test
  void anExpiredAttestationIsFollowedByAFreshOne() {
    rig.session();
    Wire wire = rig.broker.accept();
    ClientMessage.SessionHello first = hello(wire.receive());
    wire.send("{\"type\":\"error\",\"code\":\"expired\",\"message\":\"attestation rejected\"}");
    wire.close(1008, "expired");
    rig.wall.now = rig.wall.now.plusSeconds(5);
    Wire again = rig.broker.accept();
    ClientMessage.SessionHello second = hello(again.welcome());
    assertEquals(Duration.ofSeconds(1), Awaited.next(rig.naps, "nap"));
    long later =
        second.attestation().get().expiresAt().getAsLong()
            - first.attestation().get().expiresAt().getAsLong();
    // The clock may have been read before it was moved, but never backwards.
    assertTrue(later == 0 || later == 5_000, "later by " + later);
    rig.heard.await(WsStatus.OPEN);
  }

  private static ClientMessage.SessionHello hello(Json frame) {
    return assertInstanceOf(
        ClientMessage.SessionHello.class, MessageCodec.decodeFromClient(frame.toString()));
  }

  @Test
  void aClockThatIsOffIsRetriedRarelyAndNamed() {
    rig.daemon();
    for (int attempt = 1; attempt <= 3; attempt++) {
      refuse(rig.broker.accept(), "timestamp_skew", "hello rejected: timestamp_skew");
      Disconnect disconnect = rig.heard.disconnect();
      assertEquals(Duration.ofMinutes(2), Awaited.next(rig.naps, "nap"));
      assertTrue(
          EndingAdvice.of(disconnect.ending())
              .endsWith(
                  "This machine's clock is more than 60 s off the broker's: set it, for instance"
                      + " with NTP."));
    }
    rig.broker.accept().welcome();
    rig.heard.await(WsStatus.OPEN);
  }

  @Test
  void aFullMeshIsRetriedWithGrowingPatience() {
    rig.session();
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      refuse(rig.broker.accept(), "capacity", "mesh full");
      assertEquals(Duration.ofSeconds(seconds), Awaited.next(rig.naps, "nap"));
    }
    assertEquals(
        "the peer refused the hello: capacity, mesh full. "
            + "The mesh is full; trying again until somebody leaves.",
        EndingAdvice.of(rig.heard.disconnect().ending()));
    rig.broker.accept().welcome();
    rig.heard.await(WsStatus.OPEN);
  }

  // ── our own end ──────────────────────────────────────────────────────────────────────────────

  @Test
  void closeReturnsWhenTheBrokerHasHeardIt() {
    DaemonBrokerClient client = rig.daemon();
    Wire wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(client);
    client.close();
    assertEquals(WsStatus.CLOSED, client.status());
    wire.awaitEnd();
    client.close();
    assertEquals(new Ending.Requested(), rig.heard.awaitClosed());
    assertEquals("closed by this program", EndingAdvice.of(new Ending.Requested()));
    assertEquals(1, rig.broker.connects());
  }

  @Test
  void whatWasSentBeforeTheCloseIsWritten() {
    SessionBrokerClient client = rig.session();
    Wire wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(client);
    for (int i = 0; i < 100; i++) {
      client.requests().setSummary("s" + i);
    }
    client.close();
    for (int i = 0; i < 100; i++) {
      assertEquals("s" + i, wire.receive("set_summary").string("summary"));
    }
  }

  @Test
  void anAddressThatIsNoneIsRefusedBeforeAnythingStarts() {
    for (String url : new String[] {"htp://x", "http://x/ws", "ws://", "", "ws://x/#y"}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> DaemonBrokerClient.start(People.alphaAt(url), rig.options(), rig.heard),
          url);
    }
    assertEquals(0, rig.broker.connects());
  }

  @Test
  void aWrongPathIsExplained() {
    String words = EndingAdvice.of(new Ending.UpgradeRefused(404, Optional.empty(), "not found"));
    assertTrue(words.endsWith("Is the path right? A mesh broker answers at /ws."), words);
    assertEquals(
        "the server answered HTTP 503",
        EndingAdvice.of(new Ending.UpgradeRefused(503, Optional.empty(), "")));
  }
}

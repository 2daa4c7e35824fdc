package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.BrokerSendResult.Accepted;
import claudemesh.client.BrokerSendResult.Permanent;
import claudemesh.client.BrokerSendResult.Transient;
import claudemesh.client.BrokerSendResult.Unknown;
import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.RequestFingerprint;
import claudemesh.json.Json;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out with a send, and what becomes of it. */
class SendTest {

  private static final Target BRAVO = new Target.Peer(People.BRAVO.publicHex());

  private final Rig rig = new Rig();
  private DaemonBrokerClient client;
  private Wire wire;

  private void open(String ack) {
    client = rig.daemon();
    wire = rig.broker.accept();
    wire.welcome(ack);
    Rig.awaitOpen(client);
  }

  private void open() {
    open(Wire.ACK);
  }

  @AfterEach
  void leave() throws Exception {
    rig.close();
  }

  private static OutgoingMessage message(String id, Target target, String text) {
    return new OutgoingMessage(id, target, text, Priority.NEXT, Optional.empty(), List.of());
  }

  private BrokerSendResult sent(OutgoingMessage message) {
    return Awaited.result(client.send(message));
  }

  // ── the frame ────────────────────────────────────────────────────────────────────────────────

  @Test
  void aMessageToOneKeyIsABoxThatOnlyThatKeyOpens() throws Exception {
    open();
    OutgoingMessage message =
        new OutgoingMessage(
            "id-1", BRAVO, "hello ü😀", Priority.NOW, Optional.of("m0"), List.of("bravo"));
    CompletableFuture<BrokerSendResult> result = client.send(message);
    Json frame = wire.receive("send");
    assertEquals("id-1", frame.string("id"));
    assertEquals("id-1", frame.string("client_message_id"));
    assertEquals(People.BRAVO.publicHex(), frame.string("targetSpec"));
    assertEquals("now", frame.string("priority"));
    assertEquals("m0", frame.string("replyToId"));
    assertEquals(List.of("bravo"), frame.stringList("mentions"));
    assertEquals(
        RequestFingerprint.of("dm", People.BRAVO.publicHex(), "m0", "now", null, "hello ü😀"),
        frame.string("request_fingerprint"));
    assertEquals(
        "hello ü😀",
        new CryptoBox(People.BRAVO)
            .open(People.ALPHA.publicHex(), frame.string("nonce"), frame.string("ciphertext")));
    wire.accept(frame, "b1");
    assertEquals(new Accepted("b1"), Awaited.result(result));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "@dev", "#topic"})
  void aMessageToManyIsPlain(String spec) {
    open();
    client.send(message("id-1", Target.parse(spec), "to all ü"));
    Json frame = wire.receive("send");
    assertEquals(spec, frame.string("targetSpec"));
    assertEquals("to all ü", new String(Base64.getDecoder().decode(frame.string("ciphertext"))));
    assertEquals(24, Base64.getDecoder().decode(frame.string("nonce")).length);
    assertEquals(
        RequestFingerprint.of("topic", spec, "next", null, "to all ü"),
        frame.string("request_fingerprint"));
    assertFalse(frame.has("mentions"));
    assertFalse(frame.has("replyToId"));
  }

  @Test
  void theSameTextTwiceHasTwoNonces() {
    open();
    client.send(message("id-1", BRAVO, "x"));
    client.send(message("id-2", BRAVO, "x"));
    assertNotEquals(wire.receive("send").string("nonce"), wire.receive("send").string("nonce"));
  }

  @Test
  void aSessionSealsWithItsOwnKey() throws Exception {
    SessionBrokerClient session = rig.session();
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(session);
    CompletableFuture<BrokerSendResult> result = session.send(message("id-1", BRAVO, "hi"));
    Json frame = wire.receive("send");
    assertEquals(
        "hi",
        new CryptoBox(People.BRAVO)
            .open(People.SESSION.publicHex(), frame.string("nonce"), frame.string("ciphertext")));
    wire.accept(frame, "b1");
    assertEquals(new Accepted("b1"), Awaited.result(result));
  }

  // ── every kind of result ─────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rate_limit: 60 messages a minute;true",
        "no connected peer for target (not online, or targetSpec is your own key without another"
            + " session);true",
        "payload too large: 66068 bytes > MAX_MESSAGE_BYTES=65536;false",
        "blocked by recipient grants (sender lacks dm capability);false",
        "something new;false",
        "a rate_limit: that does not start with it;false"
      })
  void aDeployedBrokersReasonDecides(String error, boolean passes) {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.refuse(wire.receive("send"), error);
    assertEquals(passes ? new Transient(error) : new Permanent(error), Awaited.result(result));
  }

  @Test
  void anAckThatQueuedNothingAndSaysNotWhyIsARefusal() {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.send("{\"type\":\"ack\",\"id\":\"id-1\",\"messageId\":\"\",\"queued\":false}");
    assertInstanceOf(Permanent.class, Awaited.result(result));
  }

  @ParameterizedTest
  @CsvSource({"malformed,false", "unknown_message_type,false", "internal,true"})
  void anErrorFrameThatNamesTheSendSettlesIt(String code, boolean passes) {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.receive("send");
    wire.send(
        Json.object()
            .put("type", "error")
            .put("code", code)
            .put("message", "in its own words")
            .put("id", "id-1")
            .build());
    String words = code + ": in its own words";
    assertEquals(passes ? new Transient(words) : new Permanent(words), Awaited.result(result));
  }

  @Test
  void anErrorFrameThatNamesNothingSettlesNothing() {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    Json frame = wire.receive("send");
    wire.send("{\"type\":\"error\",\"code\":\"malformed\",\"message\":\"\"}");
    wire.send("{\"type\":\"error\",\"code\":\"malformed\",\"message\":\"\",\"id\":\"other\"}");
    wire.accept(frame, "b1");
    assertEquals(new Accepted("b1"), Awaited.result(result));
    assertEquals(WsStatus.OPEN, client.status());
  }

  @Test
  void noAckInTimeIsTransientAndALateOneHarmsNothing() {
    rig.with(options -> options.withRequestTimeout(Duration.ofMillis(50)));
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    Json frame = wire.receive("send");
    Transient late = assertInstanceOf(Transient.class, Awaited.result(result));
    assertTrue(late.reason().startsWith("no ack within "), late.reason());
    wire.accept(frame, "b1");
    client.send(message("id-1", BRAVO, "x"));
    assertEquals("id-1", wire.receive("send").string("id"), "sent again");
  }

  @Test
  void aConnectionLostBeforeTheAckLeavesItUnknown() {
    open();
    CompletableFuture<BrokerSendResult> one = client.send(message("id-1", BRAVO, "x"));
    CompletableFuture<BrokerSendResult> two = client.send(message("id-2", BRAVO, "y"));
    wire.receive("send");
    wire.close(1012, "restarting");
    for (CompletableFuture<BrokerSendResult> result : List.of(one, two)) {
      Unknown unknown = assertInstanceOf(Unknown.class, Awaited.result(result));
      assertEquals("the peer closed the connection: 1012 restarting", unknown.cause());
    }
  }

  @Test
  void closingTheClientLeavesWhatIsUnderWayUnknown() {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.receive("send");
    client.close();
    assertInstanceOf(Unknown.class, Awaited.result(result));
    Transient after = assertInstanceOf(Transient.class, sent(message("id-2", BRAVO, "y")));
    assertEquals("not sent: the connection is closed", after.reason());
  }

  @Test
  void beforeTheAckNothingIsSent() {
    client = rig.daemon();
    wire = rig.broker.accept();
    wire.receive("hello");
    assertEquals(
        new Transient("not sent: the connection is connecting"), sent(message("1", BRAVO, "x")));
    wire.send(Wire.ACK);
    Rig.awaitOpen(client);
    assertFalse(wire.hasMore());
  }

  // ── refused before anything is sent ──────────────────────────────────────────────────────────

  private static String textOfFrameSize(int size) {
    // ciphertext + nonce + targetSpec characters: "*" is 1, the nonce 32, base64 of n bytes 4n/3.
    return "x".repeat((size - 33) / 4 * 3);
  }

  @Test
  void whatIsTooLargeIsRefusedWithoutSending() {
    open();
    String fits = textOfFrameSize(65_536);
    BrokerSendResult refused = sent(message("id-1", new Target.Everyone(), fits + "xxxx"));
    Permanent permanent = assertInstanceOf(Permanent.class, refused);
    assertTrue(permanent.reason().startsWith("payload too large: "), permanent.reason());
    client.send(message("id-2", new Target.Everyone(), fits));
    assertEquals("id-2", wire.receive("send").string("id"));
  }

  @Test
  void aSendBehindAnotherSaysBehindWhich() {
    open();
    client.send(message("id-1", BRAVO, "x"));
    client.send(message("id-2", BRAVO, "x"), Optional.of("id-1"));
    assertFalse(wire.receive("send").has("afterId"));
    assertEquals("id-1", wire.receive("send").string("afterId"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate_limit: slower",
        "no connected peer for target x",
        "try_again: the store could not write"
      })
  void aRefusalForNowIsTransient(String error) {
    open();
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.refuse(wire.receive("send"), error);
    assertEquals(new BrokerSendResult.Transient(error), Awaited.result(result));
  }

  @Test
  void theBrokersOwnLimitCounts() {
    open("{\"type\":\"hello_ack\",\"limits\":{\"maxMessageBytes\":1000}}");
    assertInstanceOf(
        Permanent.class, sent(message("id-1", new Target.Everyone(), textOfFrameSize(1004))));
    client.send(message("id-2", new Target.Everyone(), textOfFrameSize(1000)));
    assertEquals("id-2", wire.receive("send").string("id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"maxMessageBytes\":\"many\"}",
        "{\"maxMessageBytes\":1e3}",
        "7",
        "[]",
        "\"none\"",
        "{\"maxMessageBytes\":null}",
        "{}"
      })
  void limitsThatAreNoneDoNotStopASend(String limits) {
    open("{\"type\":\"hello_ack\",\"limits\":" + limits + "}");
    CompletableFuture<BrokerSendResult> result = client.send(message("id-1", BRAVO, "x"));
    wire.accept(wire.receive("send"), "b1");
    assertEquals(new Accepted("b1"), Awaited.result(result));
  }

  @Test
  void halfACharacterIsRefusedAndNeverReplaced() {
    open();
    String half = "ab\ud83dc";
    for (OutgoingMessage message :
        List.of(
            message("id-1", BRAVO, half),
            message("id-2", new Target.Everyone(), half),
            message("id-3", new Target.ToGroup(half), "x"),
            message("id-4" + half, BRAVO, "x"),
            new OutgoingMessage("id-5", BRAVO, "x", Priority.NEXT, Optional.of(half), List.of()),
            new OutgoingMessage(
                "id-6", BRAVO, "x", Priority.NEXT, Optional.empty(), List.of(half)))) {
      Permanent refused = assertInstanceOf(Permanent.class, sent(message), message::toString);
      assertTrue(refused.reason().contains("surrogate"), refused.reason());
    }
    client.send(message("id-9", BRAVO, "😀"));
    assertEquals("id-9", wire.receive("send").string("id"), "and nothing before it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bravo",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      })
  void aKeyThatIsNoneIsRefused(String key) {
    open();
    assertInstanceOf(Permanent.class, sent(message("id-1", new Target.Peer(key), "x")));
    assertFalse(wire.hasMore());
  }

  // ── many at once ─────────────────────────────────────────────────────────────────────────────

  @Test
  void acksInAnyOrderFindTheirSends() {
    open();
    List<CompletableFuture<BrokerSendResult>> results = new ArrayList<>();
    List<Json> frames = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      results.add(client.send(message("id-" + i, BRAVO, "x")));
    }
    for (int i = 0; i < 50; i++) {
      frames.add(wire.receive("send"));
      assertEquals("id-" + i, frames.get(i).string("id"), "in the order of the calls");
    }
    IntStream.iterate(49, i -> i >= 0, i -> i - 1)
        .forEach(i -> wire.accept(frames.get(i), "b" + i));
    for (int i = 0; i < 50; i++) {
      assertEquals(new Accepted("b" + i), Awaited.result(results.get(i)));
    }
  }

  @Test
  void aSecondSendWithTheSameIdJoinsTheFirst() {
    open();
    CompletableFuture<BrokerSendResult> first = client.send(message("id-1", BRAVO, "x"));
    CompletableFuture<BrokerSendResult> second = client.send(message("id-1", BRAVO, "x"));
    Json frame = wire.receive("send");
    assertFalse(second.isDone());
    wire.accept(frame, "b1");
    assertEquals(new Accepted("b1"), Awaited.result(first));
    assertEquals(new Accepted("b1"), Awaited.result(second));
    client.send(message("id-2", BRAVO, "x"));
    assertEquals("id-2", wire.receive("send").string("id"), "it went out once");
  }

  @Test
  void aSecondAckAndAnAckForNothingAreIgnored() {
    open();
    CompletableFuture<BrokerSendResult> first = client.send(message("id-1", BRAVO, "x"));
    Json one = wire.receive("send");
    CompletableFuture<BrokerSendResult> second = client.send(message("id-2", BRAVO, "x"));
    Json two = wire.receive("send");
    wire.send("{\"type\":\"ack\",\"id\":\"\",\"messageId\":\"\",\"queued\":false}");
    wire.send("{\"type\":\"ack\",\"id\":\"nobody\",\"messageId\":\"b\",\"queued\":true}");
    wire.accept(one, "b1");
    wire.refuse(one, "rate_limit: too late");
    wire.accept(two, "b2");
    assertEquals(new Accepted("b2"), Awaited.result(second));
    assertEquals(new Accepted("b1"), Awaited.result(first));
  }

  @Test
  void aCallerWhoGivesUpDoesNotHarmTheNext() {
    open();
    assertTrue(client.send(message("id-1", BRAVO, "x")).cancel(false));
    wire.accept(wire.receive("send"), "b1");
    CompletableFuture<BrokerSendResult> again = client.send(message("id-1", BRAVO, "x"));
    wire.accept(wire.receive("send"), "b1");
    assertEquals(new Accepted("b1"), Awaited.result(again));
  }
}

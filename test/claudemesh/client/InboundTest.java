package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.Priority;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes in: what is handed on, what is not, and what is acknowledged. */
class InboundTest {

  private final Rig rig = new Rig();
  private SessionBrokerClient session;
  private Wire wire;

  private void openSession() {
    session = rig.session();
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(session);
  }

  /** Opens a session that acknowledges whatever it is handed, as an inbox does. */
  private void openAcknowledgingSession() {
    AtomicReference<SessionBrokerClient> client = new AtomicReference<>();
    rig.heard.onMessageDo(message -> client.get().acknowledge(message));
    session = rig.session();
    client.set(session);
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(session);
  }

  @AfterEach
  void leave() throws Exception {
    rig.close();
  }

  /** Something harmless behind which everything sent before has been handled. */
  private void assertNothingElseHeard() {
    wire.send("{\"type\":\"state_change\",\"key\":\"fence\",\"value\":1,\"updatedBy\":\"x\"}");
    assertEquals("fence", rig.heard.next(StateChange.class).key());
  }

  /** Whatever the client had to say until now is behind this request. */
  private void assertNothingElseSent() {
    session.requests().setSummary("fence");
    wire.receive("set_summary");
  }

  private static Json.Builder toSession(String messageId, String clientId, String text) {
    return People.boxed(People.BRAVO, People.SESSION, messageId, clientId, text);
  }

  // ── opening ──────────────────────────────────────────────────────────────────────────────────

  @Test
  void aBoxForTheSessionIsOpenedAndHandedOn() {
    openSession();
    wire.send(
        toSession("b1", "c1", "hello ü😀")
            .put("senderName", "bravo")
            .put("senderMemberPubkey", People.BRAVO.publicHex())
            .put("replyToId", "c0")
            .put("targetSpec", People.SESSION.publicHex())
            .build());
    InboundMessage message = rig.heard.message();
    assertEquals(
        new InboundMessage(
            "c1",
            "b1",
            "bravo",
            People.BRAVO.publicHex(),
            People.BRAVO.publicHex(),
            "hello ü😀",
            true,
            People.SESSION.publicHex(),
            People.SESSION.publicHex(),
            Priority.NOW,
            "2026-11-23T09:10:36.371Z",
            Optional.of("c0"),
            Optional.empty()),
        message);
    assertFalse(message.toString().contains("hello"));
  }

  @Test
  void aDeployedDirectPushHasNoSenderNameAndNoTarget() {
    openSession();
    wire.send(toSession("b1", "c1", "hi").build());
    InboundMessage message = rig.heard.message();
    assertEquals("hi", message.text());
    assertEquals("", message.from());
    assertEquals("", message.target());
    assertEquals("", message.senderMemberPubkey());
    assertTrue(message.encrypted());
  }

  @Test
  void aBoxForTheMemberIsOpenedWithTheMembersKey() {
    openSession();
    wire.send(People.boxed(People.BRAVO, People.ALPHA, "b1", "c1", "to the member").build());
    InboundMessage message = rig.heard.message();
    assertEquals("to the member", message.text());
    assertTrue(message.encrypted());
  }

  @Test
  void aMemberConnectionOpensTheMembersBoxesAndNoOthers() {
    DaemonBrokerClient member = rig.daemon();
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(member);
    wire.send(People.boxed(People.BRAVO, People.ALPHA, "b1", "c1", "mine").build());
    wire.send(toSession("b2", "c2", "not mine").build());
    assertEquals("mine", rig.heard.message().text());
    assertEquals("b2", rig.heard.next(Heard.Unreadable.class).messageId());
  }

  @Test
  void inboundIsAnotherWordForPush() {
    openSession();
    wire.send(toSession("b1", "c1", "hi").put("type", "inbound").build());
    assertEquals("hi", rig.heard.message().text());
  }

  @Test
  void aDeployedBroadcastIsHandedOnAndMarkedAsNotEncrypted() {
    openSession();
    wire.send(People.broadcast(People.BRAVO, "b1", "to all ü").build());
    InboundMessage message = rig.heard.message();
    assertEquals("to all ü", message.text());
    assertEquals("bravo", message.from());
    assertEquals("b1", message.id(), "without a client id the broker's is the identity");
    assertFalse(message.encrypted());
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "@dev", "#topic"})
  void aBroadcastOfOurBrokerSaysItsTarget(String spec) {
    openSession();
    wire.send(People.broadcast(People.BRAVO, "b1", "x").put("targetSpec", spec).build());
    InboundMessage message = rig.heard.message();
    assertEquals(spec, message.target());
    assertFalse(message.encrypted());
  }

  @Test
  void aTopicsMessageIsPlain() {
    openSession();
    wire.send(People.broadcast(People.BRAVO, "b1", "x").put("topic", "t").build());
    InboundMessage message = rig.heard.message();
    assertEquals(Optional.of("t"), message.topic());
    assertFalse(message.encrypted());
  }

  @Test
  void aBoxWhoseSenderIsNamedIsStillAuthenticAndOpened() {
    openSession();
    wire.send(toSession("b1", "c1", "hi").put("senderName", "bravo").build());
    InboundMessage message = rig.heard.message();
    assertTrue(message.encrypted());
    assertEquals("hi", message.text());
  }

  // ── forged, tampered, broken ─────────────────────────────────────────────────────────────────

  private static String flipped(String base64, int bit) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private void assertNeitherShownNorAcknowledged(Json push) {
    openAcknowledgingSession();
    wire.send(push);
    Heard.Unreadable unreadable = rig.heard.next(Heard.Unreadable.class);
    assertEquals("b1", unreadable.messageId());
    assertFalse(unreadable.why().isBlank());
    assertNothingElseHeard();
    assertNothingElseSent();
    wire.send(push);
    rig.heard.next(Heard.Unreadable.class); // the broker keeps it, so it comes again
    assertNothingElseSent();
    assertEquals(WsStatus.OPEN, session.status());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 127, 128, 150})
  void aTamperedBodyIsNeverShown(int bit) {
    Json push = toSession("b1", "c1", "pay alice").build();
    assertNeitherShownNorAcknowledged(
        push.toBuilder().put("ciphertext", flipped(push.string("ciphertext"), bit)).build());
  }

  @Test
  void aTamperedNonceIsNeverShown() {
    Json push = toSession("b1", "c1", "pay alice").build();
    assertNeitherShownNorAcknowledged(
        push.toBuilder().put("nonce", flipped(push.string("nonce"), 3)).build());
  }

  @Test
  void aBoxInAnothersNameIsNeverShown() {
    Json push = People.boxed(People.STRANGER, People.SESSION, "b1", "c1", "i am bravo").build();
    assertNeitherShownNorAcknowledged(
        push.toBuilder().put("senderPubkey", People.BRAVO.publicHex()).build());
  }

  @Test
  void aBoxForSomebodyElseIsNeverShown() {
    assertNeitherShownNorAcknowledged(
        People.boxed(People.BRAVO, People.STRANGER, "b1", "c1", "secret").build());
  }

  @Test
  void plainTextInPlaceOfABoxIsNeverShown() {
    assertNeitherShownNorAcknowledged(
        People.broadcast(People.BRAVO, "b1", "i am bravo, honest")
            .put("targetSpec", People.SESSION.publicHex())
            .build());
  }

  @Test
  void plainTextWithoutANamedSenderIsNeverShown() {
    assertNeitherShownNorAcknowledged(
        People.broadcast(People.BRAVO, "b1", "x").remove("senderName").build());
  }

  @Test
  void aTargetNobodyKnowsIsNoLicenceForPlainText() {
    assertNeitherShownNorAcknowledged(
        People.broadcast(People.BRAVO, "b1", "x").put("targetSpec", "!new").build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "system",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "8139770EA87D175F56A35466C34C7ECCCB8D8A91B4EE37A25DF60F5B8FC9B394"
      })
  void aSenderWhoseKeyIsNoneIsNeverShown(String key) {
    assertNeitherShownNorAcknowledged(toSession("b1", "c1", "x").put("senderPubkey", key).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AA==", "not base64!", "/////////////////////w=="})
  void aBodyThatIsNoneIsNeverShown(String ciphertext) {
    assertNeitherShownNorAcknowledged(
        toSession("b1", "c1", "x").put("ciphertext", ciphertext).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"not base64!", "/w=="})
  void aBroadcastThatIsNoTextIsNeverShown(String ciphertext) {
    assertNeitherShownNorAcknowledged(
        People.broadcast(People.BRAVO, "b1", "x")
            .put("targetSpec", "*")
            .put("ciphertext", ciphertext)
            .build());
  }

  @Test
  void aForgeryDoesNotHideTheTrueMessageOfItsId() {
    openSession();
    Json forged = People.boxed(People.STRANGER, People.SESSION, "b0", "c1", "forged").build();
    wire.send(forged.toBuilder().put("senderPubkey", People.BRAVO.publicHex()).build());
    rig.heard.next(Heard.Unreadable.class);
    wire.send(People.boxed(People.STRANGER, People.SESSION, "b1", "c1", "a stranger's").build());
    assertEquals("a stranger's", rig.heard.message().text());
    wire.send(toSession("b2", "c1", "the true one").build());
    assertEquals("the true one", rig.heard.message().text());
  }

  // ── acknowledging and duplicates ─────────────────────────────────────────────────────────────

  @Test
  void anAcknowledgedMessageNamesBothIds() {
    openAcknowledgingSession();
    wire.send(toSession("b1", "c1", "hi").build());
    assertEquals(
        "{\"type\":\"client_ack\",\"clientMessageId\":\"c1\",\"brokerMessageId\":\"b1\"}",
        wire.receive().toString());
  }

  @Test
  void nothingIsAcknowledgedUnlessTheListenerSaysSo() {
    openSession();
    wire.send(toSession("b1", "c1", "hi").build());
    InboundMessage message = rig.heard.message();
    assertNothingElseSent();
    session.acknowledge(message);
    wire.receive("client_ack");
  }

  @Test
  void ourOwnWordsThatComeBackAreAcknowledgedAndNotHandedOn() {
    openSession();
    wire.send(People.broadcast(People.SESSION, "b1", "to all").build());
    assertEquals("b1", wire.receive("client_ack").string("brokerMessageId"));
    assertNothingElseHeard();
  }

  @Test
  void aDuplicateIsHandedOnOnceAndAcknowledgedAgain() {
    openAcknowledgingSession();
    wire.send(toSession("b1", "c1", "hi").build());
    assertEquals("hi", rig.heard.message().text());
    wire.receive("client_ack");
    wire.send(toSession("b2", "c1", "hi").build()); // as recorded: the broker's id is another
    assertEquals("b2", wire.receive("client_ack").string("brokerMessageId"));
    assertNothingElseHeard();
  }

  @Test
  void aDuplicateWithoutAClientIdIsKnownByTheBrokersId() {
    openAcknowledgingSession();
    Json broadcast = People.broadcast(People.BRAVO, "b1", "x").build();
    wire.send(broadcast);
    rig.heard.message();
    wire.receive("client_ack");
    wire.send(broadcast);
    wire.receive("client_ack");
    wire.send(People.broadcast(People.BRAVO, "b2", "x").build());
    assertEquals("b2", rig.heard.message().id());
  }

  @Test
  void aRedeliveryBeforeTheAcknowledgementIsNeitherHandedOnNorAcknowledged() {
    openSession();
    Json push = toSession("b1", "c1", "hi").build();
    wire.send(push);
    InboundMessage message = rig.heard.message();
    wire.send(push);
    assertNothingElseHeard();
    assertNothingElseSent();
    session.acknowledge(message);
    wire.receive("client_ack");
  }

  @Test
  void theSameIdFromTwoSendersIsTwoMessages() {
    openSession();
    wire.send(toSession("b1", "c1", "from bravo").build());
    wire.send(People.boxed(People.STRANGER, People.SESSION, "b2", "c1", "from another").build());
    assertEquals("from bravo", rig.heard.message().text());
    assertEquals("from another", rig.heard.message().text());
  }

  @Test
  void aMessageWhoseHandlerThrewComesAgain() {
    AtomicInteger calls = new AtomicInteger();
    rig.heard.onMessageDo(
        message -> {
          if (calls.incrementAndGet() == 1) {
            throw new IllegalStateException("the disk is full");
          }
        });
    openSession();
    Json push = toSession("b1", "c1", "hi").build();
    wire.send(push);
    rig.heard.message();
    wire.send(push);
    assertEquals("hi", rig.heard.message().text());
    wire.send(push);
    assertNothingElseHeard();
    assertEquals(2, calls.get());
    assertEquals(WsStatus.OPEN, session.status());
  }

  @Test
  void duplicatesAreKnownOverAReconnectAndAcknowledgedThere() {
    openAcknowledgingSession();
    Json push = toSession("b1", "c1", "hi").build();
    wire.send(push);
    rig.heard.message();
    wire.receive("client_ack");
    wire.cut();
    wire = rig.broker.accept();
    wire.welcome();
    wire.send(push);
    wire.receive("client_ack");
    assertNothingElseHeard();
  }

  @Test
  void anAcknowledgementThatCouldNotBeSentIsMadeUpFor() {
    openSession();
    Json push = toSession("b1", "c1", "hi").build();
    wire.send(push);
    InboundMessage message = rig.heard.message();
    wire.cut();
    rig.heard.await(WsStatus.RECONNECTING);
    wire = rig.broker.accept();
    session.acknowledge(message); // nobody hears it
    wire.welcome();
    wire.send(push);
    assertEquals("b1", wire.receive("client_ack").string("brokerMessageId"));
    assertNothingElseHeard();
  }

  @Test
  void aListenerThatKnowsRedeliveriesHearsOfEachAndOfNoEventsUnlessItWantsThem() {
    session =
        rig.session(
            new ClientListener() {
              @Override
              public boolean knowsRedeliveries() {
                return true;
              }

              @Override
              public boolean wantsEvents() {
                return false;
              }

              @Override
              public void onMessage(InboundMessage message) {
                rig.heard.onMessage(message);
              }

              @Override
              public void onEvent(SystemEvent event) {
                rig.heard.onEvent(event);
              }
            });
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(session);
    Json push = toSession("b1", "c1", "hi").build();
    wire.send(push);
    session.acknowledge(rig.heard.message());
    wire.send(People.event("peer_joined", "e1", People.BRAVO.publicHex()));
    wire.send(push);
    assertEquals("c1", rig.heard.message().id());
    assertEquals("b1", wire.receive("client_ack").string("brokerMessageId"));
  }

  @Test
  void aBoxForTheMemberTellsSoWhicheverConnectionBringsIt() {
    openSession();
    wire.send(People.boxed(People.BRAVO, People.ALPHA, "b1", "c1", "to the member").build());
    wire.send(toSession("b2", "c2", "to the session").build());
    assertEquals(People.ALPHA.publicHex(), rig.heard.message().recipient());
    assertEquals(People.SESSION.publicHex(), rig.heard.message().recipient());
  }

  @Test
  void messagesAreHandedOnInTheOrderTheyCame() {
    openSession();
    for (int i = 0; i < 200; i++) {
      wire.send(toSession("b" + i, "c" + i, "text " + i).build());
    }
    for (int i = 0; i < 200; i++) {
      assertEquals("text " + i, rig.heard.message().text());
    }
  }

  @Test
  void nothingBeforeTheAckIsHandedOn() {
    session = rig.session();
    wire = rig.broker.accept();
    wire.receive();
    wire.send(toSession("b1", "c1", "too early").build());
    wire.send(People.event("peer_joined", "e0", "ab"));
    wire.send(Wire.ACK);
    Rig.awaitOpen(session);
    wire.send(toSession("b1", "c1", "in time").build());
    assertEquals("in time", rig.heard.message().text());
  }

  // ── system events ────────────────────────────────────────────────────────────────────────────

  @Test
  void eventsAboutOthersAreHandedOn() {
    openSession();
    for (String event : new String[] {"peer_joined", "peer_returned", "peer_left", "new_word"}) {
      wire.send(People.event(event, "e-" + event, People.BRAVO.publicHex()));
      SystemEvent heard = rig.heard.next(SystemEvent.class);
      assertEquals(event, heard.event());
      assertEquals(People.BRAVO.publicHex(), heard.pubkey());
    }
  }

  private void assertDropped(Ed25519KeyPair own) {
    wire.send(People.event("peer_joined", "e1", own.publicHex()));
    wire.send(People.event("peer_left", "e2", own.publicHex()));
    wire.send(People.event("peer_joined", "e3", People.BRAVO.publicHex()));
    assertEquals("e3", rig.heard.next(SystemEvent.class).messageId());
  }

  @Test
  void aSessionDropsEventsAboutItself() {
    openSession();
    assertDropped(People.SESSION);
  }

  @Test
  void aMemberDropsEventsAboutItself() {
    DaemonBrokerClient member = rig.daemon();
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(member);
    assertDropped(People.ALPHA);
  }

  @Test
  void aSessionDropsCopiesOfAnEvent() {
    openSession();
    Json event = People.event("peer_joined", "e1", People.BRAVO.publicHex());
    wire.send(event);
    wire.send(event);
    wire.send(People.event("peer_left", "e2", People.BRAVO.publicHex()));
    assertEquals("e1", rig.heard.next(SystemEvent.class).messageId());
    assertEquals("e2", rig.heard.next(SystemEvent.class).messageId());
  }

  @Test
  void eventsAreNeverAcknowledged() {
    openSession();
    wire.send(People.event("peer_joined", "e1", People.BRAVO.publicHex()));
    rig.heard.next(SystemEvent.class);
    assertNothingElseSent();
  }

  @Test
  void changesOfStateAreHandedOn() {
    openSession();
    wire.send("{\"type\":\"state_change\",\"key\":\"k\",\"value\":{\"x\":1},\"updatedBy\":\"a\"}");
    wire.send("{\"type\":\"state_change\",\"key\":\"k\",\"value\":null,\"updatedBy\":\"a\"}");
    assertEquals(Optional.of(Json.parse("{\"x\":1}")), rig.heard.next(StateChange.class).value());
    assertEquals(Optional.empty(), rig.heard.next(StateChange.class).value());
  }

  @Test
  void frameTypesNobodyKnowsAreReadPast() {
    openSession();
    wire.send("{\"type\":\"skill_list\",\"skills\":[]}");
    wire.send("{\"no\":\"type\"}");
    wire.send("{\"type\":\"context_shared\",\"id\":\"x\"}");
    assertNothingElseHeard();
    assertEquals(WsStatus.OPEN, session.status());
  }

  @Test
  void oneFrameThatCannotBeReadDoesNotEndTheConnection() {
    openSession();
    wire.send("null");
    wire.send(toSession("b1", "c1", "a").build());
    wire.send("{\"type\":\"push\"}");
    wire.send("{\"type\":\"peers_list\",\"peers\":7}");
    wire.send(toSession("b2", "c2", "b").build());
    assertEquals("a", rig.heard.message().text());
    assertEquals("b", rig.heard.message().text());
    assertEquals(1, rig.broker.connects());
  }
}

package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Recording;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A deployed broker's recorded frames, played to the real clients. What a recorded client asked,
 * the test asks; correlation ids of the replies are rewritten to ours.
 */
class ReplayTest {

  private final Heard heard = new Heard();
  private final BlockingQueue<Json> asked = new LinkedBlockingQueue<>();
  private final AtomicReference<FakeTransport.FakeConnection> connection = new AtomicReference<>();
  private AutoCloseable client;

  private final FakeTransport transport =
      new FakeTransport(
          opened -> {
            connection.set(opened);
            return frame -> {
              if (frame.string("type").endsWith("hello")) {
                opened.say(Wire.ACK);
              } else {
                asked.add(frame);
              }
            };
          });

  private ClientOptions options() {
    return new ClientOptions(
        PeerDetails.NONE,
        "sid",
        1,
        "/",
        Duration.ofSeconds(30),
        Clock.SYSTEM,
        builder -> builder.transport(transport));
  }

  private DaemonBrokerClient member(Ed25519KeyPair keys) {
    Membership membership = new Membership(People.MESH, "rig", "m", keys, "ws://broker/ws");
    DaemonBrokerClient member = DaemonBrokerClient.start(membership, options(), heard);
    client = member;
    Rig.awaitOpen(member);
    return member;
  }

  private SessionBrokerClient session() {
    SessionBrokerClient session =
        SessionBrokerClient.start(
            People.alphaAt("ws://broker/ws"), People.SESSION, options(), heard);
    client = session;
    Rig.awaitOpen(session);
    return session;
  }

  @AfterEach
  void leave() throws Exception {
    client.close();
  }

  /** Plays everything the broker said on a connection, but the acks of its hellos. */
  private void play(String file, String conn) {
    frames(file, conn).forEach(frame -> connection.get().say(frame.text()));
  }

  private static List<Recording> frames(String file, String conn) {
    return Recording.of(file).stream()
        .filter(frame -> !frame.fromClient() && frame.conn().equals(conn))
        .filter(frame -> !frame.type().equals("hello_ack"))
        .toList();
  }

  /** Answers what the client asked last with a recorded reply. */
  private void answer(Recording recorded) {
    Json request = asked.remove();
    assertTrue(asked.isEmpty());
    connection
        .get()
        .say(
            recorded.json().toBuilder().put("_reqId", request.string("_reqId")).build().toString());
  }

  private Recording reply(String file, String type, int nth) {
    return Recording.of(file).stream()
        .filter(frame -> !frame.fromClient() && frame.type().equals(type))
        .skip(nth)
        .findFirst()
        .orElseThrow();
  }

  // ── messages ─────────────────────────────────────────────────────────────────────────────────

  @Test
  void theRecordedDirectMessagesAreOpenedAndAcknowledged() {
    DaemonBrokerClient bravo = member(People.BRAVO);
    heard.onMessageDo(bravo::acknowledge);
    play("d_dm.jsonl", "bravo-daemon");

    InboundMessage first = heard.message();
    assertEquals("hello bravo", first.text());
    assertEquals("m-mwt1pkcw-1", first.id());
    assertEquals(People.ALPHA.publicHex(), first.senderPubkey());
    assertEquals("", first.from(), "deployed brokers name no sender here");
    assertTrue(first.encrypted());
    assertEquals("alpha", heard.next(SystemEvent.class).name());
    assertEquals("bravo", heard.next(SystemEvent.class).name(), "its session has another key");
    InboundMessage fromSession = heard.message();
    assertEquals("m-mwt1pli7-5", fromSession.id());
    assertTrue(fromSession.encrypted());
    InboundMessage withoutClientId = heard.message();
    assertEquals("sBa0r85vKuC3p41dsiBKESCH8I5LkVjs", withoutClientId.id());

    Json ack = Awaited.next(asked, "client_ack");
    assertEquals("client_ack", ack.string("type"));
    assertEquals("m-mwt1pkcw-1", ack.string("clientMessageId"));
    assertEquals("NMUn65eGYPLidCCyaS6IQifQCpG6CJPl", ack.string("brokerMessageId"));
    assertEquals("m-mwt1pli7-5", Awaited.next(asked, "ack").string("clientMessageId"));
    assertEquals(withoutClientId.id(), Awaited.next(asked, "ack").string("brokerMessageId"));
  }

  @Test
  void aSessionOfAnotherKeyIsShownNoneOfARecordedSessionsMessages() {
    session();
    play("d_dm.jsonl", "bravo-s1");
    for (Recording push : frames("d_dm.jsonl", "bravo-s1")) {
      assertEquals(push.json().string("messageId"), heard.next(Heard.Unreadable.class).messageId());
    }
    assertTrue(asked.isEmpty(), "and acknowledges none");
  }

  @Test
  void theRecordedRedeliveriesAreShownOnceAndAcknowledgedEachTime() {
    DaemonBrokerClient bravo = member(People.BRAVO);
    heard.onMessageDo(bravo::acknowledge);
    play("d_lease_redelivery.jsonl", "bravo");
    play("d_lease_redelivery.jsonl", "bravo-re2");
    List<String> ids = List.of("m-mwt1pkda-2", "m-mwt1qmym-14", "m-mwt1qn8q-15");
    for (String id : ids) {
      assertEquals(id, heard.message().id());
    }
    for (int i : new int[] {0, 0, 1, 2, 2}) {
      assertEquals(ids.get(i), Awaited.next(asked, "client_ack").string("clientMessageId"));
    }
    assertFalse(heard.hasMore());
  }

  @Test
  void theRecordedBroadcastsAreShownWithTheirSendersAndMarkedAsPlain() {
    member(People.STRANGER);
    frames("e_broadcast_groups.jsonl", "charlie").stream()
        .filter(frame -> !frame.json().has("subtype"))
        .forEach(frame -> connection.get().say(frame.text()));
    for (String expected :
        List.of(
            "alpha: bcast",
            "alpha: bcast from session",
            "alpha: at all",
            "alpha: to dev",
            "bravo: to dev from bravo",
            "alpha: hidden?",
            "alpha: blocked bcast")) {
      InboundMessage message = heard.message();
      assertEquals(expected, message.from() + ": " + message.text());
      assertFalse(message.encrypted());
    }
  }

  @Test
  void aRecordedMessageToTheMemberThatCameToItsSessionIsOpened() {
    session();
    List<Recording> pushes =
        frames("e_broadcast_groups.jsonl", "alpha-s1").stream()
            .filter(frame -> frame.type().equals("push") && !frame.json().has("subtype"))
            .toList();
    pushes.forEach(frame -> connection.get().say(frame.text()));
    assertTrue(heard.message().encrypted());
    assertEquals(
        "LLy4CUZGCEEjAQsSK7wYb3Jmgon5a4c6", heard.next(Heard.Unreadable.class).messageId());
  }

  // ── requests ─────────────────────────────────────────────────────────────────────────────────

  private List<PeerSummary> recordedPeers(DaemonBrokerClient client, String file, int nth) {
    CompletableFuture<List<PeerSummary>> reply = client.listPeers();
    answer(reply(file, "peers_list", nth));
    return Awaited.result(reply);
  }

  @Test
  void theRecordedPeerListsOfTwoBrokersReadAlikeButForTheRoles() {
    DaemonBrokerClient alpha = member(People.ALPHA);
    for (int nth = 0; nth < 5; nth++) {
      List<PeerSummary> newer = recordedPeers(alpha, "c_list_peers.jsonl", nth);
      List<PeerSummary> older = recordedPeers(alpha, "old-c_list_peers.jsonl", nth);
      assertEquals(names(newer), names(older));
      assertTrue(newer.stream().anyMatch(PeerSummary::isControlPlane));
      assertTrue(older.stream().noneMatch(PeerSummary::isControlPlane));
    }
  }

  private static List<String> names(List<PeerSummary> peers) {
    return peers.stream().map(PeerSummary::displayName).sorted().toList();
  }

  @Test
  void aNameIsFoundInARecordedList() throws PeerDirectory.UnknownPeerException {
    List<PeerSummary> peers = recordedPeers(member(People.BRAVO), "c_list_peers.jsonl", 0);
    PeerSummary claude =
        peers.stream().filter(p -> p.displayName().equals("alpha-claude")).findFirst().get();
    assertEquals(
        claude.pubkey(),
        PeerDirectory.resolve("alpha-claude", peers, People.BRAVO.publicHex()).spec());
    assertEquals(
        People.ALPHA.publicHex(),
        PeerDirectory.resolve("8a88e3", peers, People.BRAVO.publicHex()).spec());
  }

  @Test
  void theRecordedStatesAndMemoriesAreRead() {
    String file = "g_state_memory_misc.jsonl";
    MeshRequests requests = member(People.ALPHA).requests();

    CompletableFuture<BrokerMessage.StateEntry> missing = requests.getState("nope");
    answer(reply(file, "state_result", 0));
    assertEquals(Optional.empty(), Awaited.result(missing).value());
    CompletableFuture<BrokerMessage.StateEntry> set = requests.getState("k1");
    answer(reply(file, "state_result", 1));
    assertEquals(Optional.of(Json.parse("{\"x\":1}")), Awaited.result(set).value());
    assertEquals("alpha", Awaited.result(set).updatedBy());
    CompletableFuture<List<BrokerMessage.StateEntry>> all = requests.listState();
    answer(reply(file, "state_list", 0));
    assertEquals(3, Awaited.result(all).size());

    CompletableFuture<String> stored = requests.remember("x", List.of());
    answer(reply(file, "memory_stored", 0));
    assertEquals("dFwAhrk4ak4ThP2bOojKqVMQjfzCxWPO", Awaited.result(stored));
    CompletableFuture<List<BrokerMessage.Memory>> found = requests.recall("deploy");
    answer(reply(file, "memory_results", 0));
    assertEquals("the deploy key lives in vault", Awaited.result(found).getFirst().content());
    assertEquals(List.of("ops"), Awaited.result(found).getFirst().tags());
    CompletableFuture<Void> forgotten = requests.forget("dFwAhrk4ak4ThP2bOojKqVMQjfzCxWPO");
    answer(reply(file, "ack", 3));
    Awaited.result(forgotten);
    CompletableFuture<List<BrokerMessage.Ban>> bans = requests.listBans();
    answer(reply(file, "list_bans_result", 0));
    assertEquals(List.of(), Awaited.result(bans));
  }

  @Test
  void theRecordedAcksOfVisibilityAndProfileSettleThem() {
    String file = "g_state_memory_misc.jsonl";
    MeshRequests requests = session().requests();
    for (int nth = 0; nth < 3; nth++) {
      CompletableFuture<Void> done =
          nth < 2
              ? requests.setVisible(nth == 1)
              : requests.setProfile(Json.parse("{\"title\":\"t\"}"));
      answer(reply(file, "ack", nth));
      Awaited.result(done);
    }
  }

  @Test
  void theRecordedChangesOfStateAreHandedOnAndTheRestReadPast() {
    member(People.STRANGER);
    play("g_state_memory_misc.jsonl", "bravo");
    assertEquals("peer_joined", heard.next(SystemEvent.class).event());
    assertEquals("peer_hidden", heard.next(SystemEvent.class).event());
    assertEquals("peer_visible", heard.next(SystemEvent.class).event());
    for (String key : List.of("k1", "k2", "k3", "_context:alpha")) {
      assertEquals(key, heard.next(StateChange.class).key());
    }
    assertFalse(heard.hasMore());
  }

  @Test
  void theRecordedRefusalsOfRequestsAreTold() {
    MeshRequests requests = member(People.BRAVO).requests();
    for (Recording error : frames("h_kick_ban.jsonl", "bravo")) {
      if (error.type().equals("error")) {
        CompletableFuture<?> kick = requests.admin(AdminAction.KICK, "x");
        answer(error);
        assertEquals("forbidden", Awaited.failure(kick).code());
      }
    }
  }
}

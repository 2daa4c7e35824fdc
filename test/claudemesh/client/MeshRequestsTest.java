package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.RequestException.Cause;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.Group;
import claudemesh.protocol.PeerSummary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every request, its frame, its reply, and every way it ends. */
class MeshRequestsTest {

  private final Rig rig = new Rig();
  private DaemonBrokerClient client;
  private MeshRequests requests;
  private Wire wire;

  private void open() {
    openWith(Wire.ACK);
  }

  private void openWith(String ack) {
    client = rig.daemon();
    requests = client.requests();
    wire = rig.broker.accept();
    wire.welcome(ack);
    Rig.awaitOpen(client);
  }

  @AfterEach
  void leave() throws Exception {
    rig.close();
  }

  private static String withoutReqId(Json frame) {
    return frame.toBuilder().remove("_reqId").build().toString();
  }

  // ── what has no reply ────────────────────────────────────────────────────────────────────────

  static Stream<Arguments> told() {
    return Stream.of(
        told(r -> r.setStatus("dnd"), "{'type':'set_status','status':'dnd'}"),
        told(r -> r.setSummary("s"), "{'type':'set_summary','summary':'s'}"),
        told(
            r -> r.setStats(Json.parse("{\"errors\":1}")),
            "{'type':'set_stats','stats':{'errors':1}}"),
        told(
            r -> r.joinGroup(new Group("dev", Optional.of("lead"))),
            "{'type':'join_group','name':'dev','role':'lead'}"),
        told(
            r -> r.joinGroup(new Group("dev", Optional.empty())),
            "{'type':'join_group','name':'dev'}"),
        told(
            r -> r.markRead(List.of("m1", "m2")),
            "{'type':'message_read','messageIds':['m1','m2']}"),
        told(r -> r.leaveGroup("dev"), "{'type':'leave_group','name':'dev'}"),
        told(
            r -> r.setState("k", Json.parse("{\"x\":[1]}")),
            "{'type':'set_state','key':'k','value':{'x':[1]}}"),
        told(
            r -> r.setState("k", Json.parse("null")),
            "{'type':'set_state','key':'k','value':null}"));
  }

  private static Arguments told(
      Function<MeshRequests, CompletableFuture<Void>> call, String frame) {
    return Arguments.of(call, frame.replace('\'', '"'));
  }

  @ParameterizedTest
  @MethodSource("told")
  void whatHasNoReplyIsDoneWhenTaken(
      Function<MeshRequests, CompletableFuture<Void>> call, String frame) {
    open();
    assertNull(Awaited.result(call.apply(requests)));
    assertEquals(frame, wire.receive().toString());
  }

  @ParameterizedTest
  @MethodSource("told")
  void whatCannotBeSentSaysSo(Function<MeshRequests, CompletableFuture<Void>> call, String frame) {
    client = rig.daemon();
    RequestException failure = Awaited.failure(call.apply(client.requests()));
    assertEquals(Cause.DISCONNECTED, failure.why());
    assertEquals("not sent: the connection is connecting", failure.getMessage());
  }

  // ── what has a reply ─────────────────────────────────────────────────────────────────────────

  static Stream<Arguments> asked() {
    Json title = Json.parse("{\"title\":\"t\"}");
    return Stream.of(
        asked(MeshRequests::listPeers, "{'type':'list_peers'}"),
        asked(r -> r.setVisible(false), "{'type':'set_visible','visible':false}"),
        asked(r -> r.setProfile(title), "{'title':'t','type':'set_profile'}"),
        asked(r -> r.getState("k"), "{'type':'get_state','key':'k'}"),
        asked(MeshRequests::listState, "{'type':'list_state'}"),
        asked(r -> r.remember("c", List.of("t")), "{'type':'remember','content':'c','tags':['t']}"),
        asked(r -> r.recall("q"), "{'type':'recall','query':'q'}"),
        asked(r -> r.forget("m"), "{'type':'forget','memoryId':'m'}"),
        asked(r -> r.admin(AdminAction.KICK, "bravo"), "{'type':'kick','target':'bravo'}"),
        asked(
            r -> r.admin(AdminAction.DISCONNECT, "bravo"),
            "{'type':'disconnect','target':'bravo'}"),
        asked(r -> r.admin(AdminAction.BAN, "bravo"), "{'type':'ban','target':'bravo'}"),
        asked(r -> r.admin(AdminAction.UNBAN, "bravo"), "{'type':'unban','target':'bravo'}"),
        asked(MeshRequests::listBans, "{'type':'list_bans'}"),
        asked(
            r -> r.createTopic("dev", Optional.of("d")),
            "{'type':'topic_create','name':'dev','description':'d','visibility':'public'}"),
        asked(MeshRequests::listTopics, "{'type':'topic_list'}"),
        asked(r -> r.joinTopic("dev"), "{'type':'topic_join','topic':'dev'}"),
        asked(r -> r.leaveTopic("dev"), "{'type':'topic_leave','topic':'dev'}"),
        asked(r -> r.deleteTopic("dev"), "{'type':'topic_delete','topic':'dev'}"),
        asked(
            r -> r.topicHistory("dev", 9, Optional.of("m")),
            "{'type':'topic_history','topic':'dev','limit':9,'beforeId':'m'}"),
        asked(
            r -> r.setGrants(Map.of("*", Optional.of(List.of("dm")))),
            "{'type':'set_grants','grants':{'*':['dm']}}"),
        asked(MeshRequests::listGrants, "{'type':'list_grants'}"),
        asked(r -> r.messageStatus("m"), "{'type':'message_status','messageId':'m'}"));
  }

  private static Arguments asked(Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    return Arguments.of(call, frame.replace('\'', '"'));
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aRequestGoesOutWithACorrelationId(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    open();
    call.apply(requests);
    call.apply(requests);
    Json first = wire.receive();
    assertEquals(frame, withoutReqId(first));
    assertNotEquals(first.string("_reqId"), wire.receive().string("_reqId"));
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aRequestFailsWithTheBrokersWords(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    open();
    CompletableFuture<?> reply = call.apply(requests);
    wire.refuseRequest(wire.receive(), "forbidden", "only owner or admin can");
    RequestException failure = Awaited.failure(reply);
    assertEquals(Cause.REFUSED, failure.why());
    assertEquals("forbidden", failure.code());
    assertEquals("the broker refused: forbidden, only owner or admin can", failure.getMessage());
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aRequestFailsWithTheConnection(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    open();
    CompletableFuture<?> reply = call.apply(requests);
    wire.receive();
    wire.close(1001, "going away");
    RequestException failure = Awaited.failure(reply);
    assertEquals(Cause.DISCONNECTED, failure.why());
    assertEquals("the peer closed the connection: 1001 going away", failure.getMessage());
    assertEquals("", failure.code());
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aRequestWithoutAnAnswerFailsInTime(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    rig.with(options -> options.withRequestTimeout(Duration.ofMillis(20)));
    open();
    RequestException failure = Awaited.failure(call.apply(requests));
    assertEquals(Cause.TIMEOUT, failure.why());
    assertTrue(failure.getMessage().startsWith("the broker did not answer within "));
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aRequestOnAClosedConnectionFailsAtOnce(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    open();
    client.close();
    CompletableFuture<?> reply = call.apply(requests);
    assertTrue(reply.isCompletedExceptionally());
    assertEquals(Cause.DISCONNECTED, Awaited.failure(reply).why());
  }

  @ParameterizedTest
  @MethodSource("asked")
  void aReplyOfAnotherTypeSettlesNothing(
      Function<MeshRequests, CompletableFuture<?>> call, String frame) {
    open();
    CompletableFuture<?> reply = call.apply(requests);
    Json request = wire.receive();
    wire.reply(request, "skill_list", Json.object());
    boolean wantsBans = request.string("type").equals("list_bans");
    wire.reply(request, wantsBans ? "peers_list" : "list_bans_result", Json.object());
    wire.refuseRequest(request, "not_found", "the real answer");
    assertEquals("not_found", Awaited.failure(reply).code());
  }

  static Stream<Arguments> tooMuch() {
    return Stream.of(
        Arguments.of(
            "{'maxSummaryChars':3}",
            call(r -> r.setSummary("four")),
            "the summary has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxStatsChars':3}",
            call(r -> r.setStats(Json.parse("{\"a\":1}"))),
            "the stats has 7 characters; the broker takes 3"),
        Arguments.of(
            "{'maxProfileChars':3}",
            call(r -> r.setProfile(Json.parse("{\"a\":1}"))),
            "the profile has 7 characters; the broker takes 3"),
        Arguments.of(
            "{'maxGroupChars':3}",
            call(r -> r.joinGroup(new Group("dev", Optional.of("lead")))),
            "the role has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxGroupChars':3}",
            call(r -> r.leaveGroup("four")),
            "the group's name has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxStateKeyChars':3}",
            call(r -> r.setState("four", Json.of("x"))),
            "the key has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxStateValueChars':3}",
            call(r -> r.setState("k", Json.of("xx"))),
            "the value has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxMemoryChars':3}",
            call(r -> r.remember("four", List.of())),
            "the text has 4 characters; the broker takes 3"),
        Arguments.of(
            "{'maxMemoryTags':1}",
            call(r -> r.remember("x", List.of("a", "b"))),
            "there are 2 tags; the broker takes 1"),
        Arguments.of(
            "{'maxTagChars':3}",
            call(r -> r.remember("x", List.of("a", "four"))),
            "a tag has 4 characters; the broker takes 3"));
  }

  private static Function<MeshRequests, CompletableFuture<?>> call(
      Function<MeshRequests, CompletableFuture<?>> call) {
    return call;
  }

  @ParameterizedTest
  @MethodSource("tooMuch")
  void whatIsOverAStatedLimitIsNotEvenSent(
      String limits, Function<MeshRequests, CompletableFuture<?>> call, String words) {
    openWith("{\"type\":\"hello_ack\",\"limits\":" + limits.replace('\'', '"') + "}");
    RequestException failure = Awaited.failure(call.apply(requests));
    assertEquals(Cause.NOT_SENT, failure.why());
    assertEquals("not sent: " + words, failure.getMessage());
    requests.setStatus("idle");
    assertEquals("set_status", wire.receive().string("type"));
  }

  @Test
  void aHistoryIsOpenedAndWhatCannotBeIsLeftOut() {
    open();
    CompletableFuture<List<InboundMessage>> reply =
        requests.topicHistory("dev", 2, Optional.empty());
    Json post =
        Json.object()
            .put("senderPubkey", "ab".repeat(32))
            .put("senderName", "bravo")
            .put("topic", "dev")
            .put("targetSpec", "#dev")
            .build();
    Json bad = post.toBuilder().put("id", "m1").put("ciphertext", "!").build();
    Json good = post.toBuilder().put("id", "m2").put("ciphertext", "aGk=").build();
    wire.reply(
        wire.receive("topic_history"),
        "topic_history_response",
        Json.object().put("topic", "dev").put("messages", Json.array(List.of(bad, good))));
    InboundMessage only = Awaited.result(reply).getFirst();
    assertEquals(1, Awaited.result(reply).size());
    assertEquals("m2", only.messageId());
    assertEquals("hi", only.text());
    assertFalse(only.encrypted());
    assertEquals(Optional.of("dev"), only.topic());
  }

  @Test
  void listPeers() {
    open();
    CompletableFuture<List<PeerSummary>> reply = client.listPeers();
    wire.reply(
        wire.receive("list_peers"),
        "peers_list",
        Json.object()
            .put(
                "peers",
                Json.parse(
                    "[{\"pubkey\":\"a\",\"peerRole\":\"control-plane\"},{\"pubkey\":\"b\"}]")));
    List<PeerSummary> peers = Awaited.result(reply);
    assertEquals(List.of("a", "b"), peers.stream().map(PeerSummary::pubkey).toList());
    assertEquals(
        List.of("control-plane", "session"), peers.stream().map(PeerSummary::role).toList());
  }

  @Test
  void aFailedListOfPeersIsNeverAnEmptyOne() {
    open();
    CompletableFuture<List<PeerSummary>> reply = client.listPeers();
    wire.cut();
    assertEquals(Cause.DISCONNECTED, Awaited.failure(reply).why());
  }

  @Test
  void whatIsAnsweredByAnAckIsDoneByIt() {
    open();
    CompletableFuture<Void> visible = requests.setVisible(true);
    Json first = wire.receive("set_visible");
    CompletableFuture<Void> forgotten = requests.forget("mem-1");
    Json second = wire.receive("forget");
    // As recorded: the forget's ack has the memory's id, the other an empty one.
    wire.reply(
        second,
        "ack",
        Json.object().put("id", "mem-1").put("messageId", "mem-1").put("queued", false));
    wire.reply(first, "ack", Json.object().put("id", "").put("messageId", "").put("queued", false));
    assertNull(Awaited.result(forgotten));
    assertNull(Awaited.result(visible));
  }

  @Test
  void aStateThatIsSetAndOneThatIsNot() {
    open();
    CompletableFuture<BrokerMessage.StateEntry> set = requests.getState("k1");
    CompletableFuture<BrokerMessage.StateEntry> unset = requests.getState("nope");
    Json one = wire.receive("get_state");
    Json two = wire.receive("get_state");
    wire.reply(
        two,
        "state_result",
        Json.object()
            .put("key", "nope")
            .putNull("value")
            .put("updatedBy", "")
            .put("updatedAt", ""));
    wire.reply(
        one,
        "state_result",
        Json.object()
            .put("key", "k1")
            .put("value", Json.parse("{\"x\":1}"))
            .put("updatedBy", "alpha")
            .put("updatedAt", "2026-11-23T09:11:04.053Z"));
    assertEquals(Optional.of(Json.parse("{\"x\":1}")), Awaited.result(set).value());
    assertEquals(Optional.empty(), Awaited.result(unset).value());
  }

  @Test
  void statesAndMemories() {
    open();
    CompletableFuture<List<BrokerMessage.StateEntry>> states = requests.listState();
    wire.reply(
        wire.receive("list_state"),
        "state_list",
        Json.object().put("entries", Json.parse("[{\"key\":\"k\",\"value\":42}]")));
    assertEquals("k", Awaited.result(states).getFirst().key());

    CompletableFuture<String> stored = requests.remember("text", List.of("ops"));
    wire.reply(wire.receive("remember"), "memory_stored", Json.object().put("id", "mem-1"));
    assertEquals("mem-1", Awaited.result(stored));

    CompletableFuture<List<BrokerMessage.Memory>> found = requests.recall("text");
    wire.reply(
        wire.receive("recall"),
        "memory_results",
        Json.object()
            .put("memories", Json.parse("[{\"id\":\"mem-1\",\"content\":\"text\",\"tags\":[]}]")));
    assertEquals("text", Awaited.result(found).getFirst().content());

    CompletableFuture<List<BrokerMessage.Memory>> none = requests.recall("zzz");
    wire.reply(
        wire.receive("recall"), "memory_results", Json.object().put("memories", Json.parse("[]")));
    assertEquals(List.of(), Awaited.result(none));
  }

  @Test
  void whoWasHit() {
    open();
    CompletableFuture<BrokerMessage.AdminAck> kicked = requests.admin(AdminAction.KICK, "charlie");
    wire.reply(
        wire.receive("kick"),
        "kick_ack",
        Json.object()
            .put("kicked", Json.strings(List.of("charlie")))
            .put("skipped_control_plane", Json.strings(List.of("bravo"))));
    assertEquals(List.of("charlie"), Awaited.result(kicked).affected());
    assertEquals(List.of("bravo"), Awaited.result(kicked).skippedControlPlane());

    CompletableFuture<BrokerMessage.AdminAck> banned = requests.admin(AdminAction.BAN, "charlie");
    wire.reply(wire.receive("ban"), "ban_ack", Json.object().put("banned", "charlie"));
    assertEquals(List.of("charlie"), Awaited.result(banned).affected());

    CompletableFuture<List<BrokerMessage.Ban>> bans = requests.listBans();
    wire.reply(
        wire.receive("list_bans"),
        "list_bans_result",
        Json.object().put("bans", Json.parse("[{\"name\":\"charlie\",\"pubkey\":\"k\"}]")));
    assertEquals("charlie", Awaited.result(bans).getFirst().name());

    CompletableFuture<BrokerMessage.AdminAck> unbanned = requests.admin(AdminAction.UNBAN, "c");
    wire.reply(wire.receive("unban"), "unban_ack", Json.object().put("unbanned", "charlie"));
    assertEquals(AdminAction.UNBAN, Awaited.result(unbanned).action());
  }

  @Test
  void whatBecameOfAMessage() {
    open();
    CompletableFuture<BrokerMessage.MessageStatusResult> status = requests.messageStatus("m");
    wire.reply(
        wire.receive("message_status"),
        "message_status_result",
        Json.object()
            .put("messageId", "m")
            .put("delivered", true)
            .put(
                "recipients",
                Json.parse("[{\"name\":\"b\",\"pubkey\":\"k\",\"status\":\"delivered\"}]")));
    assertTrue(Awaited.result(status).delivered());
    assertEquals("delivered", Awaited.result(status).recipients().getFirst().status());
  }

  @Test
  void repliesInAnyOrderFindTheirRequests() {
    open();
    CompletableFuture<String> first = requests.remember("one", List.of());
    CompletableFuture<String> second = requests.remember("two", List.of());
    Json one = wire.receive("remember");
    Json two = wire.receive("remember");
    wire.send("{\"type\":\"memory_stored\",\"id\":\"for nobody\"}");
    wire.send("{\"type\":\"memory_stored\",\"id\":\"for nobody\",\"_reqId\":\"r999\"}");
    wire.reply(two, "memory_stored", Json.object().put("id", "m2"));
    wire.reply(one, "memory_stored", Json.object().put("id", "m1"));
    wire.reply(one, "memory_stored", Json.object().put("id", "again"));
    assertEquals("m2", Awaited.result(second));
    assertEquals("m1", Awaited.result(first));
  }

  @Test
  void aReplyToARequestOfTheLastConnectionSettlesNoneOfThisOne() {
    open();
    CompletableFuture<String> before = requests.remember("one", List.of());
    Json old = wire.receive("remember");
    wire.cut();
    assertEquals(Cause.DISCONNECTED, Awaited.failure(before).why());
    wire = rig.broker.accept();
    wire.welcome();
    Rig.awaitOpen(client);
    CompletableFuture<String> after = requests.remember("two", List.of());
    Json fresh = wire.receive("remember");
    wire.reply(old, "memory_stored", Json.object().put("id", "stale"));
    wire.reply(fresh, "memory_stored", Json.object().put("id", "m2"));
    assertEquals("m2", Awaited.result(after));
  }

  @Test
  void joinShowsTheCauseInsideACompletionException() {
    client = rig.daemon();
    CompletableFuture<List<PeerSummary>> reply = client.listPeers();
    CompletionException thrown =
        org.junit.jupiter.api.Assertions.assertThrows(CompletionException.class, reply::join);
    assertEquals(RequestException.class, thrown.getCause().getClass());
  }

  @Test
  void halfACharacterInARequestIsRefusedAndNotSent() {
    open();
    assertTrue(requests.recall("\ud800").isCompletedExceptionally());
    assertTrue(requests.setSummary("\ud800").isCompletedExceptionally());
    assertFalse(wire.hasMore());
  }
}

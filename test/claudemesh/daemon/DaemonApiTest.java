package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.SessionBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's API over a real daemon and a real broker. */
class DaemonApiTest {

  private static final String ONE = DaemonRig.token(1);
  private static final String TWO = DaemonRig.token(2);

  @TempDir Path folder;
  private DaemonRig rig;

  @AfterEach
  void stop() throws Exception {
    if (rig != null) {
      rig.close();
    }
  }

  private void start(String... meshes) throws Exception {
    rig = DaemonRig.start(folder, meshes);
  }

  private static Json message(String to, String text) {
    return Json.object().put("to", to).put("message", text).build();
  }

  private static Json message(String to, String text, String id) {
    return message(to, text).toBuilder().put("client_message_id", id).build();
  }

  private static DaemonException refused(Executable call) {
    return assertThrows(DaemonException.class, call);
  }

  private List<String> inbox(DaemonClient as, String... query) throws DaemonException {
    return as.get("/v1/inbox", query).list("items").stream()
        .map(item -> item.string("body"))
        .toList();
  }

  private void awaitInbox(DaemonClient as, List<String> expected) throws Exception {
    DaemonRig.await(
        "an inbox of " + expected, () -> inbox(as, "mark_seen", "false").equals(expected));
  }

  /** Sends as somebody else, to a key. */
  private static void tell(SessionBrokerClient from, String key, String text) throws Exception {
    from.send(OutgoingMessage.of(new Target.Peer(key), text)).get(50, TimeUnit.SECONDS);
  }

  private SessionBrokerClient bravo(BlockingQueue<InboundMessage> heard) throws Exception {
    return rig.session(
        rig.member("rig", "bravo"),
        "bravo-one",
        new ClientListener() {
          @Override
          public void onMessage(InboundMessage message) {
            heard.add(message);
          }
        });
  }

  @Test
  void sessionsOfAMemberNeverSeeEachOthersMail() throws Exception {
    start("rig");
    String one = rig.register(ONE, "rig", "one");
    String two = rig.register(TWO, "rig", "two");
    SessionBrokerClient bravo = bravo(new LinkedBlockingQueue<>());
    tell(bravo, one, "for one");
    tell(bravo, two, "for two");
    tell(bravo, rig.mesh("rig").keys().publicHex(), "for the member");
    awaitInbox(rig.client(ONE), List.of("for one"));
    awaitInbox(rig.client(TWO), List.of("for two"));
    awaitInbox(rig.client(), List.of("for the member"));
    DaemonRig.await(
        "all mail", () -> inbox(rig.client(), "scope", "all", "mark_seen", "false").size() == 3);
    assertEquals(List.of("for one"), inbox(rig.client(ONE), "scope", "all", "mark_seen", "false"));
    String idOfTwo = rig.client(TWO).get("/v1/inbox").list("items").getFirst().string("id");
    assertEquals(404, refused(() -> rig.client(ONE).delete("/v1/inbox/" + idOfTwo)).status());
    assertEquals(1, rig.client(ONE).delete("/v1/inbox").number("removed"));
    assertEquals(List.of("for two"), inbox(rig.client(TWO)));
  }

  @Test
  void aListMarksSeenUnlessToldNotTo() throws Exception {
    start("rig");
    String one = rig.register(ONE, "rig", "one");
    SessionBrokerClient bravo = bravo(new LinkedBlockingQueue<>());
    tell(bravo, one, "first");
    tell(bravo, one, "second");
    awaitInbox(rig.client(ONE), List.of("second", "first"));
    DaemonClient as = rig.client(ONE);
    String first =
        as.get("/v1/inbox", "mark_seen", "false", "limit", "2").list("items").get(1).string("id");
    assertEquals(
        1,
        as.post("/v1/inbox/seen", Json.object().put("ids", Json.strings(List.of(first))).build())
            .number("marked_seen"));
    Json unread = as.get("/v1/inbox", "unread_only", "true");
    assertEquals(1, unread.list("items").size());
    assertFalse(unread.list("items").getFirst().has("seen_at"));
    assertEquals(1, unread.number("marked_seen"));
    assertEquals(0, as.get("/v1/inbox", "unread_only", "true").list("items").size());
    assertEquals(0, as.get("/v1/inbox").number("marked_seen"));
  }

  @Test
  void aSessionSendsInItsOwnNameAndTheMemberInHers() throws Exception {
    start("rig");
    String one = rig.register(ONE, "rig", "one");
    BlockingQueue<InboundMessage> heard = new LinkedBlockingQueue<>();
    bravo(heard);
    rig.client(ONE).post("/v1/send", message("bravo-one", "from one"));
    assertEquals(one, heard.poll(50, TimeUnit.SECONDS).senderPubkey());
    rig.client().post("/v1/send", message("bravo-one", "from the member"));
    assertEquals(
        rig.mesh("rig").keys().publicHex(), heard.poll(50, TimeUnit.SECONDS).senderPubkey());
    assertEquals(1, rig.client(ONE).get("/v1/outbox").list("items").size());
    assertEquals(2, rig.client().get("/v1/outbox").list("items").size());
  }

  @Test
  void aTokenThatNobodyHasIsNotTakenForTheMember() throws Exception {
    start("rig");
    bravo(new LinkedBlockingQueue<>());
    assertEquals(
        401, refused(() -> rig.client(ONE).post("/v1/send", message("bravo-one", "x"))).status());
    assertEquals(401, refused(() -> rig.client(ONE).get("/v1/inbox")).status());
    assertEquals(401, refused(() -> rig.client(ONE).get("/v1/sessions/me")).status());
  }

  @Test
  void theSameSendIsOneMessageHoweverOftenItIsAsked() throws Exception {
    start("rig");
    BlockingQueue<InboundMessage> heard = new LinkedBlockingQueue<>();
    SessionBrokerClient bravo = bravo(heard);
    Json send = message("bravo-one", "once", "id-1");
    assertEquals("queued", rig.client().post("/v1/send", send).string("status"));
    heard.poll(50, TimeUnit.SECONDS);
    DaemonRig.await(
        "the duplicate to be known as done",
        () -> rig.client().post("/v1/send", send).has("broker_message_id"));
    bravo.close();
    DaemonRig.await(
        "bravo to leave",
        () ->
            rig.client().get("/v1/peers").list("peers").stream()
                .noneMatch(
                    row ->
                        row.string("displayName").equals("bravo-one") && !row.bool("away", false)));
    Json again = rig.client().post("/v1/send", send);
    assertTrue(again.bool("duplicate", false), again + " though its peer is gone");
    DaemonException other =
        refused(() -> rig.client().post("/v1/send", message("bravo-one", "other", "id-1")));
    assertEquals(409, other.status());
    assertEquals("idempotency_key_reused", other.code());
    assertEquals("outbox_done_fingerprint_mismatch", other.body().string("conflict"));
    assertEquals(0, heard.size());
  }

  @Test
  void whatWaitsIsADuplicateToo() throws Exception {
    start("rig");
    String bravo = bravo(new LinkedBlockingQueue<>()).publicKey();
    rig.broker.close();
    DaemonRig.await(
        "the broker to be missed",
        () -> !rig.client().get("/v1/health").toString().contains("open"));
    Json send = message(bravo, "waits", "id-1");
    assertEquals("queued", rig.client().post("/v1/send", send).string("status"));
    Json again = rig.client().post("/v1/send", send);
    assertTrue(again.bool("duplicate", false), again.toString());
    assertTrue(List.of("queued", "inflight").contains(again.string("status")), again.toString());
    String conflict =
        refused(() -> rig.client().post("/v1/send", message(bravo, "other", "id-1")))
            .body()
            .string("conflict");
    assertTrue(conflict.matches("outbox_(pending|inflight)_fingerprint_mismatch"), conflict);
    Json counts =
        rig.client().get("/v1/status").list("meshes").getFirst().get("outbox").orElseThrow();
    assertEquals(1, counts.number("pending") + counts.number("inflight"), counts.toString());
    Json dropped = rig.client().delete("/v1/outbox/id-1").get("item").orElseThrow();
    assertEquals("aborted", dropped.string("status"));
    assertEquals(
        "outbox_aborted_fingerprint_match",
        refused(() -> rig.client().post("/v1/send", send)).body().string("conflict"));
    Json requeue = Json.object().put("id", "id-1").build();
    assertEquals(
        "pending",
        rig.client()
            .post("/v1/outbox/requeue", requeue)
            .get("item")
            .orElseThrow()
            .string("status"));
  }

  @Test
  void withSeveralMeshesAnActionMustSayWhich() throws Exception {
    start("first", "second");
    DaemonException which =
        refused(() -> rig.client().post("/v1/state", Json.object().put("key", "k").build()));
    assertEquals(409, which.status());
    assertEquals("mesh_required", which.code());
    assertEquals(List.of("first", "second"), which.body().stringList("meshes"));
    rig.register(ONE, "second", "one");
    assertEquals(
        "second",
        rig.client(ONE)
            .post("/v1/state", Json.object().put("key", "k").put("value", 1).build())
            .string("mesh"));
    DaemonException unknown =
        refused(
            () ->
                rig.client()
                    .post("/v1/send", message("*", "x").toBuilder().put("mesh", "third").build()));
    assertEquals("mesh_not_attached", unknown.code());
    assertEquals(
        List.of("first", "second"),
        rig.client().get("/v1/peers").list("peers").stream()
            .map(row -> row.string("mesh"))
            .distinct()
            .toList());
    assertEquals(
        List.of("second"),
        rig.client(ONE).get("/v1/peers").list("peers").stream()
            .map(row -> row.string("mesh"))
            .distinct()
            .toList());
  }

  @Test
  void oneMeshThatFailsIsAnErrorOfItsOwn() throws Exception {
    rig = DaemonRig.prepare(folder, "good", "bad");
    Config.update(
        rig.config,
        before -> before.with(before.mesh("bad").orElseThrow().withBrokerUrl("htp:/x")));
    rig.daemon = Daemon.start(rig.options());
    DaemonRig.await(
        "good to be open", () -> rig.client().get("/v1/health").toString().contains("open"));
    Json peers = rig.client().get("/v1/peers");
    assertEquals("good", peers.list("peers").getFirst().string("mesh"));
    assertEquals("bad", peers.list("errors").getFirst().string("mesh"));
    Json status = rig.client().get("/v1/status").list("meshes").get(1);
    assertEquals("failed", status.string("status"));
    assertTrue(status.has("error"), status.toString());
  }

  @Test
  void aResumedSessionHasTheSameKeyOverARestart() throws Exception {
    start("rig");
    String before = rig.register(ONE, "rig", "one");
    rig.client().delete("/v1/sessions/" + ONE);
    assertEquals(before, rig.register(TWO, "rig", "one"));
    rig.daemon.close();
    rig.startDaemon();
    assertEquals(
        before,
        rig.client(TWO).get("/v1/whoami").get("session").orElseThrow().string("session_pubkey"));
    rig.awaitPeer("rig", before);
  }

  @Test
  void aKeyWithoutTheMembersWordIsRegisteredWithoutPresence() throws Exception {
    start("rig");
    Json good = rig.registration(ONE, "rig", "one", Ed25519KeyPair.generate());
    Json foreign =
        Json.parseObject(
            good.toString().replace(rig.mesh("rig").keys().publicHex(), "0".repeat(64)));
    Json reply = rig.client().post("/v1/sessions/register", foreign);
    assertFalse(reply.bool("presence_accepted", true), reply.toString());
    assertEquals("parent_attestation: attestation_mismatch", reply.string("presence_error"));
    assertTrue(rig.client().post("/v1/sessions/register", good).bool("presence_accepted", false));
  }

  @Test
  void noReplyHoldsASecret() throws Exception {
    start("rig");
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    rig.client().post("/v1/sessions/register", rig.registration(ONE, "rig", "one", keys));
    rig.register(TWO, "rig", "two");
    List<String> secrets =
        List.of(
            ONE,
            TWO,
            keys.secretHex().substring(0, 64),
            rig.mesh("rig").keys().secretHex().substring(0, 64),
            Json.parseObject(Files.readString(rig.config.configFile()))
                .list("meshes")
                .getFirst()
                .string("rootKey"));
    for (String path :
        List.of(
            "version",
            "health",
            "status",
            "whoami",
            "sessions",
            "sessions/me",
            "peers",
            "inbox",
            "outbox",
            "endings",
            "state",
            "memory",
            "skills",
            "bans")) {
      String reply = rig.client(ONE).get("/v1/" + path).toString();
      for (String secret : secrets) {
        assertFalse(reply.contains(secret), path + " shows a secret");
      }
    }
  }

  @Test
  void valuesAndTextsAreSharedThroughTheDaemon() throws Exception {
    start("rig");
    DaemonClient as = rig.client();
    as.post(
        "/v1/state", Json.object().put("key", "k 1").put("value", Json.parse("{\"a\":1}")).build());
    DaemonRig.await("the value", () -> !as.get("/v1/state").list("entries").isEmpty());
    assertEquals(
        "{\"a\":1}",
        as.get("/v1/state", "key", "k 1")
            .get("state")
            .orElseThrow()
            .get("value")
            .orElseThrow()
            .toString());
    Json remembered =
        as.post(
            "/v1/memory",
            Json.object()
                .put("content", "the moon")
                .put("tags", Json.strings(List.of("sky")))
                .build());
    Json found = as.get("/v1/memory", "q", "moon").list("matches").getFirst();
    assertEquals(remembered.string("id"), found.string("id"));
    assertEquals("rig", found.string("mesh"));
    as.delete("/v1/memory/" + DaemonClient.encoded(remembered.string("id")));
    assertEquals(List.of(), as.get("/v1/memory", "q", "moon").list("matches"));
  }

  @Test
  void groupsProfilesAndModerationGoThroughTheDaemon() throws Exception {
    start("rig");
    String one = rig.register(ONE, "rig", "one");
    rig.client(ONE)
        .post("/v1/group/join", Json.object().put("name", "dev").put("role", "lead").build());
    rig.client(ONE)
        .post("/v1/profile", Json.object().put("summary", "busy").put("status", "working").build());
    DaemonRig.await(
        "the session to show so",
        () ->
            rig.client(ONE).get("/v1/peers").list("peers").stream()
                .anyMatch(
                    row ->
                        row.string("pubkey").equals(one)
                            && row.bool("isThisSession", false)
                            && row.bool("isSelf", false)
                            && row.string("summary", "").equals("busy")
                            && row.string("status").equals("working")
                            && row.list("groups").toString().contains("lead")));
    bravo(new LinkedBlockingQueue<>());
    Json kick = Json.object().put("action", "kick").put("target", "bravo-one").build();
    assertEquals(
        List.of("bravo-one"), rig.client().post("/v1/moderation", kick).stringList("affected"));
    assertEquals(List.of(), rig.client().get("/v1/bans").list("bans"));
    assertEquals(
        "action must be 'kick' | 'disconnect' | 'ban' | 'unban'",
        refused(
                () ->
                    rig.client()
                        .post(
                            "/v1/moderation",
                            Json.object().put("action", "hug").put("target", "x").build()))
            .getMessage());
  }

  @Test
  void topicsAreMadeJoinedReadAndEnded() throws Exception {
    start("rig");
    rig.register(ONE, "rig", "one");
    rig.register(TWO, "rig", "two");
    Json named = Json.object().put("name", "#news").build();
    Json made =
        rig.client(ONE).post("/v1/topics", named.toBuilder().put("description", "d").build());
    assertTrue(made.bool("created", false), made.toString());
    String id = made.get("topic").orElseThrow().string("id");
    assertFalse(rig.client(ONE).post("/v1/topics", named).bool("created", true));
    rig.client(ONE).post("/v1/topics/join", named);
    rig.client(TWO).post("/v1/topics/join", named);
    rig.client(TWO).post("/v1/send", message("#" + id, "to the topic"));
    awaitInbox(rig.client(ONE), List.of("to the topic"));
    assertEquals(
        List.of("to the topic"),
        rig.client(ONE).get("/v1/topics/history", "name", "news").list("messages").stream()
            .map(row -> row.string("body"))
            .toList());
    rig.client(ONE).post("/v1/topics/leave", named);
    rig.client().delete("/v1/topics/news");
    assertEquals(List.of(), rig.client().get("/v1/topics").list("topics"));
  }

  @Test
  void aBrokerThatIsGoneIsToldInEndingsAndStatus() throws Exception {
    start("rig");
    rig.broker.close();
    DaemonRig.await(
        "an ending",
        () ->
            !rig.client()
                .get("/v1/endings")
                .list("connections")
                .getFirst()
                .list("endings")
                .isEmpty());
    Json connection = rig.client().get("/v1/endings").list("connections").getFirst();
    Json ending = connection.list("endings").getFirst();
    assertEquals("member", connection.string("kind"));
    assertEquals("peer_closed", ending.string("what"));
    assertEquals("retry", ending.string("decision"));
    assertTrue(
        ending.has("words") && ending.has("at") && ending.has("lasted_ms"), ending.toString());
  }

  @Test
  void badRequestsAreAnsweredWithThePlaceAndTheFix() throws Exception {
    start("rig");
    assertEquals(
        "limit must be a number from 1 to 10000, found 0",
        refused(() -> rig.client().get("/v1/inbox", "limit", "0")).getMessage());
    assertEquals(400, refused(() -> rig.client().get("/v1/inbox", "since", "yesterday")).status());
    assertEquals(400, refused(() -> rig.client().get("/v1/outbox", "status", "lost")).status());
    assertEquals(404, refused(() -> rig.client().get("/v1/outbox/none")).status());
    assertEquals(404, refused(() -> rig.client().get("/v1/nothing")).status());
    RawHttp large =
        RawHttp.unix(rig.socket(), "POST", "/v1/send").withBody("x".repeat((1 << 20) + 1));
    assertEquals(413, large.ask().status());
  }
}

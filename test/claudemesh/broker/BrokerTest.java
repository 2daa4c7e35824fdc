package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import claudemesh.store.MailboxLimits;
import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker as a whole: its folder, its HTTP, its start and end. */
class BrokerTest {

  private static final Ed25519KeyPair GUEST = BrokerRig.key("66");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
  }

  @AfterEach
  void stop() {
    rig.close();
    http.shutdownNow();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + rig.url().getPort() + path);
  }

  private HttpResponse<String> call(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return call(HttpRequest.newBuilder(at(path)));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return call(HttpRequest.newBuilder(at(path)).POST(BodyPublishers.ofString(body)));
  }

  private static Json joining(Invite invite) {
    return Json.object()
        .put("invite_token", invite.token())
        .put("invite_payload", invite.encode())
        .put("peer_pubkey", GUEST.publicHex())
        .put("display_name", "newbie")
        .build();
  }

  private String joinError(Json body) throws Exception {
    HttpResponse<String> response = post("/join", body.toString());
    assertEquals(400, response.statusCode());
    Json answer = Json.parseObject(response.body());
    assertFalse(answer.bool("ok", true));
    return answer.string("error");
  }

  @Test
  void saysThatItIsHealthy() throws Exception {
    rig.time.advance(Duration.ofSeconds(7));
    HttpResponse<String> response = get("/health");
    assertEquals(200, response.statusCode());
    assertEquals("application/json", response.headers().firstValue("content-type").orElseThrow());
    Json health = Json.parseObject(response.body());
    assertEquals("ok", health.string("status"));
    assertEquals(7, health.number("uptime"));
    assertNotEquals("unknown", health.string("version"));
    assertEquals("ready", Json.parseObject(get("/health/ready").body()).string("status"));
  }

  @Test
  void knowsNoOtherPath() throws Exception {
    for (String path : List.of("/status", "/nope", "/ws/", "/wsx", "/health/x", "/join/x")) {
      assertEquals(404, get(path).statusCode(), path);
    }
    assertEquals(405, post("/health", "").statusCode());
    assertEquals(405, get("/join").statusCode());
    assertEquals(426, get("/ws").statusCode());
  }

  @Test
  void aGuestJoinsAndSaysHello() throws Exception {
    Invite invite = rig.invite(MemberRole.MEMBER, 1);
    HttpResponse<String> response = post("/join", joining(invite).toString());
    assertEquals(200, response.statusCode());
    Json answer = Json.parseObject(response.body());
    assertTrue(answer.bool("ok", false));
    assertFalse(answer.has("alreadyMember"));
    assertEquals(rig.member(GUEST).memberId(), answer.string("memberId"));
    assertEquals("newbie", rig.connect().greet(rig.hello(GUEST)).string("memberDisplayName"));
    Json again = Json.parseObject(post("/join", joining(invite).toString()).body());
    assertTrue(again.bool("alreadyMember", false));
    Json other =
        joining(invite).toBuilder().put("peer_pubkey", BrokerRig.key("67").publicHex()).build();
    assertEquals("invite_exhausted", joinError(other));
  }

  @Test
  void aJoinThatIsWrongIsToldWhy() throws Exception {
    Json good = joining(rig.invite(MemberRole.MEMBER, 1));
    String required = "invite_token, invite_payload, peer_pubkey, display_name required";
    for (String field : List.of("invite_token", "invite_payload", "peer_pubkey", "display_name")) {
      assertEquals(required, joinError(good.toBuilder().remove(field).build()));
    }
    assertEquals(
        "peer_pubkey must be 64 hex chars (32 bytes)",
        joinError(good.toBuilder().put("peer_pubkey", "zz").build()));
    Json raised = good.get("invite_payload").orElseThrow().toBuilder().put("role", "admin").build();
    assertEquals(
        "invite_bad_signature", joinError(good.toBuilder().put("invite_payload", raised).build()));
    assertTrue(
        joinError(good.toBuilder().put("invite_payload", "x").build()).contains("invite_payload"));
    assertTrue(joinError(good.toBuilder().put("invite_token", "!").build()).contains("invite"));
    assertTrue(
        joinError(good.toBuilder().put("display_name", "x".repeat(129)).build()).contains("name"));
    assertEquals(400, post("/join", "{bad").statusCode());
    rig.time.advance(Duration.ofHours(2));
    assertEquals("invite_expired", joinError(good));
  }

  @Test
  void aMeshCreatedBesideARunningBrokerIsServed() throws IOException {
    MeshDirectory beside = MeshDirectory.open(folder, rig.time);
    Mesh mesh = beside.createMesh("second", "guest", GUEST.publicHex());
    Member owner = mesh.member(GUEST.publicHex()).orElseThrow();
    rig.connect().greet(Hellos.member(mesh, owner, GUEST, "d", rig.time.wallTime()));
    assertEquals(Optional.of(rig.url()), beside.runningBroker());
  }

  @Test
  void aRestartKeepsMeshesMembersAndInvites() throws IOException {
    Invite invite = rig.invite(MemberRole.MEMBER, 1);
    rig.restart();
    rig.member(BRAVO, "b");
    assertTrue(
        rig.broker.directory().join(invite, GUEST.publicHex(), "late")
            instanceof JoinResult.Joined);
  }

  @Test
  void thePeerListIsTrueFromTheFirstSecondAfterARestart() throws IOException {
    rig.member(BRAVO, "b");
    rig.restart();
    TestPeer alpha = rig.member(ALPHA, "a");
    assertEquals(1, alpha.ask(BrokerRig.frame("list_peers")).list("peers").size());
  }

  @Test
  void aSecondBrokerOnTheFolderIsRefusedAndToldWhereTheFirstIs() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> Broker.start(BrokerOptions.on(folder, 0).withClock(rig.time, rig.time)));
    assertTrue(e.getMessage().contains(rig.url().toString()), e.getMessage());
    rig.member(ALPHA, "a");
  }

  @Test
  void aPortInUseFreesTheFolderAgain() throws IOException {
    Path other = folder.resolve("other");
    BrokerOptions taken = BrokerOptions.on(other, rig.url().getPort());
    assertThrows(IOException.class, () -> Broker.start(taken));
    Broker.start(BrokerOptions.on(other, 0)).close();
  }

  @Test
  void aBrokerThatHasStoppedLeavesNothingBehind() throws IOException {
    MeshDirectory directory = rig.broker.directory();
    rig.close();
    rig.close();
    assertEquals(Optional.empty(), directory.runningBroker());
    assertFalse(Files.exists(folder.resolve("broker.json")));
  }

  @Test
  void itsFilesAreTheOwnersAlone() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        String expected = Files.isDirectory(path) ? "rwx------" : "rw-------";
        assertEquals(
            expected,
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)),
            path.toString());
      }
    }
  }

  @Test
  void aDamagedMeshKeepsItFromStarting() throws IOException {
    rig.close();
    Path file = folder.resolve("meshes").resolve(rig.meshId + ".json");
    Files.writeString(file, "{");
    IOException e =
        assertThrows(IOException.class, () -> Broker.start(BrokerOptions.on(folder, 0)));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  @Test
  void aMeshDamagedLaterIsAnErrorAndNotAnUnknownMember() throws IOException {
    Json hello = rig.hello(ALPHA);
    Files.writeString(folder.resolve("meshes").resolve(rig.meshId + ".json"), "{");
    TestPeer peer = rig.connect();
    peer.say(hello).expectRefusal("internal", "1011 internal");
  }

  @Test
  void ticksByItself() throws IOException {
    rig.close();
    BrokerOptions quick =
        new BrokerOptions(
            "127.0.0.1",
            0,
            folder,
            Clock.SYSTEM,
            Sleeper.SYSTEM,
            Duration.ofMillis(50),
            Duration.ofSeconds(90),
            Duration.ofSeconds(30),
            65_536,
            10,
            10,
            10,
            10,
            10,
            Duration.ofMillis(10),
            MailboxLimits.DEFAULT,
            false,
            SocketLimits.DEFAULT,
            Optional.empty(),
            Set.of());
    try (Broker broker = Broker.start(quick)) {
      TestPeer.connect(broker.url()).expectRefusal("hello_timeout", "1008 hello_timeout");
    }
  }

  @Test
  void aThousandMessagesEachWayArriveOnceAndInOrder() throws Exception {
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    Thread there = Thread.ofVirtual().start(() -> sendMany(alpha, BRAVO.publicHex()));
    Thread back = Thread.ofVirtual().start(() -> sendMany(bravo, ALPHA.publicHex()));
    List<List<String>> heard = List.of(new ArrayList<>(), new ArrayList<>());
    List<List<String>> acked = List.of(new ArrayList<>(), new ArrayList<>());
    hearMany(alpha, heard.get(0), acked.get(0));
    hearMany(bravo, heard.get(1), acked.get(1));
    there.join();
    back.join();
    List<String> expected = Stream.iterate(0, i -> i + 1).limit(1_000).map(i -> "t" + i).toList();
    heard.forEach(texts -> assertEquals(expected, texts));
    acked.forEach(ids -> assertEquals(expected, ids));
  }

  private static void sendMany(TestPeer from, String target) {
    for (int i = 0; i < 1_000; i++) {
      from.say(
          Json.object()
              .put("type", "send")
              .put("id", "t" + i)
              .put("client_message_id", "t" + i)
              .put("targetSpec", target)
              .put("priority", "now")
              .put("nonce", "")
              .put("ciphertext", "t" + i)
              .build());
    }
  }

  // A sent frame must not wait for an earlier one of the same socket, so acks are left to the
  // lease.
  private static void hearMany(TestPeer peer, List<String> heard, List<String> acked) {
    while (heard.size() < 1_000 || acked.size() < 1_000) {
      Json frame = peer.next();
      if (TestPeer.isMail(frame)) {
        heard.add(frame.string("ciphertext"));
      } else if (frame.string("type").equals("ack")) {
        assertTrue(frame.bool("queued", false), frame.toString());
        acked.add(frame.string("id"));
      }
    }
  }
}

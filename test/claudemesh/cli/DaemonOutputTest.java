package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.client.SessionBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What verbs print about a mesh, held to their schemas: answered by a daemon and by connections of
 * their own, with a second mesh whose broker is away.
 */
@Timeout(300)
final class DaemonOutputTest {

  static final Set<String> ANSWERED_BY_ANYBODY =
      Set.of(
          "peer list",
          "message status",
          "state get",
          "state set",
          "state list",
          "remember",
          "recall",
          "forget",
          "topic create",
          "topic list",
          "topic join",
          "topic leave",
          "topic history",
          "kick",
          "disconnect",
          "ban",
          "unban",
          "bans");

  static final Set<String> ANSWERED_BY_THE_DAEMON =
      Set.of(
          "send",
          "topic send",
          "daemon status",
          "status",
          "session list",
          "group join",
          "group leave",
          "set status",
          "set summary",
          "set visible",
          "whoami",
          "inbox",
          "inbox clear",
          "outbox",
          "outbox retry",
          "outbox drop",
          "why");

  static final Set<String> STREAMS =
      Set.of(
          "connect",
          "events",
          "inbox --follow",
          "ws --status",
          "peer list --watch",
          "top",
          "doctor");

  /** A session that a program with a key of its own has registered. */
  private static final String TOKEN = "ab".repeat(32);

  /** One of the meshes is away, and waited for: this long is enough for the other one. */
  private static final String SOON = "--timeout=5";

  /** So many of them after a restart, everything is as it will stay. */
  private static final int PICTURES = 50;

  @TempDir Path dir;
  private final OutputRig rig = new OutputRig();
  private DaemonScene scene;
  private TestCli alice;
  private TestCli bob;
  private String aliceKey;

  @BeforeEach
  void aDaemonOnAMeshAndOneWhoseBrokerIsAway() throws Exception {
    scene = new DaemonScene(dir);
    alice = scene.scene.alice;
    bob = scene.scene.bob;
    aliceKey = joined("alice").pubkey();
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private JoinedMesh joined(String who) throws Exception {
    return Config.load(new ConfigFolder(dir.resolve(who))).mesh(Scene.MESH).orElseThrow();
  }

  /** A mesh of alice's whose broker is there no more. */
  private void joinAMeshThatIsAway() throws Exception {
    Path data = dir.resolve("away-data");
    try (Broker broker = Broker.start(BrokerOptions.on(data, 0))) {
      String url = "--url=" + broker.url();
      rig.run(alice, "mesh create", "mesh", "create", "away", url, "--data=" + data, "--json");
    }
  }

  @Test
  void whatAnybodyCanAnswerIsPrintedTheSameByADaemonAndWithoutOne() throws Exception {
    scene.client().post("/v1/profile", Json.parse("{\"title\":\"boss\",\"summary\":\"reviews\"}"));
    rig.run(alice, "group join", "group", "join", "dev:lead", "--json");
    SessionBrokerClient agent = OutputPeers.agent(joined("bob"));
    joinAMeshThatIsAway();
    DaemonScene.await("the news of it", () -> alice.run("status").out().contains("away"));
    rig.run(4, alice, "peer list", "peer", "list", "--all", "--json");
    agent.close();
    aboutTheMesh();
    scene.stopDaemon();
    aboutTheMesh();
    Map<String, String> unseen = new LinkedHashMap<>();
    unseen.put("message status.recipients[].reason", "mail is dead after days, or on a full disk");
    for (String verb : List.of("disconnect", "ban", "unban")) {
      unseen.put(verb + ".skipped_control_plane", "only a kick of our broker spares anybody");
    }
    rig.requireAllSeen(ANSWERED_BY_ANYBODY, unseen);
  }

  private void aboutTheMesh() throws Exception {
    try (RunningCli there = scene.scene.listeningBob()) {
      DaemonScene.await("bob", () -> alice.run("peer", "list", SOON).out().contains("bob"));
      rig.run(4, alice, "peer list", "peer", "list", "--all", "--json", SOON);
      rig.run(alice, "peer list", "peer", "list", "--json", "--mesh=team");
      shared();
      topics();
      moderation(there);
    }
  }

  private void shared() {
    on("state set", "build", "green");
    on("state get", "build");
    on(1, "state get", "none");
    rig.run(4, alice, "state list", "state", "list", "--json", SOON);
    String id = on("remember", "deploys on Tuesday", "--tag=deploy").json().string("id");
    rig.run(4, alice, "recall", "recall", "deploys", "--json", SOON);
    on("forget", id);
    String sent = on("send", "bob", "hello").json().string("message_id");
    on("message status", sent);
    on(5, "message status", "nosuch");
  }

  private void topics() {
    on("topic create", "deploys", "--description=what goes out");
    on("topic create", "deploys");
    on("topic join", "deploys");
    String id = on("topic send", "deploys", "started").json().string("id");
    on("topic send", "deploys", "over", "--reply-to=" + id);
    on("topic history", "deploys");
    rig.run(4, alice, "topic list", "topic", "list", "--json", SOON);
    on("topic leave", "deploys");
  }

  private void moderation(RunningCli bobThere) throws Exception {
    on("disconnect", "bob");
    bobThere.awaitLine(line -> line.contains("\"open\"")); // he is back, and not only listed still
    on(1, "kick", "alice"); // her member connection alone is there, which is left alone
    on("kick", "bob");
    assertEquals(5, bobThere.exitCode());
    on("ban", joined("bob").pubkey());
    rig.run(4, alice, "bans", "bans", "--json", SOON);
    on("unban", joined("bob").pubkey());
  }

  /** A verb of alice's on the mesh that is there. */
  private TestCli.Result on(String verb, String... more) {
    return on(0, verb, more);
  }

  private TestCli.Result on(int code, String verb, String... more) {
    List<String> words = new ArrayList<>(List.of(verb.split(" ")));
    words.addAll(List.of(more));
    words.addAll(List.of("--mesh=team", "--json"));
    return rig.run(code, alice, verb, words.toArray(String[]::new));
  }

  // ── what only a daemon knows ─────────────────────────────────────────────────────────────────

  @Test
  void whatOnlyADaemonKnowsIsPrintedAsItsSchemasSay() throws Exception {
    RunningCli events = scene.scene.asAlice("events", "--after=0");
    events.awaitRecord("gap");
    scene.client().post("/v1/sessions/register", OutputPeers.registration(joined("alice"), TOKEN));
    events.awaitRecord("session");
    rig.run(alice, "session list", "session", "list", "--json");
    TestCli session = new TestCli(dir.resolve("alice")).with(DaemonClient.TOKEN, TOKEN);
    rig.run(session, "whoami", "whoami", "--json");
    SessionBrokerClient agent = OutputPeers.agent(joined("bob"));
    events.awaitRecord("peer_joined");
    RunningCli there = scene.scene.listeningBob();
    profile();
    mailThatComes();
    mailThatGoes();
    events.awaitLine(line -> line.contains("\"dead\""));
    bob.run("state", "set", "build", "red");
    events.awaitRecord("state_change");
    there.close();
    agent.close();
    brokenConfigs();
    rig.checkSeen("events", events);
    Set<String> all = new TreeSet<>(ANSWERED_BY_THE_DAEMON);
    all.addAll(Set.of("events", "inbox --follow"));
    rig.requireAllSeen(all, neverSeen());
  }

  /** Fields that this scene has not, and why. */
  private static Map<String, String> neverSeen() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put("events<session>.why", "the last event of a session, which EventsTest sees");
    for (String field : List.of("broker_message_id", "delivered_at")) {
      reasons.put("outbox drop.item." + field, "what the broker has is not dropped");
      reasons.put("outbox retry.item." + field, "what the broker has is not sent again");
    }
    reasons.put("outbox drop.item.last_error", "nobody has refused it yet");
    reasons.put("outbox retry.item.aborted_at", "it goes out again");
    reasons.put("outbox retry.item.aborted_by", "it goes out again");
    return reasons;
  }

  private void profile() {
    on("set status", "working");
    on("set status", "idle"); // what is sent to many waits for somebody who works
    on("set summary", "reviewing");
    on("set visible", "true");
    on("group join", "dev");
    on("group leave", "dev");
    rig.run(alice, "status", "status", "--json");
  }

  private void mailThatComes() throws Exception {
    bob.run("send", aliceKey, "first");
    DaemonScene.await("mail", () -> !alice.run("inbox", "--json").out().equals("[]\n"));
    RunningCli following = scene.scene.asAlice("inbox", "--follow", "--json");
    following.awaitLine(line -> line.contains("\"first\""));
    on("topic create", "deploys");
    on("topic join", "deploys");
    rig.run(bob, "topic send", "topic", "send", "deploys", "started", "--json");
    following.awaitLine(line -> line.contains("\"started\""));
    bob.run("send", aliceKey, "again", "--reply-to=" + UUID.randomUUID());
    following.awaitLine(line -> line.contains("\"again\""));
    rig.checkSeen("inbox --follow", following);
    on("inbox");
    Json row = on("inbox").json().asList().get(0);
    on("inbox clear", row.string("id"));
    on("inbox clear");
  }

  private void mailThatGoes() throws Exception {
    on("send", "bob", "hello");
    on(5, "send", "bob", "x".repeat(100_000));
    String dead = on("outbox", "--status=dead").json().asList().get(0).string("id");
    scene.scene.stopBroker();
    DaemonScene.await("the loss", () -> alice.run("status").code() == 4);
    rig.run(4, alice, "status", "status", "--json");
    rig.run(4, alice, "daemon status", "daemon", "status", "--json");
    on("send", Ed25519KeyPair.generate().publicHex(), "hello", "--timeout=10");
    on("topic send", "deploys", "hello", "--timeout=10");
    String waits = on("outbox", "--status=pending").json().asList().get(0).string("id");
    on("outbox retry", dead);
    rig.run(alice, "outbox drop", "outbox", "drop", waits, "--json");
    on("outbox");
    on("why");
    scene.scene.restartBroker();
    scene.awaitOpen();
    on("why");
    on("topic send", "deploys", "hello");
  }

  /** A mesh that cannot be used, and then a config that cannot be read. */
  private void brokenConfigs() throws Exception {
    Path file = dir.resolve("alice/config.json");
    Json config = Json.parseObject(Files.readString(file));
    Json entry = config.list("meshes").get(0);
    Json broken = entry.toBuilder().put("slug", "broken").put("meshId", "x".repeat(32)).build();
    Json unusable = broken.toBuilder().put("secretKey", "00").build();
    Json two = config.toBuilder().put("meshes", Json.array(List.of(entry, unusable))).build();
    Files.writeString(file, two.toString());
    DaemonScene.await("the mesh", () -> alice.run("status").out().contains("broken"));
    rig.run(4, alice, "status", "status", "--json");
    rig.run(4, alice, "daemon status", "daemon", "status", "--json");
    rig.run(alice, "whoami", "whoami", "--json");
    rig.run(alice, "why", "why", "--json");
    Files.writeString(file, "{");
    DaemonScene.await("the fault", () -> alice.run("status", "--json").out().contains("_error"));
    rig.run(4, alice, "status", "status", "--json");
    rig.run(4, alice, "daemon status", "daemon", "status", "--json");
  }

  // ── pipes ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void pipesPrintWhatTheirSchemasSay() throws Exception {
    RunningCli pipe = scene.scene.listeningBob();
    String key = Json.parse(pipe.seen().getLast()).string("pubkey");
    SessionBrokerClient agent = OutputPeers.agent(joined("alice"));
    pipe.awaitLine(line -> line.contains("\"agent\""));
    pipe.type("{\n{\"to\":\"nobody\",\"body\":\"hi\"}\n");
    pipe.awaitRecord("error");
    pipe.awaitRecord("error");
    pipe.type("{\"to\":\"agent\",\"body\":\"hi\"}\n");
    pipe.awaitRecord("ack");
    on("send", key, "an answer", "--reply-to=" + UUID.randomUUID());
    pipe.awaitLine(line -> line.contains("an answer"));
    on("state set", "build", "green");
    pipe.awaitRecord("state_change");
    agent.close();
    forge(key);
    pipe.awaitRecord("unreadable");
    scene.scene.stopBroker();
    pipe.awaitLine(line -> line.contains("\"next_try\""));
    rig.checkSeen("connect", pipe);
    rig.requireAllSeen(
        Set.of("connect", "ws --status"),
        Map.of(
            "connect<message>.topic", "a fresh session has joined none; some brokers ask no key"));
  }

  /** Over a bare WebSocket, whose lines about itself are held to their schema as well. */
  private void forge(String key) throws Exception {
    Path hello = Files.writeString(dir.resolve("hello.json"), OutputPeers.hello(joined("alice")));
    String[] call = {"ws", scene.scene.url(), "--hello=@" + hello, "--ack=type=hello_ack"};
    List<String> words = new ArrayList<>(List.of(call));
    words.addAll(List.of("--status", "--count=1"));
    var sent = alice.runWith(OutputPeers.forged(key), words.toArray(String[]::new));
    assertEquals(0, sent.code(), sent.toString());
    sent.records("status").forEach(line -> rig.checkLines("ws --status", line.toString()));
    int free = scene.scene.broker().url().getPort();
    String nowhere = "ws://127.0.0.1:" + (free == 1 ? 2 : 1) + "/ws";
    var away = alice.run("ws", nowhere, "--status", "--listen", "--timeout=1");
    rig.checkLines("ws --status", away.out());
  }

  // ── what goes on looking ─────────────────────────────────────────────────────────────────────

  @Test
  void whatGoesOnLookingAndTheDoctorPrintWhatTheirSchemasSay() throws Exception {
    joinAMeshThatIsAway();
    DaemonScene.await("the news of it", () -> alice.run("status").out().contains("away"));
    SessionBrokerClient agent = OutputPeers.agent(joined("bob"));
    RunningCli top = scene.scene.asAlice("top", "--json", "--interval=200ms");
    top.awaitLine(line -> line.contains("\"agent\"") && line.contains("\"in_per_s\":0"));
    RunningCli watch = scene.scene.asAlice("peer", "list", "--watch", "--all", "--json");
    watch.awaitLine(line -> line.contains("\"agent\""));
    agent.close();
    watch.awaitLine(line -> line.contains("\"away\":true") || !line.contains("\"agent\""));
    var found = alice.run("doctor", "--json", "--timeout=20");
    rig.checkLines("doctor", found.out());
    restartBrokerUntilItsReasonIsSeen(top);
    scene.stopDaemon();
    top.awaitRecord("daemon");
    rig.checkSeen("top", top);
    rig.checkSeen("peer list --watch", watch);
    String usable = "seen where a mesh of the config cannot be used";
    String model = "few of the peers that are there have told it";
    rig.requireAllSeen(
        Set.of("doctor"), rig.unseen("doctor", "figures", "seen by the tests of doctor"));
    rig.requireAllSeen(
        Set.of("top", "peer list --watch"),
        Map.of(
            "top<top>.meshes[].error", usable,
            "top<top>.peers[].profile", model,
            "peer list --watch[].profile", model,
            "peer list --watch[].summary", model,
            "top<top>.peers[].summary", model));
  }

  /** Where it is slow to come back, an attempt that found nobody hides what it said at its end. */
  private void restartBrokerUntilItsReasonIsSeen(RunningCli top) throws Exception {
    boolean seen = false;
    while (!seen) {
      scene.scene.restartBroker();
      AtomicInteger pictures = new AtomicInteger();
      String line =
          top.awaitLine(l -> l.contains("\"reason\"") || pictures.incrementAndGet() == PICTURES);
      seen = line.contains("\"reason\"");
    }
  }
}

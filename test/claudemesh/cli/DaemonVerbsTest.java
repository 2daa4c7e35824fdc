package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.daemon.DaemonFolder;
import claudemesh.json.Json;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that a real daemon answers, against a real broker: for people and for programs. */
final class DaemonVerbsTest {

  @TempDir Path dir;
  private DaemonScene scene;

  @BeforeEach
  void aDaemonOfAlices() throws Exception {
    scene = new DaemonScene(dir);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private TestCli.Result done(String... args) {
    TestCli.Result result = scene.alice(args);
    assertEquals(0, result.code(), result.toString());
    return result;
  }

  @Test
  void statusSaysHowTheDaemonAndItsMeshesAre() {
    Json status = done("status", "--json").json();
    assertEquals(ProcessHandle.current().pid(), status.number("pid"));
    assertEquals("open", status.list("meshes").get(0).string("status"));
    String shown = done("daemon", "status").out();
    assertTrue(shown.contains("MESH") && shown.contains("team") && shown.contains("0/0"), shown);
  }

  @Test
  void verboseSaysWhoAnsweredOnStandardError() throws Exception {
    var result = done("peer", "list", "--verbose");
    assertTrue(result.err().contains("\"by\":\"the daemon\""), result.err());
    scene.stopDaemon();
    var own = done("peer", "list", "-v");
    assertTrue(own.err().contains("a connection of its own"), own.err());
    assertTrue(own.err().contains("no daemon runs"), own.err());
  }

  @Test
  void membersConnectionsAreNeverInADefaultList() throws Exception {
    scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    for (Json row : done("peer", "list", "--json").json().asList()) {
      assertEquals("session", row.string("role"), row.toString());
    }
    assertFalse(done("peer", "list").out().contains("alice"));
    assertTrue(done("peer", "list", "--all", "--json").out().contains("\"control-plane\""));
    assertEquals(
        "[{\"displayName\":\"bob\",\"mesh\":\"team\",\"isSelf\":false}]\n",
        done("peer", "list", "--json=displayName,mesh,isSelf").out());
    assertEquals(3, scene.alice("peer", "list", "--mesh", "nope").code());
  }

  @Test
  void aSendIsDoneOrQueuedOrNotWaitedFor() throws Exception {
    RunningCli bob = scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    Json sent = done("send", "bob", "hello", "--json").json();
    assertEquals("done", sent.string("status"), sent.toString());
    assertTrue(sent.bool("encrypted", false));
    Json message = bob.awaitRecord("message");
    assertEquals(sent.string("message_id"), message.string("message_id"));
    assertEquals("hello", message.string("body"));
    assertTrue(done("send", "*", "all").out().endsWith(", not encrypted\n"));
    assertEquals("queued for bob\n", done("send", "bob", "later", "--no-wait").out());
    assertEquals(1, scene.alice("send", "carol", "hi").code());
    assertEquals(2, scene.alice("send", "bob", "hi", "--priority", "soon").code());

    String key = message.string("sender_pubkey");
    scene.scene.stopBroker();
    // Until the daemon has noticed it, a message is in flight on the connection that is gone.
    DaemonScene.await("the loss", () -> !meshStatus().equals("open"));
    var queued = done("send", key, "while you are away", "-t20", "--json");
    assertEquals("queued", queued.json().string("status"), queued.toString());
    var pending = done("outbox", "--status", "pending", "--json").json().asList();
    // The newest comes first; the one for bob that nobody waited for may still be there too.
    assertEquals(queued.json().string("id"), pending.getFirst().string("client_message_id"));
    assertTrue(done("outbox").out().startsWith("ID"));
    String id = pending.getFirst().string("id");
    assertEquals("dropped " + id + "\n", done("outbox", "drop", id).out());
    assertEquals("1 queued again\n", done("outbox", "retry", id).out());
    assertEquals(2, scene.alice("outbox", "retry").code());
    assertEquals("0 queued again\n", done("outbox", "retry", "--dead").out());
  }

  private String meshStatus() {
    return scene.alice("status", "--json").json().list("meshes").getFirst().string("status");
  }

  @Test
  void theInboxListsMarksAndClears() throws Exception {
    String alice = done("whoami", "--json").json().list("meshes").get(0).string("member_pubkey");
    assertEquals(0, scene.scene.bob.run("send", alice, "first").code());
    DaemonScene.await("mail", () -> !done("inbox", "--keep-unread", "--json").out().equals("[]\n"));
    String table = done("inbox", "--unread", "--since", "1h").out();
    assertTrue(table.contains("first") && table.startsWith("AT"), table);
    assertEquals("No message.\n", done("inbox", "--unread").out());
    assertEquals("first", done("inbox", "--json").json().asList().get(0).string("body"));
    assertEquals("1 removed\n", done("inbox", "clear").out());
    assertEquals("[]\n", done("inbox", "--json").out());
  }

  @Test
  void theInboxIsFollowedAndEventsAreToldOverARestartOfTheDaemon() throws Exception {
    String alice = done("whoami", "--json").json().list("meshes").get(0).string("member_pubkey");
    RunningCli events = scene.scene.asAlice("events");
    events.awaitLine(line -> line.contains("listening"));
    RunningCli inbox = scene.scene.asAlice("inbox", "--follow", "--json");
    assertEquals(0, scene.scene.bob.run("send", alice, "one").code());
    assertTrue(inbox.awaitLine(line -> line.contains("\"one\"")).startsWith("{\"id\""));
    assertEquals("one", events.awaitRecord("message").string("body"));
    scene.stopDaemon();
    events.awaitLine(line -> line.contains("\"away\""));
    scene.startDaemon();
    events.awaitLine(line -> line.contains("\"back\""));
    scene.awaitOpen();
    assertEquals(0, scene.scene.bob.run("send", alice, "two").code());
    assertEquals("two", events.awaitRecord("message").string("body"));
    inbox.awaitLine(line -> line.contains("\"two\""));
  }

  @Test
  void aBurstLargerThanAnyPageIsFollowedOnceAndInOrderOverARestartOfTheDaemon() throws Exception {
    String alice = done("whoami", "--json").json().list("meshes").get(0).string("member_pubkey");
    burst(alice, 0, 30); // there before, of which the newest are shown
    DaemonScene.await("mail", () -> listed().size() == 30);
    RunningCli inbox = scene.scene.asAlice("inbox", "--follow", "--json", "--limit", "10");
    inbox.awaitLine(line -> line.contains("\"m29\""));
    burst(alice, 30, 530);
    inbox.awaitLine(line -> line.contains("\"m529\""));
    scene.stopDaemon();
    burst(alice, 530, 1_030);
    scene.startDaemon();
    inbox.awaitLine(line -> line.contains("\"m1029\""));
    List<String> shown = inbox.seen().stream().map(l -> Json.parse(l).string("body")).toList();
    assertEquals(IntStream.range(20, 1_030).mapToObj(i -> "m" + i).toList(), shown);
    DaemonScene.await(
        "marks",
        () ->
            done("inbox", "--unread", "-n1", "--keep-unread", "--json")
                .json()
                .asList()
                .get(0)
                .string("body")
                .equals("m19"));
  }

  private List<Json> listed() {
    return done("inbox", "--keep-unread", "--json").json().asList();
  }

  /** Bob's messages m{@code from} to m{@code to}, over one connection. */
  private void burst(String alice, int from, int to) {
    String lines =
        IntStream.range(from, to).mapToObj(i -> "m" + i + "\n").collect(Collectors.joining());
    var sent = scene.scene.bob.runWith(lines, "connect", "--to", alice);
    assertEquals(0, sent.code(), sent.err());
  }

  @Test
  void aMeshThatWasNeverJoinedIsExitCode3WithTheNamesOfThoseThatAreForEveryVerb() throws Exception {
    List<String> asked = new ArrayList<>();
    for (boolean daemon : new boolean[] {true, false}) {
      for (String name : Verbs.NAMES) {
        VerbSpec spec = Verbs.create(name).spec();
        boolean ofBrokers = name.startsWith("invite"); // --mesh is one of the broker's folder
        boolean reports = name.equals("doctor"); // as one of its rows
        if (!spec.flags().contains(VerbSpec.MESH) || ofBrokers || reports) {
          continue;
        }
        List<String> words = new ArrayList<>(List.of(name.split(" ")));
        words.addAll(List.of("--mesh", "nope"));
        String operand =
            name.equals("set status") ? "idle" : name.equals("set visible") ? "true" : "x";
        words.addAll(Collections.nCopies(spec.least(), operand));
        if (name.equals("outbox retry")) {
          words.add("--dead");
        }
        var result = scene.alice(words.toArray(String[]::new));
        String where = words + (daemon ? " with" : " without") + " a daemon: " + result;
        boolean daemonsOnly = !daemon && result.code() == ExitCode.NO_DAEMON.code();
        if (!daemonsOnly) {
          assertEquals(3, result.code(), where);
          assertEquals(
              "the mesh \"nope\" was not joined; joined are: team", result.complaint(), where);
          asked.add(name);
        }
      }
      scene.stopDaemon();
    }
    assertTrue(asked.containsAll(List.of("inbox", "outbox", "recall", "topic list")), "" + asked);
    assertEquals(2, Collections.frequency(asked, "state list"), "" + asked);
  }

  @Test
  void theTimeoutHoldsForADaemonThatDoesNotAnswer() throws Exception {
    scene.stopDaemon();
    Path socket = DaemonFolder.of(scene.scene.alice.environment()).socket();
    Files.deleteIfExists(socket);
    try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      for (String call : List.of("peer list", "state list", "bans --mesh team")) {
        var result = scene.alice((call + " --timeout 0.2").split(" "));
        assertEquals(4, result.code(), result.toString());
        assertTrue(result.complaint().contains("within 200 ms"), result.err());
      }
    }
    Files.deleteIfExists(socket);
  }

  @Test
  void sharedValuesAndMemoriesAndTopicsGoThroughTheDaemonAndWithoutIt() throws Exception {
    for (boolean daemon : new boolean[] {true, false}) {
      if (!daemon) {
        scene.stopDaemon();
      }
      done("state", "set", "jobs", daemon ? "3" : "4", "--value-json");
      assertEquals(daemon ? "3\n" : "4\n", done("state", "get", "jobs").out());
      assertTrue(done("state", "list").out().startsWith("KEY"));
      assertEquals(1, scene.alice("state", "get", "none").code());
      String id = done("remember", "the moon", "--tag", "sky", "--json").json().string("id");
      assertTrue(done("recall", "moon").out().contains("the moon"));
      assertEquals("forgot " + id + " on team\n", done("forget", id).out());
      assertEquals("[]\n", done("recall", "moon", "--json").out());
      String created = daemon ? "created #ops on team\n" : "there was already #ops on team\n";
      assertEquals(created, done("topic", "create", "ops").out());
      assertEquals("joined #ops on team\n", done("topic", "join", "#ops").out());
      assertTrue(done("topic", "list").out().contains("#ops"));
      done("topic", "send", "ops", "up");
      assertTrue(done("topic", "history", "ops").out().contains("up"));
      assertEquals("left #ops on team\n", done("topic", "leave", "ops").out());
    }
  }

  @Test
  void bansAndMessageStatusGoThroughTheDaemonAndWithoutIt() throws Exception {
    for (boolean daemon : new boolean[] {true, false}) {
      if (!daemon) {
        scene.stopDaemon();
      }
      RunningCli bob = scene.scene.listeningBob();
      scene.scene.awaitPeer("bob");
      String id = done("send", "bob", "x", "--json").json().string("message_id");
      bob.awaitRecord("message");
      Json status = done("message", "status", id, "--json").json();
      assertEquals(id, status.string("messageId"));
      assertTrue(done("message", "status", id).out().contains("delivered"));
      assertTrue(done("ban", "bob").out().startsWith("ban: bob"));
      assertTrue(done("bans").out().contains("bob"));
      assertTrue(done("unban", "bob").out().startsWith("unban: bob"));
      assertEquals("Nobody is banned.\n", done("bans").out());
      bob.close();
    }
  }

  @Test
  void whoIsDisconnectedComesBackAndWhoIsKickedStaysAway() throws Exception {
    for (boolean daemon : new boolean[] {true, false}) {
      if (!daemon) {
        scene.stopDaemon();
      }
      RunningCli bob = scene.scene.listeningBob();
      scene.scene.awaitPeer("bob");
      assertTrue(done("disconnect", "bob").out().startsWith("disconnect: bob"));
      bob.awaitLine(line -> line.contains("\"status\":\"reconnecting\""));
      bob.awaitLine(line -> line.contains("\"status\":\"open\""));
      scene.scene.awaitPeer("bob");
      Json kicked = done("kick", "bob", "--json").json();
      assertEquals(List.of("bob"), kicked.stringList("affected"), kicked.toString());
      assertEquals(5, bob.exitCode());
      var nobody = scene.alice("kick", "bob");
      assertEquals(1, nobody.code(), nobody.toString());
      assertTrue(nobody.complaint().contains("\"bob\" is not there"), nobody.err());
    }
    assertEquals(5, scene.scene.bob.run("kick", "alice").code());
  }

  @Test
  void whoIsNotVisibleIsNotListedToOthers() throws Exception {
    String row = "\"displayName\":\"alice\"";
    DaemonScene.await("alice", () -> listedToBob().contains(row));
    assertEquals("visible is now false on team\n", done("set", "visible", "false").out());
    assertFalse(listedToBob().contains(row), listedToBob());
    assertEquals("visible is now true on team\n", done("set", "visible", "true").out());
    assertTrue(listedToBob().contains(row), listedToBob());
    assertEquals(2, scene.alice("set", "visible", "perhaps").code());
  }

  private String listedToBob() {
    return scene.scene.bob.run("peer", "list", "--all", "--json").out();
  }

  @Test
  void theLastLinesOfTheLogAreShownAndThoseThatCome() throws Exception {
    assertEquals(1, scene.alice("daemon", "logs").code());
    Path log = DaemonFolder.of(scene.scene.alice.environment()).logFile();
    Files.writeString(log, "one\ntwo\nthree\n");
    assertEquals("one\ntwo\nthree\n", done("daemon", "logs").out());
    assertEquals("two\nthree\n", done("daemon", "logs", "-n", "2").out());
    RunningCli following = scene.scene.asAlice("daemon", "logs", "-n1", "--follow");
    following.awaitLine("three"::equals);
    Files.writeString(log, "four\nfi", StandardOpenOption.APPEND);
    following.awaitLine("four"::equals);
    Files.writeString(log, "ve\n", StandardOpenOption.APPEND);
    following.awaitLine("five"::equals);
    assertEquals(List.of("three", "four", "five"), following.seen());
  }

  @Test
  void groupsAndPresenceNeedTheDaemon() throws Exception {
    assertEquals("joined @dev on team\n", done("group", "join", "dev:lead").out());
    done("set", "status", "working");
    done("set", "summary", "testing");
    DaemonScene.await("the summary", () -> done("peer", "list", "--all").out().contains("testing"));
    assertEquals("left @dev on team\n", done("group", "leave", "dev").out());
    assertEquals(2, scene.alice("set", "status", "asleep").code());
    scene.stopDaemon();
    for (String call :
        List.of(
            "group join x",
            "set status idle",
            "status",
            "why",
            "inbox",
            "outbox",
            "events",
            "session list",
            "daemon down",
            "launch true",
            "send bob x --no-wait")) {
      var result = scene.alice(call.split(" "));
      assertEquals(6, result.code(), result.toString());
      assertTrue(result.complaint().contains("claudemesh daemon up"), result.err());
    }
  }

  @Test
  void whySaysWhatEndedAndWhatWasDone() throws Exception {
    assertTrue(done("why").out().contains("it has never ended"));
    scene.scene.restartBroker();
    DaemonScene.await("an ending", () -> done("why").out().contains("tried again"));
    Json row = done("why", "--json").json().asList().get(0);
    assertEquals("member", row.string("kind"));
    assertFalse(row.list("endings").isEmpty());
  }

  @Test
  void oneMeshThatIsAwayIsARowAndActionsAskWhichMesh() throws Exception {
    done("mesh", "create", "away", "--data=" + scene.scene.data(), "--url=ws://127.0.0.1:1/ws");
    DaemonScene.await("the mesh", () -> scene.alice("status").out().contains("away"));
    scene.scene.listeningBob();
    DaemonScene.await("bob", () -> scene.alice("peer", "list", "--json").out().contains("\"bob\""));
    var result = scene.alice("peer", "list", "--json=mesh,displayName");
    assertEquals(4, result.code());
    List<Json> rows = result.json().asList();
    assertEquals("bob", rows.get(0).string("displayName"));
    assertEquals("away", rows.get(1).string("mesh"));
    assertTrue(rows.get(1).has("error"), result.out());
    assertTrue(scene.alice("peer", "list").out().contains("away: cannot be asked: "));
    var which = scene.alice("state", "set", "a", "b");
    assertEquals(2, which.code());
    assertEquals(
        "several meshes are joined (team, away): say which with --mesh", which.complaint());
    assertEquals(0, scene.alice("state", "set", "a", "b", "--mesh", "team").code());
    assertEquals(4, scene.alice("status").code());
  }
}

package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that create, join, list and leave meshes, and look and send once, against a broker. */
final class MeshVerbsTest {

  @TempDir Path dir;
  private Scene scene;

  @BeforeEach
  void aMeshOfTwo() throws Exception {
    scene = new Scene(dir);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void bothHaveJoinedAndNoListShowsASecret() throws Exception {
    for (TestCli member : List.of(scene.alice, scene.bob)) {
      Json row = member.run("list", "--json").json().asList().get(0);
      assertEquals("team", row.string("slug"));
      assertEquals(scene.url(), row.string("brokerUrl"));
      assertFalse(row.has("secretKey") || row.has("rootKey"));
    }
    String config = Files.readString(dir.resolve("bob/config.json"));
    String secret = Json.parseObject(config).list("meshes").get(0).string("secretKey");
    var result = scene.bob.run("list", "--log-level", "debug");
    assertTrue(result.out().startsWith("MESH"), result.out());
    assertFalse((result.out() + result.err()).contains(secret));
  }

  @Test
  void joiningAgainKeepsTheKeyAndUsesNothingUp() {
    String link = scene.alice.run("invite", "--data", scene.data()).out();
    Json before = scene.bob.run("list", "--json").json().asList().get(0);

    assertEquals(0, scene.bob.runWith(link, "join", "-").code());
    Json after = scene.bob.run("list", "--json").json().asList().get(0);

    assertEquals(before.string("pubkey"), after.string("pubkey"));
    assertEquals(before.string("memberId"), after.string("memberId"));
  }

  @Test
  void anInviteThatWasUsedUpIsRefused() throws Exception {
    String link = scene.alice.run("invite", "--data", scene.data(), "--uses", "1").out().strip();
    TestCli carol = new TestCli(Files.createDirectory(dir.resolve("carol")));
    TestCli dave = new TestCli(Files.createDirectory(dir.resolve("dave")));

    assertEquals("joined team as carol\n", carol.run("join", link, "--name", "carol").out());
    var refused = dave.run("join", link);

    assertEquals(5, refused.code());
    assertTrue(refused.complaint().contains("invite_exhausted"), refused.err());
    assertEquals("[]\n", dave.run("list", "--json").out());
  }

  @Test
  void anInviteIsListedAndCalledBackWhileTheBrokerRuns() throws Exception {
    String data = "--data=" + scene.data();
    String link = scene.alice.run("invite", data, "--uses", "2", "--role", "admin").out().strip();
    TestCli carol = new TestCli(Files.createDirectory(dir.resolve("carol")));
    TestCli dave = new TestCli(Files.createDirectory(dir.resolve("dave")));
    assertEquals(0, carol.run("join", link).code());

    Json row = scene.alice.run("invite", "list", data, "--json").json().asList().getLast();
    assertEquals("team", row.string("mesh"));
    assertEquals("admin", row.string("role"));
    assertEquals(1, row.number("uses"));
    assertEquals(2, row.number("maxUses"));
    assertEquals("open", row.string("state"));
    String table = scene.alice.run("invite", "list", data).out();
    assertTrue(table.startsWith("ID"), table);
    assertTrue(table.contains(row.string("id")) && table.contains("1/2"), table);

    var revoked = scene.alice.run("invite", "revoke", data, row.string("id"), "--json");
    assertEquals("revoked", revoked.json().string("state"));
    var refused = dave.run("join", link);
    assertEquals(5, refused.code());
    assertTrue(refused.complaint().contains("invite_revoked"), refused.err());
    assertEquals(0, carol.run("peer", "list").code(), "who has joined stays");
    var unknown = scene.alice.run("invite", "revoke", data, "nosuch");
    assertEquals(2, unknown.code());
    assertTrue(unknown.complaint().startsWith("no invite \"nosuch\" in the mesh team"));
    assertEquals(2, scene.alice.run("invite", "revoke", data).code());
  }

  @Test
  void inviteSaysWhatItMadeAndChecksWhatItIsAsked() {
    Json row =
        scene
            .alice
            .run(
                "invite",
                "--json",
                "--data=" + scene.data(),
                "--uses=3",
                "--role=admin",
                "--url=wss://mesh.example.org/ws")
            .json();
    assertEquals("admin", row.string("role"));
    assertEquals(3, row.number("uses"));
    assertEquals("wss://mesh.example.org/ws", row.string("brokerUrl"));
    assertTrue(row.string("link").startsWith("ic://join/"));
    for (String wrong : List.of("--uses=0", "--role=owner", "--expires=x", "--url=http://a")) {
      assertEquals(2, scene.alice.run("invite", "--data=" + scene.data(), wrong).code(), wrong);
    }
    assertEquals(3, scene.alice.run("invite", "--data=" + scene.data(), "--mesh=no").code());
    assertEquals(3, scene.bob.run("invite").code(), "bob has no broker here");
  }

  @Test
  void twoMeshesOfOneNameAreRefused() {
    var result = scene.alice.run("mesh", "create", "team", "--data", scene.data());
    assertEquals(1, result.code());
    assertTrue(result.complaint().contains("choose another name"), result.err());
  }

  @Test
  void withSeveralMeshesASendMustSayWhich() {
    scene.alice.run("mesh", "create", "other", "--data", scene.data());
    var result = scene.alice.run("send", "bob", "hi");
    assertEquals(2, result.code());
    assertEquals(
        "several meshes are joined (team, other): say which with --mesh", result.complaint());
  }

  @Test
  void leavingForgetsTheMesh() {
    assertEquals("left team\n", scene.bob.run("leave", "team").out());
    assertEquals("[]\n", scene.bob.run("list", "--json").out());
    assertEquals(3, scene.bob.run("leave", "team").code());
  }

  @Test
  void peerListHidesTheControlPlaneUnlessAllIsAsked() throws Exception {
    scene.listeningBob();
    Json rows = scene.alice.run("peer", "list", "--json").json();
    assertEquals(1, rows.asList().size());
    Json row = rows.asList().get(0);
    assertEquals("bob", row.string("displayName"));
    assertEquals("session", row.string("role"));
    assertEquals("team", row.string("mesh"));
    assertFalse(row.bool("isSelf", true) || row.bool("isThisSession", true));
    assertEquals(PeerRows.FIELDS, row.names());

    List<Json> all = scene.alice.run("peer", "list", "--all", "--json").json().asList();
    Json own = all.stream().filter(r -> r.bool("isThisSession", false)).findFirst().orElseThrow();
    assertEquals("control-plane", own.string("role"));
    assertTrue(own.bool("isSelf", false));

    String table = scene.alice.run("peer", "list").out();
    assertTrue(table.startsWith("NAME  STATUS"), table);
    assertEquals(2, table.lines().count());
    assertFalse(table.contains("\u001b"), "no colour in a pipe");
    String coloured = scene.alice.onTerminal().run("peer", "list").out();
    assertTrue(coloured.contains("\u001b[1mbob\u001b[0m"), coloured);
    assertFalse(scene.alice.with("NO_COLOR", "1").run("peer", "list").out().contains("\u001b"));
  }

  @Test
  void peerListPrintsTheFieldsAskedFor() throws Exception {
    scene.listeningBob();
    assertEquals(
        "[{\"displayName\":\"bob\",\"hostname\":null}]\n",
        scene.alice.run("peer", "list", "--json=displayName,hostname").out());
    var wrong = scene.alice.run("peer", "list", "--json=displayName,nme");
    assertEquals(2, wrong.code());
    assertTrue(wrong.complaint().startsWith("--json: no field nme; there are: mesh, displayName"));
  }

  @Test
  void namesOfOthersMoveNoCursor() throws Exception {
    RunningCli evil = scene.asBob("connect", "--as", "e\u001b[2Jvil\u202e", "--listen");
    evil.awaitLine(line -> line.contains("\"open\""));
    String table = scene.alice.onTerminal().run("peer", "list").out();
    assertTrue(table.contains("e\\u001b[2Jvil\\u202e"), table);
  }

  @Test
  void oneMeshThatIsAwayDoesNotHideTheOthers() throws Exception {
    scene.alice.run(
        "mesh", "create", "away", "--data=" + scene.data(), "--url=ws://127.0.0.1:1/ws");
    scene.listeningBob();
    var result = scene.alice.run("peer", "list", "--json=mesh,displayName", "--timeout=2");
    assertEquals(4, result.code());
    String bob = "[{\"mesh\":\"team\",\"displayName\":\"bob\"},{\"mesh\":\"away\",\"error\":\"";
    assertTrue(result.out().startsWith(bob), result.out());
    assertTrue(result.err().contains("mesh_not_listed"), result.err());
  }

  @Test
  void aSendArrivesAndSaysItsIds() throws Exception {
    RunningCli bob = scene.listeningBob();
    Json sent = scene.alice.runWith("hi bob\n", "send", "bob", "-", "--json").json();
    Json message = bob.awaitRecord("message");
    assertEquals("hi bob", message.string("body"));
    assertEquals("alice", message.string("from"));
    assertEquals(sent.string("id"), message.string("id"));
    assertEquals(sent.string("message_id"), message.string("message_id"));
    assertTrue(message.bool("encrypted", false) && sent.bool("encrypted", false));

    var everyone = scene.alice.run("send", "*", "to all", "--priority", "now");
    assertTrue(everyone.out().endsWith(", not encrypted\n"), everyone.out());
    assertFalse(bob.awaitRecord("message").bool("encrypted", true));
  }

  @Test
  void aSendToNobodySaysWhoIsThere() throws Exception {
    scene.listeningBob();
    var result = scene.alice.run("send", "carol", "hi");
    assertEquals(1, result.code());
    assertEquals("nobody on the mesh is called \"carol\"; there are: bob", result.complaint());
    assertEquals(2, scene.alice.run("send", "bob", "hi", "--priority", "soon").code());
  }

  @Test
  void aBrokerThatIsAwayIsExitCodeFour() {
    scene.stopBroker();
    for (String[] call :
        new String[][] {
          {"peer", "list", "-t1"}, {"send", "bob", "hi", "-t1"}, {"rtt", "bob", "-t1"}
        }) {
      var result = scene.alice.run(call);
      assertEquals(4, result.code(), result.toString());
      assertTrue(result.complaint().contains("connection refused"), result.err());
      assertEquals("", result.out());
    }
  }

  @Test
  void aMemberTheBrokerDoesNotKnowIsExitCodeFive() throws Exception {
    Path config = dir.resolve("bob/config.json");
    String other = claudemesh.crypto.Ed25519KeyPair.generate().secretHex();
    Json json = Json.parseObject(Files.readString(config));
    Json mesh = json.list("meshes").get(0).toBuilder().put("secretKey", other).build();
    Files.writeString(
        config, json.toBuilder().put("meshes", Json.array(List.of(mesh))).build().toString());

    var result = scene.bob.run("peer", "list");

    assertEquals(5, result.code());
    assertTrue(result.complaint().contains("unauthorized"), result.err());
  }
}

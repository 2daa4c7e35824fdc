package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipe, with a broker in this process and other pipes in theirs. */
final class ConnectTest {

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
  void linesAreAcknowledgedWithTheirNumbersAndArriveInOrder() throws Exception {
    RunningCli bob = scene.listeningBob();
    var result =
        scene.alice.runWith(
            """
            {"to":"bob","body":"one","id":"11111111-1111-4111-8111-111111111111"}

            {"to":"bob","body":"two","priority":"low","reply_to":"x"}
            """,
            "connect");

    assertEquals(0, result.code(), result.toString());
    List<Json> acks = result.records("ack");
    assertEquals(List.of(1L, 3L), acks.stream().map(ack -> ack.number("line")).toList());
    assertEquals("11111111-1111-4111-8111-111111111111", acks.get(0).string("id"));
    Json first = bob.awaitRecord("message");
    assertEquals(acks.get(0).string("message_id"), first.string("message_id"));
    assertEquals("one", first.string("body"));
    assertEquals("alice", first.string("from"));
    Json second = bob.awaitRecord("message");
    assertEquals("two", second.string("body"));
    assertEquals("low", second.string("priority"));
    assertEquals("x", second.string("reply_to"));
  }

  @Test
  void aLastLineWithoutNewlineCounts() throws Exception {
    RunningCli bob = scene.listeningBob();
    var result = scene.alice.runWith("first\r\n\nlast", "connect", "--to", "bob");
    assertEquals(0, result.code(), result.toString());
    assertEquals("first", bob.awaitRecord("message").string("body"));
    assertEquals("", bob.awaitRecord("message").string("body"));
    assertEquals("last", bob.awaitRecord("message").string("body"));
  }

  @Test
  void aBadLineIsNamedAndTheRestGoesOn() throws Exception {
    RunningCli bob = scene.listeningBob();
    var result =
        scene.alice.runWith(
            """
            {"to":"bob","body":"one"}
            nonsense
            {"to":"carol","body":"x"}
            {"to":"bob","body":"two"}
            """,
            "connect");

    assertEquals(1, result.code());
    assertEquals(2, result.records("ack").size());
    List<Json> errors = result.records("error");
    assertEquals(
        List.of("2 bad_line", "3 unknown_peer"),
        errors.stream()
            .map(error -> error.number("line") + " " + error.string("code"))
            .sorted()
            .toList());
    assertEquals("2 lines were not sent; see the error records", result.complaint());
    bob.awaitRecord("message");
    assertEquals("two", bob.awaitRecord("message").string("body"));
  }

  @Test
  void bytesThatAreNotTextAndEndlessLinesAreBadLines() throws Exception {
    RunningCli bob = scene.listeningBob();
    byte[] input =
        ("\u00ff\n" + "x".repeat(600_000) + "\nfine\n").getBytes(StandardCharsets.ISO_8859_1);
    var result =
        scene.alice.runWith(new java.io.ByteArrayInputStream(input), "connect", "--to", "bob");
    assertEquals(1, result.code());
    List<Json> errors = result.records("error");
    assertEquals("line 1 is not UTF-8", errors.get(0).string("message"));
    assertTrue(errors.get(1).string("message").startsWith("line 2 is 600000 bytes long"));
    assertEquals("fine", bob.awaitRecord("message").string("body"));
  }

  @Test
  void aMessageTheBrokerRefusesIsExitCodeFive() throws Exception {
    RunningCli bob = scene.listeningBob();
    var result = scene.alice.runWith("x".repeat(70_000) + "\nshort", "connect", "--to", "bob");
    assertEquals(5, result.code());
    Json error = result.records("error").get(0);
    assertEquals("refused", error.string("code"));
    assertEquals(1, error.number("line"));
    assertTrue(error.string("message").startsWith("payload too large"));
    assertEquals("short", bob.awaitRecord("message").string("body"));
  }

  @Test
  void everyStatusIsTold() {
    var result = scene.alice.run("connect", "--as", "a1");
    assertEquals(0, result.code());
    List<Json> statuses = result.records("status");
    assertEquals(
        List.of("connecting", "open", "closed"),
        statuses.stream().map(status -> status.string("status")).toList());
    assertEquals("a1", statuses.get(1).string("name"));
    assertEquals("team", statuses.get(1).string("mesh"));
  }

  @Test
  void onlyTheTypesAskedForAreWritten() throws Exception {
    RunningCli bob = scene.listeningBob();
    var result = scene.alice.runWith("hi\n", "connect", "--to", "bob", "--only", "ack");
    assertEquals(1, result.lines().size(), result.out());
    assertEquals("ack", result.json().string("type"));
    assertEquals("hi", bob.awaitRecord("message").string("body"));

    var wrong = scene.alice.runWith("{", "connect", "--only=message");
    assertEquals(1, wrong.code());
    assertEquals("", wrong.out());
    assertTrue(wrong.err().contains("line_failed"), "an error is never lost: " + wrong.err());
    var typo = scene.alice.run("connect", "--only", "mesage");
    assertEquals(2, typo.code());
    assertTrue(typo.complaint().contains("did you mean message?"), typo.err());
  }

  @Test
  void countLeavesAfterSoManyMessages() throws Exception {
    RunningCli bob = scene.asBob("connect", "--as", "bob", "--count", "2", "--only=message");
    scene.awaitPeer("bob");
    scene.alice.runWith("1\n2\n3\n", "connect", "--to", "bob");
    assertEquals(0, bob.exitCode());
    assertEquals(List.of("1", "2"), bodies(bob));
  }

  @Test
  void countNotReachedInTimeFails() {
    var result = scene.alice.run("connect", "--count", "1", "--timeout", "0.3");
    assertEquals(1, result.code());
    assertEquals("only 0 of 1 messages came in time", result.complaint());
    assertEquals(0, scene.alice.run("connect", "--listen", "--timeout", "0.3").code());
  }

  @Test
  void othersComingAndGoingIsTold() throws Exception {
    RunningCli bob = scene.listeningBob();
    scene.alice.run("connect", "--as", "visitor");
    Json joined =
        Json.parseObject(bob.awaitLine(l -> l.contains("peer_joined") && l.contains("visitor")));
    assertEquals("visitor", joined.string("name"));
    assertEquals("team", joined.string("mesh"));
  }

  @Test
  void aPipeThatTheBrokerRefusesIsExitCodeFive() throws Exception {
    scene.stopBroker();
    CliProcess bob = scene.bobsProcess("connect", "--listen");
    bob.awaitLine(line -> line.contains("\"reconnecting\""));
    // Its member is gone when the broker comes back.
    Path mesh = dir.resolve("data/meshes").toFile().listFiles()[0].toPath();
    Json json = Json.parseObject(java.nio.file.Files.readString(mesh));
    Json owner = json.list("members").get(0);
    java.nio.file.Files.writeString(
        mesh, json.toBuilder().put("members", Json.array(List.of(owner))).build().toString());
    scene.restartBroker();
    assertEquals(5, bob.exitCode());
    assertTrue(bob.err().contains("unauthorized"), bob.err());
  }

  @Test
  void aBrokerThatStaysAwaySaysHowManyWentUnsent() {
    scene.stopBroker();
    var result = scene.alice.runWith("1\n2\n3", "connect", "--to", "bob", "--timeout", "1");
    assertEquals(4, result.code());
    assertTrue(result.complaint().startsWith("3 of 3 messages went unsent: "), result.err());
    assertTrue(result.records("ack").isEmpty());
  }

  @Test
  void aBrokerThatIsAwayIsNoSuccessEvenWithNothingToSend() {
    scene.stopBroker();
    var result = scene.alice.run("connect", "--timeout", "0.5");
    assertEquals(4, result.code());
    assertTrue(result.complaint().startsWith("cannot reach the broker: "), result.err());
  }

  @Test
  void linesReadWhileTheBrokerIsAwayAreSentInOrderWhenItIsBack() throws Exception {
    try (RunningCli bob = scene.listeningBob();
        RunningCli alice = scene.asAlice("connect", "--to=bob")) {
      alice.type("1\n");
      assertEquals("1", bob.awaitRecord("message").string("body"));
      scene.stopBroker();
      alice.awaitLine(line -> line.contains("\"reconnecting\""));
      alice.type("2\n3\n").type("4\n").endInput();
      scene.restartBroker();
      assertEquals("2", bob.awaitRecord("message").string("body"));
      assertEquals("3", bob.awaitRecord("message").string("body"));
      assertEquals("4", bob.awaitRecord("message").string("body"));
      assertEquals(0, alice.exitCode());
      assertEquals(4, alice.allRecords("ack").size());
    }
  }

  private static List<String> bodies(RunningCli pipe) throws InterruptedException {
    return pipe.allRecords("message").stream().map(message -> message.string("body")).toList();
  }
}

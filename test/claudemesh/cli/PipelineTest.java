package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a real process shows: closed pipes, signals, and a whole mesh by {@code up}. */
final class PipelineTest {

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
  void aReaderThatGoesAwayEndsThePipeWith141AtTheNextLine() throws Exception {
    try (CliProcess bob =
        CliProcess.startUnread(dir, scene.bob.environment(), "connect", "--as=bob", "--listen")) {
      bob.out().read();
      bob.out().close();
      scene.awaitPeer("bob");
      scene.alice.run("connect", "--as", "visitor"); // tells bob that somebody came
      assertEquals(141, bob.exitCode());
      assertEquals("", bob.err());
    }
  }

  @Test
  void aMessageThatCouldNotBeWrittenIsNotAcknowledged() throws Exception {
    try (CliProcess bob =
        CliProcess.startUnread(
            dir, scene.bob.environment(), "connect", "--as=bob", "--listen", "--only=message")) {
      scene.awaitPeer("bob");
      bob.out().close();
      assertEquals(0, scene.alice.run("send", "*", "news").code());
      assertEquals(141, bob.exitCode());
    }
    // It was for the member, so the member's next session gets it.
    var later = scene.bob.run("connect", "--only=message", "--count=1", "--timeout=10");
    assertEquals(0, later.code(), later.err());
    assertEquals("news", later.json().string("body"));
  }

  @Test
  void tenThousandLinesAreAllAcknowledgedAndArriveInOrder() throws Exception {
    List<String> lines = IntStream.rangeClosed(1, 10_000).mapToObj(Integer::toString).toList();
    CliProcess bob =
        scene.bobsProcess("connect", "--as=bob", "--count=10000", "--only=status,message");
    bob.awaitLine(line -> line.contains("\"open\""));

    CliProcess alice = scene.alicesProcess("connect", "--to=bob", "--only=ack");
    alice.type(String.join("\n", lines)).endInput(); // the last one without a newline

    assertEquals(0, alice.exitCode());
    assertEquals(
        LongStream.rangeClosed(1, 10_000).boxed().toList(),
        alice.allRecords("ack").stream().map(ack -> ack.number("line")).toList());
    assertEquals(0, bob.exitCode());
    assertEquals(
        lines, bob.allRecords("message").stream().map(message -> message.string("body")).toList());
  }

  @Test
  void interruptedItLeavesTheMeshAndEndsWith130() throws Exception {
    assumeTrue(CliProcess.canBeInterrupted(), "this test run ignores SIGINT");
    CliProcess bob = scene.bobsProcess("connect", "--as=bob", "--listen");
    bob.awaitLine(line -> line.contains("\"open\""));
    bob.signal("INT");
    assertEquals(130, bob.exitCode());
    Json last = bob.allRecords("status").getLast();
    assertEquals("closed", last.string("status"));
    assertEquals("closed by this program", last.string("why"));
  }

  @Test
  void terminatedItEndsWith143() throws Exception {
    CliProcess bob = scene.bobsProcess("connect", "--as=bob", "--listen");
    bob.awaitLine(line -> line.contains("\"open\""));
    bob.signal("TERM");
    assertEquals(143, bob.exitCode());
    assertEquals("closed", bob.allRecords("status").getLast().string("status"));
  }

  @Test
  void upMakesALiveMeshThatAnswersAndComesBack() throws Exception {
    Path home = Files.createDirectory(dir.resolve("home"));
    TestCli user = new TestCli(home);
    String echo;
    try (CliProcess up =
        CliProcess.start(dir, user.environment(), "up", "--listen=127.0.0.1:0", "--json")) {
      Json ready = up.awaitRecord("ready");
      echo = ready.string("echo");
      assertEquals("local", ready.string("mesh"));
      assertEquals("[{\"displayName\":\"echo\"}]\n", peers(user));
      Json rtt = user.run("rtt", "echo", "--count=3", "--json").json();
      assertEquals(3, rtt.number("count"));
      assertTrue(rtt.has("median_ms"), rtt.toString());
      var answer = user.runWith("hello", "connect", "--to=echo", "--only=message", "--count=1");
      assertEquals("hello", answer.json().string("body"));
      assertEquals(echo, answer.json().string("sender_pubkey"));
      var second = user.run("up", "--listen=127.0.0.1:0");
      assertEquals(1, second.code(), "one broker a folder");
      boolean interrupt = CliProcess.canBeInterrupted();
      up.signal(interrupt ? "INT" : "TERM");
      assertEquals(interrupt ? 130 : 143, up.exitCode());
    }
    Json before = user.run("list", "--json").json();
    try (CliProcess up =
        CliProcess.start(dir, user.environment(), "up", "--listen=127.0.0.1:0", "--json")) {
      Json ready = up.awaitRecord("ready");
      Json after = user.run("list", "--json").json();
      assertEquals(1, after.asList().size());
      assertEquals(
          before.asList().get(0).string("memberId"), after.asList().get(0).string("memberId"));
      assertEquals(ready.string("url"), after.asList().get(0).string("brokerUrl"));
    }
  }

  @Test
  void argumentsThatTheLocaleMangledAreRefused() throws Exception {
    CliProcess send = scene.bobsProcess("send", "alice", "gr\ufffd\ufffde");
    assertEquals(2, send.exitCode());
    assertTrue(send.err().contains("LC_ALL"), send.err());
  }

  @Test
  void upPrintsThreeCommandsToPaste() throws Exception {
    Path home = Files.createDirectory(dir.resolve("home"));
    TestCli user = new TestCli(home);
    try (CliProcess up = CliProcess.start(dir, user.environment(), "up", "--listen=127.0.0.1:0")) {
      up.awaitLine(line -> line.endsWith("claudemesh peer list"));
      up.awaitLine(line -> line.endsWith("claudemesh rtt echo"));
      up.awaitLine(line -> line.endsWith("claudemesh connect --only message --count 1"));
    }
  }

  @Test
  void aBusyPortIsNamedWithItsCure() {
    String taken = "127.0.0.1:" + scene.broker().url().getPort();
    var result = scene.alice.run("broker", "--listen", taken, "--data", dir + "/other");
    assertEquals(1, result.code());
    assertTrue(result.complaint().contains(taken), result.err());
    assertTrue(result.complaint().contains("--listen"), result.err());
  }

  @Test
  void shortVerbsLoadNoHttpClient() throws Exception {
    var command = new java.util.ArrayList<>(CliProcess.java());
    command.add(1, "-Xlog:class+load:stdout");
    command.add("list");
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(scene.alice.environment());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor());
    assertFalse(out.contains("java.net.http"), "the HTTP client costs a tenth of a second");
    assertFalse(out.contains("claudemesh.client"), "and so does all that hangs on it");
  }

  private static String peers(TestCli user) {
    return user.run("peer", "list", "--json=displayName").out();
  }
}

package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.build.Built;
import claudemesh.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar's own processes beside a daemon: what they load, launch, and leave behind. */
final class DaemonProcessesTest {

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

  private Process start(List<String> jvm, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-jar", Built.jar().toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(dir.resolve("err").toFile());
    builder.environment().putAll(scene.scene.alice.environment());
    return builder.start();
  }

  private static String out(Process process) throws Exception {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aVerbThatWaitsForNewsEndsWith141WhenItsReaderHasGoneThoughNothingHappens() throws Exception {
    for (String call :
        List.of("events", "inbox --follow --json", "peer list --watch --json", "top --json")) {
      Process process = start(List.of(), (call + " --mesh " + Scene.MESH).split(" "));
      try {
        if (!call.startsWith("inbox")) { // which has nothing to print
          assertTrue(process.getInputStream().read() >= 0, call);
        }
        process.getInputStream().close();
        assertTrue(process.waitFor(50, TimeUnit.SECONDS), call + " is still there");
        assertEquals(141, process.exitValue(), call);
        assertEquals("", Files.readString(dir.resolve("err")), call);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void whatTheDaemonAnswersLoadsNeitherAnHttpClientNorSqlite() throws Exception {
    scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    for (String call :
        List.of("peer list --json", "send bob hi", "inbox", "status", "state list", "outbox")) {
      Process process = start(List.of("-Xlog:class+load"), call.split(" "));
      String log = out(process);
      assertEquals(
          0, process.waitFor(), call + log.lines().filter(l -> !l.startsWith("[")).toList());
      assertLight(call, log);
    }
  }

  private static void assertLight(String call, String log) {
    assertTrue(log.contains("claudemesh.daemon.DaemonClient"), call);
    for (String heavy :
        List.of("java.net.http.", "jdk.internal.net.http", "org.sqlite", "java.sql")) {
      assertFalse(log.contains(" " + heavy), call + " loads " + heavy);
    }
  }

  @Test
  void whatGoesOnLookingByTheDaemonLoadsNeitherOfThem() throws Exception {
    for (String call :
        List.of("peer list --watch --json -i 1d", "top --json -i 100ms", "top -i 100ms")) {
      Process process = start(List.of("-Xlog:class+load"), call.split(" "));
      StringBuilder log = new StringBuilder();
      try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
        String line = lines.readLine();
        while (line != null && !isData(line)) {
          log.append(line).append('\n');
          line = lines.readLine();
        }
        assertTrue(line != null, call + " printed nothing");
      }
      process.destroy();
      process.waitFor();
      assertLight(call, log.toString());
    }
  }

  /** Whether a line is what the call prints, and not the JVM. */
  private static boolean isData(String line) {
    return line.startsWith("[]")
        || line.startsWith("{\"type\":\"top\"")
        || line.startsWith("daemon ");
  }

  @Test
  void aLaunchedCommandActsAsItsSessionAndItsExitCodeIsTheCalls() throws Exception {
    Process process =
        start(
            List.of(),
            "launch",
            "--name",
            "helper",
            "--group",
            "dev:lead",
            "--",
            "sh",
            "-c",
            "echo $CLAUDEMESH_SESSION_TOKEN; read go; exit 7");
    var reader = process.inputReader(StandardCharsets.UTF_8);
    String token = reader.readLine();
    assertEquals(64, token.length(), token);
    Json session = scene.alice("session", "list", "--json").json().asList().get(0);
    assertEquals("helper", session.string("displayName"));
    assertEquals(process.pid(), session.number("pid"));
    TestCli inside = new TestCli(dir.resolve("alice")).with("CLAUDEMESH_SESSION_TOKEN", token);
    Json whoami = inside.run("whoami", "--json").json();
    assertEquals("helper", whoami.get("session").orElseThrow().string("display_name"));
    assertEquals(token.substring(0, 8), session.string("token_prefix"));
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    assertEquals(7, process.waitFor());
    assertEquals("[]\n", scene.alice("session", "list", "--json").out());
  }

  @Test
  void aSessionThatIsLaunchedAgainByItsIdHasItsKeyAndItsMail() throws Exception {
    List<String> keys = new ArrayList<>();
    for (String round : List.of("first", "second")) {
      Process process =
          start(
              List.of(),
              "launch",
              "--session-id",
              "resumed-session",
              "--",
              "sh",
              "-c",
              "echo $CLAUDEMESH_SESSION_TOKEN; read go");
      String token = process.inputReader(StandardCharsets.UTF_8).readLine();
      TestCli inside = new TestCli(dir.resolve("alice")).with("CLAUDEMESH_SESSION_TOKEN", token);
      Json session = inside.run("whoami", "--json").json().get("session").orElseThrow();
      assertEquals("resumed-session", session.string("session_id"));
      keys.add(session.string("session_pubkey"));
      if (round.equals("first")) {
        String key = session.string("session_pubkey");
        scene.scene.awaitPeer(session.string("display_name"));
        assertEquals(0, scene.scene.bob.run("send", key, "for the session").code());
        DaemonScene.await("mail", () -> mail(inside).contains("for the session"));
      }
      assertTrue(mail(inside).contains("for the session"), round);
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertEquals(0, process.waitFor());
    }
    assertEquals(keys.get(0), keys.get(1));
    assertFalse(scene.alice("inbox", "--json").out().contains("for the session"));
  }

  private static String mail(TestCli cli) {
    return cli.run("inbox", "--keep-unread", "--json").out();
  }

  @Test
  void aSignalReachesTheCommandAndTheSessionEnds() throws Exception {
    Process process =
        start(
            List.of(),
            "launch",
            "--",
            "sh",
            "-c",
            "trap 'exit 9' TERM; echo ready; while :; do :; done");
    var reader = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("ready", reader.readLine());
    process.destroy();
    assertEquals(9, process.waitFor());
    assertEquals("[]\n", scene.alice("session", "list", "--json").out());
    assertEquals(127, start(List.of(), "launch", "--", "no-such-command").waitFor());
  }

  @Test
  void aDetachedDaemonGoesOnUntilItIsTakenDown() throws Exception {
    scene.stopDaemon();
    Process up = start(List.of(), "daemon", "up", "--detach", "--json");
    assertEquals("ready", Json.parseObject(out(up)).string("type"));
    assertEquals(0, up.waitFor());
    assertTrue(ProcessHandle.of(scene.client().get("/v1/health").number("pid")).isPresent());
    assertEquals(0, scene.alice("daemon", "logs").code());
    assertTrue(scene.alice("daemon", "down", "--json").json().bool("ended", false));
    assertEquals(6, scene.alice("daemon", "down").code());
  }
}

package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.time.Waiting;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code daemon up} as a process: its folder, its socket, its end. */
class DaemonUpTest {

  private static final List<String> OPEN_UMASK =
      List.of("sh", "-c", "umask 000 && exec \"$@\"", "sh");
  private static final String NOBODY = "65534";
  private static final String TOKEN = "1".repeat(64);

  @TempDir Path scratch;
  private final List<CliProcess> started = new ArrayList<>();

  @AfterEach
  void killAll() {
    started.forEach(CliProcess::close);
  }

  private Path home() {
    return scratch.resolve("home");
  }

  private Path folder() {
    return home().resolve(".claudemesh").resolve("daemon");
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home().toString());
    environment.put("PATH", System.getenv("PATH"));
    return environment;
  }

  private CliProcess up(List<String> starter, String... flags) throws IOException {
    return up(environment(), starter, flags);
  }

  private CliProcess up(Map<String, String> environment, List<String> starter, String... flags)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("daemon", "up", "--json"));
    words.addAll(List.of(flags));
    CliProcess process =
        CliProcess.start(scratch, environment, starter, words.toArray(String[]::new));
    started.add(process);
    return process;
  }

  private DaemonClient client() {
    return DaemonClient.at(folder().resolve("daemon.sock"), Optional.empty());
  }

  /** A mesh whose broker is not there, in the config. */
  private void join() throws IOException {
    JoinedMesh mesh =
        JoinedMesh.of(
            "m".repeat(32),
            "n".repeat(32),
            "rig",
            Ed25519KeyPair.generate(),
            "ws://127.0.0.1:1/ws",
            "root",
            "alpha",
            Instant.now());
    Config.update(new ConfigFolder(home().resolve(".claudemesh")), before -> before.with(mesh));
  }

  @Test
  void underAnyUmaskNobodyElseMayEnter() throws Exception {
    join();
    CliProcess daemon = up(OPEN_UMASK, "--tcp", "0");
    assertEquals(List.of("rig"), daemon.awaitRecord("ready").stringList("meshes"));
    Json presence = Json.object().put("managed", true).build();
    client()
        .post(
            "/v1/sessions/register",
            Json.object()
                .put("token", TOKEN)
                .put("session_id", "s")
                .put("mesh", "rig")
                .put("display_name", "one")
                .put("pid", ProcessHandle.current().pid())
                .put("presence", presence)
                .build());
    client().post("/v1/send", Json.object().put("to", "ab".repeat(32)).put("message", "x").build());
    List<String> names = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder())) {
      for (Path each : all.toList()) {
        requireOwnersAlone(each);
        names.add(each.getFileName().toString());
      }
    }
    assertTrue(
        names.containsAll(
            List.of(
                "daemon.sock",
                "daemon.pid",
                "daemon.lock",
                "local-token",
                "sessions.json",
                "session-keys.json")),
        names.toString());
  }

  private static void requireOwnersAlone(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    assertEquals(
        attributes.isDirectory() ? "rwx------" : "rw-------",
        PosixFilePermissions.toString(attributes.permissions()),
        file.toString());
  }

  @Test
  void aFolderThatOthersMayEnterIsTightenedBeforeAnythingIsInIt() throws Exception {
    Files.createDirectories(folder());
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    up(OPEN_UMASK).awaitRecord("ready");
    requireOwnersAlone(folder());
  }

  @Test
  void aFolderThatCannotBeWrittenToIsNamedWithTheFix() throws Exception {
    Files.createDirectories(home().resolve(".claudemesh"));
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        home().resolve(".claudemesh"), PosixFilePermissions.fromString("r-xr-xr-x"));
    CliProcess daemon = up(asAnOrdinaryUser());
    assertEquals(1, daemon.exitCode(), daemon.err());
    String said = daemon.err();
    assertTrue(said.contains("cannot use the daemon's folder " + folder()), said);
    assertTrue(said.contains("CLAUDEMESH_DAEMON_DIR"), said);
  }

  /** Root may write anywhere. */
  private static List<String> asAnOrdinaryUser() throws Exception {
    Process id = new ProcessBuilder("id", "-u").start();
    boolean root = new String(id.getInputStream().readAllBytes()).strip().equals("0");
    if (!root) {
      return List.of();
    }
    List<String> drop = List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups");
    List<String> trial = new ArrayList<>(drop);
    trial.addAll(List.of("test", "-r", CliProcess.java().get(4).split(":")[0]));
    Assumptions.assumeTrue(
        new ProcessBuilder(trial).start().waitFor() == 0,
        "root cannot become somebody else here who can read the classes");
    return drop;
  }

  @Test
  void ofTwoThatStartAtOnceOneRunsAndTheOtherSaysWho() throws Exception {
    CliProcess one = up(List.of());
    CliProcess two = up(List.of());
    CompletableFuture.anyOf(one.process().onExit(), two.process().onExit()).join();
    CliProcess winner = one.process().isAlive() ? one : two;
    CliProcess loser = winner == one ? two : one;
    assertEquals(1, loser.exitCode());
    assertTrue(loser.err().contains("a daemon runs already in " + folder()), loser.err());
    assertEquals(winner.process().pid(), winner.awaitRecord("ready").number("pid"));
    assertEquals(winner.process().pid(), client().get("/v1/health").number("pid"));
  }

  @Test
  void whatAKilledDaemonLeavesBehindIsNoHindrance() throws Exception {
    CliProcess killed = up(List.of());
    killed.awaitRecord("ready");
    killed.process().destroyForcibly().waitFor();
    assertTrue(Files.exists(folder().resolve("daemon.sock")), "nothing was left behind");
    assertEquals(Optional.empty(), DaemonClient.find(environment()), "a file is no daemon");
    CliProcess next = up(List.of());
    next.awaitRecord("ready");
    assertEquals(
        next.process().pid(),
        DaemonClient.find(environment()).orElseThrow().get("/v1/health").number("pid"));
  }

  @Test
  void itsConnectionsHaveSmallBuffersForTheyMayBeThousands() throws Exception {
    CliProcess daemon = up(List.of());
    daemon.awaitRecord("ready");
    VirtualMachine machine = VirtualMachine.attach(Long.toString(daemon.process().pid()));
    try {
      Properties properties = machine.getSystemProperties();
      for (String buffer :
          List.of("bufsize", "websocket.writeBufferSize", "websocket.intermediateBufferSize")) {
        String name = "jdk.httpclient." + buffer;
        String size = properties.getProperty(name, "16384"); // the JDK's own
        assertTrue(Integer.parseInt(size) < 4096, name + " is " + size);
      }
    } finally {
      machine.detach();
    }
  }

  @Test
  void askedToEndItEndsAndTakesItsFilesAlong() throws Exception {
    CliProcess daemon = up(List.of());
    daemon.awaitRecord("ready");
    daemon.signal("TERM");
    daemon.exitCode();
    assertTrue(Files.notExists(folder().resolve("daemon.sock")), "the socket is left");
    assertTrue(Files.notExists(folder().resolve("daemon.pid")), "the pid file is left");
    // A JVM of the tests warns of native code in plain lines.
    assertTrue(daemon.err().lines().noneMatch(line -> line.startsWith("{")), daemon.err());
  }

  @Test
  void aServiceManagerHearsThatItIsReady() throws Exception {
    Path told = scratch.resolve("told");
    Path bin = Files.createDirectory(scratch.resolve("bin"));
    Path notify = bin.resolve("systemd-notify");
    Files.writeString(notify, "#!/bin/sh\necho \"$NOTIFY_SOCKET $*\" >" + told + "\n");
    Files.setPosixFilePermissions(notify, PosixFilePermissions.fromString("rwx------"));
    Map<String, String> environment = environment();
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.put("NOTIFY_SOCKET", "/run/somewhere");
    CliProcess daemon = up(environment, List.of());
    daemon.awaitRecord("ready");
    while (!Files.exists(told) || Files.size(told) == 0) {
      assertTrue(daemon.process().isAlive(), "it ended");
      Waiting.step();
    }
    assertEquals(
        "/run/somewhere --pid=" + daemon.process().pid() + " --ready\n", Files.readString(told));
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    CliProcess first = up(List.of(), "--tcp", "0");
    long port = first.awaitRecord("ready").number("tcp");
    Map<String, String> other = environment();
    other.put("HOME", scratch.resolve("other").toString());
    CliProcess second = up(other, List.of(), "--tcp", Long.toString(port));
    assertNotEquals(0, second.exitCode());
    assertTrue(second.err().contains("the port is in use"), second.err());
  }
}

package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What verbs print with {@code --json}, held to their schemas: meshes, services, and failures. */
@Timeout(300)
final class OutputTest {

  /** What {@link #verbsOfMeshesAndServicesPrintWhatTheirSchemasSay} is about. */
  static final Set<String> PRINTED =
      new TreeSet<>(
          Set.of(
              "up",
              "broker",
              "daemon up",
              "daemon down",
              "daemon logs",
              "mesh create",
              "invite",
              "invite list",
              "invite revoke",
              "join",
              "list",
              "leave",
              "rtt",
              "install",
              "uninstall",
              "version",
              OutputSchemas.STANDARD_ERROR));

  /** Verbs that go on until they are interrupted, once they have begun. */
  private static final Set<String> LASTING = Set.of("up", "broker", "daemon up");

  @TempDir Path dir;
  private final OutputRig rig = new OutputRig();
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
  void verbsOfMeshesAndServicesPrintWhatTheirSchemasSay() throws Exception {
    TestCli carol = user("carol");
    rig.run(carol, "version", "version", "--json");
    rig.run(
        scene.alice, "mesh create", "mesh", "create", "two", "--data=" + scene.data(), "--json");
    String[] invite = {"invite", "--mesh=two", "--data=" + scene.data(), "--json"};
    String link = rig.run(scene.alice, "invite", invite).json().string("link");
    rig.run(carol, "join", "join", link, "--json");
    rig.run(carol, "list", "list", "--json");
    String id = scene.alice.run(invite).json().string("id");
    String data = "--data=" + scene.data();
    rig.run(scene.alice, "invite list", "invite", "list", "--mesh=two", data, "--json");
    rig.run(scene.alice, "invite revoke", "invite", "revoke", id, "--mesh=two", data, "--json");
    rig.run(carol, "leave", "leave", "two", "--json");
    rig.run(3, carol, "leave", "leave", "two", "--json");
    services(carol);
    lasting(user("dave"));
    rig.requireAllSeen(PRINTED, Map.of());
  }

  private TestCli user(String name) throws Exception {
    return new TestCli(Files.createDirectory(dir.resolve(name)));
  }

  private void services(TestCli carol) throws Exception {
    Path bin = Files.createDirectories(dir.resolve("bin"));
    for (String manager : List.of("systemctl", "launchctl")) {
      Path program = Files.writeString(bin.resolve(manager), "#!/bin/sh\nexit 1\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
    carol.with("PATH", bin + ":/usr/bin:/bin").with("XDG_CONFIG_HOME", "");
    rig.run(carol, "install", "install", "--no-start", "--json");
    rig.run(1, carol, "install", "install", "--json");
    rig.run(carol, "uninstall", "uninstall", "--json");
    rig.run(carol, "uninstall", "uninstall", "--json");
  }

  private void lasting(TestCli dave) throws Exception {
    String data = "--data=" + dir.resolve("dave-data");
    try (RunningCli broker =
        CliThread.start(dave.environment(), "broker", "--listen=:0", data, "--json")) {
      broker.awaitRecord("listening");
      rig.checkSeen("broker", broker);
    }
    String[] up = {"up", "--listen=:0", "--data=" + dir.resolve("up-data"), "--json"};
    try (RunningCli all = CliThread.start(dave.environment(), up)) {
      all.awaitRecord("ready");
      rig.checkSeen("up", all);
      rig.run(dave, "rtt", "rtt", "echo", "--count=3", "--json");
    }
    String[] daemon = {"daemon", "up", "--tcp=0", "--json", "--log-level=debug"};
    try (CliProcess process = CliProcess.start(dir, dave.environment(), daemon)) {
      process.awaitRecord("ready");
      rig.checkSeen("daemon up", process);
      rig.run(dave, "daemon down", "daemon", "down", "--json");
      // Without what the JVM itself says, and with a complaint, whose fields the daemon's have not.
      Stream<String> logged = process.err().lines().filter(line -> line.startsWith("{"));
      String lines = logged.map(line -> line + "\n").collect(Collectors.joining());
      Path log = dir.resolve("dave/daemon/daemon.log");
      Files.writeString(log, lines + dave.run("leave", "nowhere").err());
    }
    rig.run(dave, "daemon logs", "daemon", "logs");
  }

  @Test
  void verbsThatFailPrintNothingOrWhatTheirSchemasSayAndOneComplaint() throws Exception {
    List<Integer> codes = new ArrayList<>();
    TestCli nobody = user("nobody");
    scene.stopBroker();
    for (TestCli who : List.of(nobody, scene.alice)) {
      for (List<String> call : calls()) {
        TestCli.Result result = who.run(call.toArray(String[]::new));
        String name = Verbs.named(call);
        rig.checkLines(name, result.out());
        rig.checkComplaints(result, call.toArray(String[]::new));
        codes.add(result.code());
      }
    }
    Set<Integer> expected = Set.of(0, 1, 2, 3, 4, 6);
    assertEquals(expected, new TreeSet<>(codes), "each kind of failure was among them");
    for (List<String> call : calls()) {
      List<String> wrong = new ArrayList<>(call);
      wrong.add("--no-such-flag");
      TestCli.Result result = scene.alice.run(wrong.toArray(String[]::new));
      assertEquals(2, result.code(), wrong + ": " + result);
      assertEquals("", result.out());
      rig.checkComplaints(result, wrong.toArray(String[]::new));
    }
  }

  /** Every verb with {@code --json} that ends by itself, with operands of some sort. */
  private List<List<String>> calls() {
    List<List<String>> calls = new ArrayList<>();
    for (String name : Verbs.NAMES) {
      VerbSpec spec = Verbs.create(name).spec();
      boolean json = spec.flags().stream().anyMatch(flag -> flag.name().equals("json"));
      boolean ofServices = name.endsWith("install");
      if (!json || LASTING.contains(name) || ofServices) {
        continue;
      }
      List<String> words = new ArrayList<>(List.of(name.split(" ")));
      words.add("--json");
      if (spec.flags().stream().anyMatch(flag -> flag.name().equals("timeout"))) {
        words.add("--timeout=200ms");
      }
      if (spec.flags().contains(BrokerFolder.DATA)) {
        words.add("--data=" + dir.resolve("no-data"));
      }
      words.addAll(Collections.nCopies(spec.least(), name.startsWith("set") ? "true" : "x"));
      calls.add(words);
    }
    assertNotEquals(0, calls.size());
    return calls;
  }

  @Test
  void whatADamagedConfigMakesOfThemIsAComplaintToo() throws Exception {
    Files.writeString(dir.resolve("bob/config.json"), "{");
    TestCli.Result result = rig.run(1, scene.bob, "list", "list", "--json");
    Json complaint = Json.parseObject(result.err().strip());
    assertEquals("list", complaint.string("verb"));
  }
}

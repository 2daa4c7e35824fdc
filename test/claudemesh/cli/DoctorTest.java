package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} finds of a machine and of what listens where a broker should. */
final class DoctorTest {

  @TempDir Path dir;
  private ConfigFolder folder;
  private TestCli cli;

  @BeforeEach
  void aUserWithoutAMesh() throws IOException {
    folder = new ConfigFolder(dir.resolve("me"));
    Files.createDirectory(
        folder.path(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    cli = new TestCli(folder.path());
  }

  private Diagnosis doctor(String... more) {
    List<String> words = new ArrayList<>(List.of("doctor", "--json"));
    words.addAll(List.of(more));
    return Diagnosis.of(cli.run(words.toArray(String[]::new)));
  }

  private void join(String slug, String url) throws IOException {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    JoinedMesh mesh =
        JoinedMesh.of("id-" + slug, "member", slug, keys, url, "root", "me", Instant.now());
    Config.update(folder, config -> config.with(mesh));
  }

  private static String unusedUrl() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return "ws://127.0.0.1:" + socket.getLocalPort() + "/ws";
    }
  }

  private static String date(long secondsFromNow) {
    return "Date: "
        + DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(secondsFromNow).atOffset(ZoneOffset.UTC))
        + "\r\n";
  }

  // ── this machine ─────────────────────────────────────────────────────────────────────────────

  @Test
  void whoHasJoinedNothingIsToldSoAndHasNoFailure() {
    Diagnosis found = doctor().exits(0);

    assertEquals(Diagnosis.OF_MACHINE.size() + Diagnosis.OF_MESH.size(), found.findings().size());
    found.found("java", "ok", "Java " + System.getProperty("java.version"));
    found.found("config", "warn", "no mesh was joined").advises("config", "claudemesh join LINK");
    found.found("permissions", "ok", "yours alone").found("disk", "ok", " MB free in ");
    found.found("daemon", "ok", "no daemon runs");
    for (String check : Diagnosis.OF_MESH) {
      found.found(check, "skipped", "no mesh was joined");
      assertFalse(found.finding(check).has("because"));
    }
    assertEquals(System.getProperty("java.version"), found.figures("java").string("version"));
    assertTrue(found.figures("disk").number("free_bytes") > 0);
  }

  @Test
  void aBrokenConfigFailsAloneAndWhatNeedsItIsSkipped() throws IOException {
    Files.writeString(folder.configFile(), "{");
    Diagnosis found = doctor().exits(1);

    found.found("config", "fail", folder.configFile() + " is damaged (not JSON");
    found.advises("config", "mend " + folder.configFile());
    found.skipped("config", Diagnosis.OF_MESH.toArray(String[]::new));
    found.found("disk", "ok", "free").found("daemon", "ok", "");
  }

  @Test
  void aMeshThatWasNotJoinedIsExitCodeThree() throws IOException {
    join("team", unusedUrl());
    Diagnosis found = doctor("--mesh", "other").exits(3);
    found.found("config", "fail", "the mesh \"other\" was not joined; joined are: team");
    found.skipped("config", "dns", "hello");
  }

  @Test
  void damagedKeysAndAddressesAreNamedByMeshAndSecretsAreNot() throws IOException {
    join("keys", unusedUrl());
    join("address", "http://example.org");
    String good = Files.readString(folder.configFile());
    String secret = Json.parseObject(good).list("meshes").get(0).string("secretKey");
    String other = Ed25519KeyPair.generate().publicHex();
    Files.writeString(folder.configFile(), good.replace(secret, secret.substring(0, 64) + other));

    Diagnosis found = doctor();

    found.found("config", "fail", "the config of mesh keys: the halves of a secret key");
    found.found("config", "fail", "the brokerUrl of mesh address: expected an address like wss:");
    assertFalse(found.result().toString().contains(secret.substring(0, 64)));
    assertEquals(
        Diagnosis.OF_MESH.stream().map(check -> check + " skipped").toList(),
        found.statuses("address"));
  }

  @Test
  void filesThatOthersMayReadAreNamedWithTheCommandThatMendsThem() throws IOException {
    join("team", unusedUrl());
    Files.setPosixFilePermissions(
        folder.configFile(), PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxr-xr-x"));

    Diagnosis found = doctor().exits(1);

    found.found("permissions", "fail", folder.configFile() + " is 0644, expected 0600");
    found.found("permissions", "fail", folder.path() + " is 0755, expected 0700");
    found.advises("permissions", "chmod go= " + folder.path() + " " + folder.configFile());
    assertEquals(2, found.figures("permissions").list("exposed").size());
  }

  @Test
  void aStoreThatIsDamagedIsToldAndLeftAsItWas() throws IOException {
    Path daemon = Files.createDirectory(folder.path().resolve("daemon"));
    Files.setPosixFilePermissions(daemon, PosixFilePermissions.fromString("rwx------"));
    Path store = daemon.resolve("daemon.db");
    Files.writeString(store, "x".repeat(4096));
    Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-------"));

    Diagnosis found = doctor().exits(1);

    found.found("disk", "fail", "the store " + store + " is damaged");
    found.found("daemon", "warn", "one has worked in " + daemon);
    assertEquals("x".repeat(4096), Files.readString(store));
    try (var files = Files.list(daemon)) {
      assertEquals(List.of(store), files.toList(), "nothing is left behind");
    }
  }

  @Test
  void aKilledDaemonIsToldByItsPidFile() throws IOException {
    Path daemon = Files.createDirectory(folder.path().resolve("daemon"));
    Files.writeString(daemon.resolve("daemon.pid"), "1\n");
    doctor().found("daemon", "warn", "the last one was killed").advises("daemon", "daemon up");
  }

  // ── what listens where a broker should ───────────────────────────────────────────────────────

  @Test
  void aPortNobodyListensAtFailsOnceAndTheRestIsSkipped() throws IOException {
    join("team", unusedUrl());
    Diagnosis found = doctor().exits(4);

    found.found("proxy", "ok", "none").found("dns", "ok", "127.0.0.1 is an address itself");
    found.found("tcp", "fail", "127.0.0.1: connection refused").advises("tcp", "brokerUrl");
    found.skipped("tcp", "tls", "upgrade", "clock", "hello", "round_trip");
  }

  @Test
  void aNameWithoutAnAddressFailsAtDns() throws IOException {
    join("team", "wss://no-such-broker.invalid/ws");
    Diagnosis found = doctor("--timeout", "20").exits(4);

    found.found("dns", "fail", "no-such-broker.invalid: ");
    found.advises("dns", "getent hosts no-such-broker.invalid");
    found.skipped("dns", "tcp", "tls", "upgrade", "clock", "hello", "round_trip");
  }

  @Test
  void whatIsAnsweredInPlaceOfTheUpgradeIsToldWithWhatItMeans() throws IOException {
    record Case(String status, String fields, String body, String found, String advice) {}
    for (Case one :
        List.of(
            new Case("403 Forbidden", "", "go away\nplease", "HTTP 403 Forbidden: go away", "ask"),
            new Case("404 Not Found", "", "", "HTTP 404", "a mesh broker answers at /ws"),
            new Case("301 Moved", "Location: wss://x/ws\r\n", "", "HTTP 301", "wss://x/ws"),
            new Case("503 Busy", "", "", "HTTP 503", "finds nobody behind"),
            new Case("200 OK", "", "<html>", "HTTP 200 OK", "is a web server"))) {
      String answer = AnsweringServer.http(one.status(), date(0) + one.fields(), one.body());
      try (AnsweringServer server = AnsweringServer.start(head -> answer)) {
        join("team", server.url());
        Diagnosis found = doctor().exits(4);
        found.found("upgrade", "fail", one.found()).advises("upgrade", one.advice());
        found.found("clock", "ok", "60 s are allowed");
        found.skipped("upgrade", "hello", "round_trip");
      }
    }
  }

  @Test
  void whatIsNoHttpIsShown() throws IOException {
    try (AnsweringServer server = AnsweringServer.start(head -> "SSH-2.0-\u001b[31mx\r\n")) {
      join("team", server.url());
      Diagnosis found = doctor().exits(4);
      found.found("upgrade", "fail", "what it answered is no HTTP: \"SSH-2.0-");
      found.found("clock", "warn", "not known");

      String shown = cli.run("doctor").out();
      assertFalse(shown.contains("\u001b"), "the server's words are not a terminal's: " + shown);
    }
  }

  @Test
  void anUpgradeThatProvesNothingIsNoWebSocket() throws IOException {
    String answer = "HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: guessed\r\n\r\n";
    try (AnsweringServer server = AnsweringServer.start(head -> answer)) {
      join("team", server.url());
      doctor().found("upgrade", "fail", "not as a WebSocket server").exits(4);
    }
  }

  @Test
  void silenceEndsWithTheTimeout() throws IOException {
    try (AnsweringServer server = AnsweringServer.start(head -> null)) {
      join("team", server.url());
      Diagnosis found = doctor("--timeout", "200ms").exits(4);
      found.found("upgrade", "fail", "no answer in time").found("clock", "warn", "no answer");
      found.skipped("upgrade", "hello", "round_trip");
    }
  }

  @Test
  void aClockThatIsMinutesOffIsAFailureWithTheFigureAndSecondsAreAWarning() throws IOException {
    for (long ahead : new long[] {-300, 300}) {
      String side = ahead < 0 ? " ahead of the broker's" : " behind the broker's";
      try (AnsweringServer server =
          AnsweringServer.start(head -> AnsweringServer.http("200 OK", date(ahead), ""))) {
        join("team", server.url());
        Diagnosis found = doctor();
        found.found("clock", "fail", side).found("clock", "fail", "timestamp_skew");
        found.advises("clock", "NTP");
        long off = Math.abs(found.figures("clock").number("ahead_ms"));
        long uncertain = found.figures("clock").number("uncertain_ms");
        assertTrue(Math.abs(off - 300_000) <= uncertain + 1_000, off + " ± " + uncertain);
      }
    }
    try (AnsweringServer server =
        AnsweringServer.start(head -> AnsweringServer.http("200 OK", date(-40), ""))) {
      join("team", server.url());
      doctor().found("clock", "warn", " ahead of the broker's");
    }
  }

  @Test
  void whatTheProtocolAllowsDecidesWhatADistanceMeans() {
    Duration half = Duration.ofMillis(500);
    record Case(long seconds, Finding.Status status, String words) {}
    for (Case one :
        List.of(
            new Case(0, Finding.Status.OK, "the same as the broker's"),
            new Case(-19, Finding.Status.OK, "19.0 s behind the broker's (± 500.0 ms)"),
            new Case(59, Finding.Status.WARN, "59.0 s ahead of the broker's"),
            new Case(-61, Finding.Status.FAIL, "61.0 s behind the broker's"))) {
      Finding finding = ClockCheck.judge(Duration.ofSeconds(one.seconds()), half);
      assertEquals(one.status(), finding.status());
      assertTrue(finding.found().startsWith(one.words()), finding.found());
    }
  }

  @Test
  void anAnswerWithoutADateTellsNothingOfTheClock() throws IOException {
    try (AnsweringServer server =
        AnsweringServer.start(head -> AnsweringServer.http("200 OK", "Date: soon\r\n", ""))) {
      join("team", server.url());
      doctor().found("clock", "warn", "has no date");
    }
  }

  @Test
  void oneMeshThatFailsHidesNoOther() throws IOException {
    try (AnsweringServer server =
        AnsweringServer.start(head -> AnsweringServer.http("403 No", date(0), ""))) {
      join("away", unusedUrl());
      join("here", server.url());
      Diagnosis found = doctor().exits(4);
      assertTrue(found.statuses("away").contains("tcp fail"), found.result().out());
      assertTrue(found.statuses("here").contains("tcp ok"), found.result().out());
      assertTrue(found.statuses("here").contains("upgrade fail"), found.result().out());
      assertEquals(Diagnosis.OF_MESH.size(), found.statuses("here").size());

      Diagnosis one = doctor("--mesh", "here");
      assertEquals(List.of(), one.statuses("away"));
    }
  }

  // ── proxies ──────────────────────────────────────────────────────────────────────────────────

  @Test
  void aProxyThatCannotBeUsedIsNamedWithItsVariable() throws IOException {
    join("team", unusedUrl());
    cli.with("http_proxy", "socks5://127.0.0.1:1080");
    Diagnosis found = doctor().exits(4);
    found.found("proxy", "fail", "SOCKS").advises("proxy", "no_proxy");
    found.skipped("proxy", "dns", "tcp", "tls", "upgrade", "clock", "hello", "round_trip");
  }

  @Test
  void aProxyThatDoesNotLetUsThroughIsToldWithItsAnswer() throws IOException {
    join("team", unusedUrl());
    try (AnsweringServer proxy =
        AnsweringServer.start(head -> AnsweringServer.http("407 Who", "", ""))) {
      cli.with("ALL_PROXY", "http://user:secret@127.0.0.1:" + proxy.port());
      Diagnosis found = doctor().exits(4);
      found.found("proxy", "fail", "127.0.0.1:" + proxy.port() + ", named by ALL_PROXY, answered");
      found.advises("proxy", "other credentials in ALL_PROXY");
      assertFalse(found.result().toString().contains("secret"));
    }
    Diagnosis gone = doctor().exits(4);
    gone.found("proxy", "fail", "connection refused").advises("proxy", "start that proxy");

    cli.with("no_proxy", "127.0.0.1");
    doctor().found("proxy", "ok", "no_proxy lists 127.0.0.1, so the one in ALL_PROXY is not used");
  }

  // ── for people ───────────────────────────────────────────────────────────────────────────────

  @Test
  void peopleReadLinesThatFitTheirTerminalAndLoseNothing() throws IOException {
    join("team", unusedUrl());
    cli.with("COLUMNS", "60").onTerminal();
    var result = cli.run("doctor");

    assertEquals(4, result.code());
    String plain = result.out().replaceAll("\u001b\\[[0-9;]*m", "");
    assertTrue(result.out().contains("\u001b[31mfail"), result.out());
    assertTrue(plain.contains("\nteam at ws://127.0.0.1:"), plain);
    String one = plain.replaceAll("\\s+", " ");
    assertTrue(one.contains("connection refused: nothing listens there"), plain);
    assertTrue(one.contains("→ see whether the broker runs"), plain);
    for (String line : plain.lines().toList()) {
      boolean longWord = line.strip().indexOf(' ') < 0;
      assertTrue(line.length() <= 60 || longWord || line.contains("/"), line);
    }
    assertTrue(plain.strip().endsWith("skipped"), plain);
    assertFalse(cli.with("NO_COLOR", "1").run("doctor").out().contains("\u001b"));
  }
}

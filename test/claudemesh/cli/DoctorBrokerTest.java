package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import claudemesh.json.Json;
import claudemesh.lifecycle.TestCertificates;
import claudemesh.lifecycle.TestProxy;
import claudemesh.time.Clock;
import claudemesh.time.Sleeper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} finds of real brokers and daemons: plain, over TLS, through a proxy. */
final class DoctorBrokerTest {

  private static final String PATIENT = "60";

  @TempDir Path dir;

  private static Diagnosis doctor(TestCli cli, String... more) {
    List<String> words = new ArrayList<>(List.of("doctor", "--json", "--timeout", PATIENT));
    words.addAll(List.of(more));
    return Diagnosis.of(cli.run(words.toArray(String[]::new)));
  }

  private static List<String> statuses(List<String> checks, String... others) {
    Map<String, String> other = new HashMap<>();
    for (String one : others) {
      other.put(one.split(" ")[0], one.split(" ")[1]);
    }
    return checks.stream().map(check -> check + " " + other.getOrDefault(check, "ok")).toList();
  }

  private static void pointTo(Path folder, String url) throws Exception {
    Config.update(
        new ConfigFolder(folder), config -> config.with(config.meshes().get(0).withBrokerUrl(url)));
  }

  @Test
  void aHealthyMeshIsWellInEveryCheck() throws Exception {
    try (Scene scene = new Scene(dir)) {
      Diagnosis found = doctor(scene.bob).exits(0);
      assertEquals(statuses(Diagnosis.OF_MESH, "tls skipped"), found.statuses(Scene.MESH));
      found.found("hello", "ok", "accepted, ").found("round_trip", "ok", "3 messages: min ");
      assertEquals(101, found.figures("upgrade").number("status"));
      assertEquals(3, found.figures("round_trip").number("count"));
    }
  }

  @Test
  void aDaemonIsFoundWithItsMeshesAndItsStoreIsReadBesideIt() throws Exception {
    try (DaemonScene scene = new DaemonScene(dir)) {
      Diagnosis found = doctor(scene.scene.alice);
      found.found("daemon", "ok", "at " + scene.client().socket());
      found.found("daemon", "ok", "meshes open: 1").found("disk", "ok", "and is sound");
      Json mesh = found.figures("daemon").list("meshes").get(0);
      assertEquals("open", mesh.string("status"));

      scene.scene.stopBroker();
      DaemonScene.await(
          "the daemon to see the broker go",
          () ->
              !scene
                  .client()
                  .get("/v1/status")
                  .list("meshes")
                  .get(0)
                  .string("status")
                  .equals("open"));
      doctor(scene.scene.alice).found("daemon", "warn", Scene.MESH + " is ").exits(4);

      scene.stopDaemon();
      Diagnosis without = doctor(scene.scene.alice);
      without.found("daemon", "warn", "no daemon runs, but one has worked");
      without.found("disk", "ok", "and is sound");
      scene.startDaemon();
    }
  }

  @Test
  void aRefusedHelloIsToldInTheBrokersWordsWithExitCodeFive() throws Exception {
    try (Scene scene = new Scene(dir)) {
      assertEquals(0, scene.alice.run("ban", "bob").code());
      Diagnosis found = doctor(scene.bob).exits(5);
      assertEquals("fail", found.finding("hello").string("status"));
      found.advises("hello", "banned this member").skipped("hello", "round_trip");
      found.found("upgrade", "ok", "101");
    }
  }

  @Test
  void aBrokerWhoseClockIsMinutesOffRefusesTheHelloForIt() throws Exception {
    Clock fast =
        new Clock() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public Instant wallTime() {
            return Instant.now().plus(Duration.ofMinutes(5));
          }
        };
    try (Scene scene = new Scene(dir)) {
      scene.stopBroker();
      BrokerOptions options =
          BrokerOptions.on(dir.resolve("data"), 0).withClock(fast, Sleeper.SYSTEM);
      try (Broker broker = Broker.start(options)) {
        pointTo(dir.resolve("bob"), broker.url().toString());
        Diagnosis found = doctor(scene.bob).exits(5);
        found.found("hello", "fail", "timestamp_skew").advises("hello", "set it");
        assertEquals("timestamp_skew", found.figures("hello").string("code"));
        found.skipped("hello", "round_trip");
      }
    }
  }

  @Test
  void theFirstAddressDecidesAndTheOthersAreWarnedOf() throws Exception {
    try (Scene scene = new Scene(dir)) {
      int port = scene.broker().url().getPort();
      pointTo(dir.resolve("bob"), "ws://two.test:" + port + "/ws");
      for (boolean goodFirst : new boolean[] {true, false}) {
        List<String> addresses = List.of("127.0.0.1 two.test", "127.0.0.2 two.test");
        Path hosts =
            Files.write(dir.resolve("hosts"), goodFirst ? addresses : addresses.reversed());
        Map<String, String> environment = new HashMap<>(scene.bob.environment());
        environment.put("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
        try (CliProcess process =
            CliProcess.start(dir, environment, "doctor", "--json", "--timeout", PATIENT)) {
          String tcp = process.awaitLine(line -> line.contains("\"check\":\"tcp\""));
          Json finding = Json.parseObject(tcp);
          assertEquals(goodFirst ? "warn" : "fail", finding.string("status"), tcp);
          assertTrue(finding.string("found").contains("127.0.0.2: connection refused"), tcp);
          assertEquals(2, finding.get("figures").orElseThrow().list("addresses").size());
          assertEquals(goodFirst ? 0 : 4, process.exitCode());
        }
      }
    }
  }

  @Test
  void whoIsAskedToEndLeavesAtOnce() throws Exception {
    try (Scene scene = new Scene(dir);
        AnsweringServer silent = AnsweringServer.start(head -> null)) {
      pointTo(dir.resolve("bob"), silent.url());
      RunningCli doctor = scene.asBob("doctor", "--json", "--timeout", "1h");
      doctor.awaitLine(line -> line.contains("\"check\":\"tcp\""));
      doctor.close(); // interrupts it
      assertEquals(130, doctor.exitCode());
    }
  }

  // ── TLS ──────────────────────────────────────────────────────────────────────────────────────

  private TestCertificates certificates() throws Exception {
    return new TestCertificates(Files.createDirectory(dir.resolve("certificates")));
  }

  @Test
  void aCertificateOfOnesOwnIsShownAndTrustedWithCa() throws Exception {
    TestCertificates certificates = certificates();
    certificates.make("broker", "san=ip:127.0.0.1");
    try (TlsScene scene = new TlsScene(dir, certificates, "broker")) {
      Diagnosis without = doctor(scene.alice).exits(4);
      without.found("tls", "fail", "signed by itself").advises("tls", "--ca FILE");
      without.skipped("tls", "upgrade", "clock", "hello", "round_trip");
      Json own = without.figures("tls").list("chain").get(0);
      assertEquals("CN=broker", own.string("subject"));
      assertTrue(Instant.parse(own.string("not_after")).isAfter(Instant.now()));

      Diagnosis with = doctor(scene.alice, "--ca", scene.ca("broker")).exits(0);
      assertEquals(statuses(Diagnosis.OF_MESH, "tls warn"), with.statuses(TlsScene.MESH));
      with.found("tls", "warn", "TLSv1.3, certificate of broker").advises("tls", "renew");
    }
  }

  @Test
  void aLongLivedCertificateIsWell() throws Exception {
    TestCertificates certificates = certificates();
    certificates.makeFrom("broker", "san=ip:127.0.0.1", "-1d", 100);
    try (TlsScene scene = new TlsScene(dir, certificates, "broker")) {
      Diagnosis found = doctor(scene.alice, "--ca", scene.ca("broker")).exits(0);
      found.found("tls", "ok", ", 98 days");
    }
  }

  @Test
  void anExpiredCertificateIsToldWithItsDate() throws Exception {
    TestCertificates certificates = certificates();
    certificates.makeFrom("broker", "san=ip:127.0.0.1", "-9d", 2);
    try (TlsScene scene = new TlsScene(dir, certificates, "broker")) {
      Diagnosis found = doctor(scene.alice).exits(4);
      found.found("tls", "fail", "past its time since ");
      Json own = found.figures("tls").list("chain").get(0);
      assertTrue(Instant.parse(own.string("not_after")).isBefore(Instant.now()));
      found.skipped("tls", "hello");
    }
  }

  @Test
  void aCertificateForAnotherHostIsTold() throws Exception {
    TestCertificates certificates = certificates();
    certificates.make("broker", "san=dns:elsewhere.test");
    try (TlsScene scene = new TlsScene(dir, certificates, "broker")) {
      pointTo(dir.resolve("alice"), "wss://127.0.0.1:" + scene.port() + "/ws");
      Diagnosis found = doctor(scene.alice, "--ca", scene.ca("broker")).exits(4);
      found.found("tls", "fail", "is not made out to 127.0.0.1").advises("tls", "brokerUrl");
    }
  }

  @Test
  void aPlainServerIsNoTlsServer() throws Exception {
    try (Scene scene = new Scene(dir)) {
      pointTo(dir.resolve("bob"), scene.url().replace("ws:", "wss:"));
      Diagnosis found = doctor(scene.bob).exits(4);
      assertEquals("fail", found.finding("tls").string("status"));
      found.advises("tls", "begin with ws:");
    }
  }

  @Test
  void theWholeWayGoesThroughTheProxyOfTheEnvironment() throws Exception {
    TestCertificates certificates = certificates();
    certificates.makeFrom("broker", "san=ip:127.0.0.1", "-1d", 100);
    try (TlsScene scene = new TlsScene(dir, certificates, "broker");
        TestProxy proxy = TestProxy.start("user:secret")) {
      scene.alice.with("https_proxy", "http://user:secret@127.0.0.1:" + proxy.port());
      Diagnosis found = doctor(scene.alice, "--ca", scene.ca("broker")).exits(0);
      assertEquals(
          statuses(Diagnosis.OF_MESH, "dns skipped", "tcp skipped"), found.statuses(TlsScene.MESH));
      found.found("proxy", "ok", "named by https_proxy, lets us through to 127.0.0.1:");
      assertEquals(6, proxy.tunnels().size(), "one for each check from proxy on, two for the last");
    }
  }
}

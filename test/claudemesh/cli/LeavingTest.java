package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import claudemesh.time.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM to a broker and to a daemon that are in use. Whoever has not closed what it had open nine
 * seconds after the signal is ended without, and leaves its files behind: files that are gone say
 * that it was in time, on the process's own clock.
 */
final class LeavingTest {

  /** The broker's promise of ten seconds, and as much again for a machine that is busy. */
  private static final long GONE_SECONDS = 10 + 10;

  private static final int CLIENTS = 10;
  private static final int SESSIONS = 50;
  private static final int ROUNDS = 5;
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  @TempDir Path dir;

  @Test
  void aBrokerTellsItsClientsAndIsGoneThoughOneOfThemNeverAnswers() throws Exception {
    TestCli alice = new TestCli(Files.createDirectory(dir.resolve("alice")));
    Path data = dir.resolve("data");
    List<RunningCli> clients = new ArrayList<>();
    try (CliProcess broker = broker(alice, data)) {
      URI url = URI.create(broker.awaitRecord("listening").string("url"));
      assertEquals(0, alice.run("mesh", "create", "team", "--data", data.toString()).code());
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            CliThread.start(
                alice.environment(), "connect", "--as", "c" + i, "--listen", "--only=status"));
      }
      for (RunningCli client : clients) {
        client.awaitLine(line -> line.contains("\"open\""));
      }
      try (Socket silent = new Socket(url.getHost(), url.getPort())) {
        silent.getOutputStream().write(UPGRADE.getBytes(StandardCharsets.US_ASCII));
        await(url, "broker_strangers", 1);
        broker.signal("TERM");
        assertTrue(broker.process().waitFor(GONE_SECONDS, TimeUnit.SECONDS), "it did not leave");
        assertEquals(128 + 15, broker.exitCode());
        assertFalse(Files.exists(data.resolve("broker.json")), "it did not close in time");
        for (RunningCli client : clients) {
          String said = client.awaitLine(line -> line.contains("\"reconnecting\""));
          assertTrue(said.contains("1001"), said);
        }
      }
    } finally {
      clients.forEach(RunningCli::close);
    }
  }

  private CliProcess broker(TestCli alice, Path data) throws IOException {
    List<String> words = new ArrayList<>(List.of("broker", "--json", "--data", data.toString()));
    words.addAll(List.of("--listen", "127.0.0.1:0", "--hello-timeout", "10m"));
    return CliProcess.start(dir, alice.environment(), words.toArray(String[]::new));
  }

  // How long the goodbyes may take in all is ClosingTest's.
  @Test
  void aDaemonsSessionsSayGoodbyeAndItsFilesAreGone() throws Exception {
    try (Scene scene = new Scene(dir)) {
      URI url = URI.create(scene.url());
      for (int round = 1; round <= ROUNDS; round++) {
        double goodbyes = metric(url, "broker_connections_ended_total{code=\"1000\"}");
        CliProcess daemon = scene.alicesProcess("daemon", "up", "--json");
        Path folder = Path.of(daemon.awaitRecord("ready").string("folder"));
        register(DaemonClient.find(scene.alice.environment()).orElseThrow());
        await(url, "broker_connections_active", SESSIONS + 1);
        daemon.signal("TERM");
        assertEquals(128 + 15, daemon.exitCode());
        for (String file : List.of("daemon.sock", "daemon.pid")) {
          assertFalse(Files.exists(folder.resolve(file)), file + " is left");
        }
        await(url, "broker_connections_active", 0);
        if (!daemon.err().contains("goodbye_cut_short")) {
          double more = metric(url, "broker_connections_ended_total{code=\"1000\"}") - goodbyes;
          assertEquals(SESSIONS + 1, more, "clean goodbyes");
          return;
        }
      }
      fail("of " + ROUNDS + " daemons none had the time to say goodbye");
    }
  }

  private static void register(DaemonClient daemon) throws Exception {
    for (int i = 0; i < SESSIONS; i++) {
      daemon.post(
          "/v1/sessions/register",
          Json.object()
              .put("token", "%064x".formatted(i))
              .put("session_id", "s" + i)
              .put("mesh", Scene.MESH)
              .put("display_name", "s" + i)
              .put("pid", ProcessHandle.current().pid())
              .put("presence", Json.object().put("managed", true).build())
              .build());
    }
  }

  private static void await(URI url, String name, double value) throws Exception {
    Waiting.until(name + " to be " + value, () -> metric(url, name) == value);
  }

  private static double metric(URI broker, String name) throws Exception {
    URI page = URI.create("http://127.0.0.1:" + broker.getPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(page).build();
      String body = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return body.lines()
          .filter(line -> line.startsWith(name + " "))
          .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElse(0.0);
    }
  }
}

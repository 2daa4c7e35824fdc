package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.json.Json;
import claudemesh.lifecycle.TestCertificates;
import claudemesh.time.Deadline;
import claudemesh.time.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker as a process of its own: encrypted, hostile peers, few descriptors, told to leave. */
final class BrokerProcessTest {

  private static final String SECRET = "hunter2secret";

  @TempDir Path dir;
  private TestCli alice;
  private Path data;

  @BeforeEach
  void folders() throws IOException {
    alice = new TestCli(Files.createDirectory(dir.resolve("alice")));
    data = dir.resolve("data");
  }

  private CliProcess broker(String... flags) throws IOException {
    List<String> words = new ArrayList<>(List.of("broker", "--json", "--data", data.toString()));
    words.addAll(List.of("--listen", "127.0.0.1:0"));
    words.addAll(List.of(flags));
    return CliProcess.start(dir, alice.environment(), words.toArray(String[]::new));
  }

  private static URI url(CliProcess broker) throws Exception {
    return URI.create(broker.awaitRecord("listening").string("url"));
  }

  private void createMesh() {
    TestCli.Result made = alice.run("mesh", "create", "team", "--data", data.toString());
    assertEquals(0, made.code(), made.err());
  }

  @Test
  void overTlsItIsReachedByThoseWhoTrustItsCertificate() throws Exception {
    TestCertificates certificates = new TestCertificates(dir);
    certificates.make("broker", "san=ip:127.0.0.1");
    String certificate = certificates.pem("broker").toString();
    String key = certificates.key("broker").toString();
    try (CliProcess broker = broker("--tls-cert", certificate, "--tls-key", key)) {
      URI url = url(broker);
      assertTrue(url.toString().matches("wss://127\\.0\\.0\\.1:\\d+/ws"));
      assertTwoDaysLeft(url, certificates.trusting("broker"));
      createMesh();
      TestCli.Result trusting = alice.run("peer", "list", "--all", "--json", "--ca", certificate);
      assertEquals(0, trusting.code(), trusting.err());
      assertEquals("team", trusting.json().asList().getFirst().string("mesh"));
      certificates.make("next", "san=ip:127.0.0.1");
      Files.copy(certificates.key("next"), Path.of(key), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(
          certificates.pem("next"), Path.of(certificate), StandardCopyOption.REPLACE_EXISTING);
      String next = certificates.pem("next").toString();
      Deadline bound = Deadline.in(Duration.ofSeconds(50));
      while (alice.run("peer", "list", "--timeout", "2", "--ca", next).code() != 0) {
        assertFalse(bound.passed(), () -> "the new certificate never came");
      }
    }
  }

  private static void assertTwoDaysLeft(URI url, SSLContext trusting) throws Exception {
    URI page = URI.create("https://127.0.0.1:" + url.getPort() + "/metrics");
    try (HttpClient http = HttpClient.newBuilder().sslContext(trusting).build()) {
      String metrics =
          http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      String name = "broker_certificate_expiry_timestamp_seconds ";
      String line = metrics.lines().filter(each -> each.startsWith(name)).findAny().orElseThrow();
      Instant end = Instant.ofEpochSecond(Long.parseLong(line.substring(name.length())));
      assertEquals(1, Duration.between(Instant.now(), end).toDays(), line);
    }
  }

  @Test
  void aPublicAddressNeedsACertificateOrAWord() throws Exception {
    TestCli.Result refused = alice.run("broker", "--listen", "0.0.0.0:0");
    assertEquals(1, refused.code());
    assertTrue(refused.complaint().contains("--tls-cert"), refused.err());
    assertEquals(2, alice.run("broker", "--tls-cert", "a.pem").code());
    TestCli.Result missing =
        alice.run("broker", "--listen", "0.0.0.0:0", "--tls-cert", "a.pem", "--tls-key", "a.key");
    assertEquals(1, missing.code());
    assertTrue(missing.complaint().contains("a.pem: there is no such file"), missing.err());
  }

  /** What a client hears last. */
  private static final class Hearing implements WebSocket.Listener {
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int closeCode, String reason) {
      code.complete(closeCode);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      code.completeExceptionally(error);
    }
  }

  @Test
  void toldToLeaveItTellsEverybodyAndLeavesNothingBehind() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    try (CliProcess broker = broker("--hello-timeout", "10m", "--rate", "100000")) {
      URI url = url(broker);
      createMesh();
      List<Hearing> all = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        Hearing hearing = new Hearing();
        all.add(hearing);
        http.newWebSocketBuilder().buildAsync(url, hearing).get(60, TimeUnit.SECONDS);
      }
      try (CliProcess mail =
          CliProcess.start(dir, alice.environment(), "connect", "--to=*", "--only=ack,status")) {
        mail.awaitLine(line -> line.contains("\"open\""));
        mail.type("x\n".repeat(2_000));
        mail.awaitRecord("ack");
        broker.signal("TERM");
        assertEquals(143, broker.exitCode());
        mail.awaitLine(line -> line.contains("\"reconnecting\""));
      }
      for (Hearing hearing : all) {
        assertEquals(1001, hearing.code.get(60, TimeUnit.SECONDS));
      }
      assertFalse(Files.exists(data.resolve("broker.json")));
    } finally {
      http.shutdownNow();
    }
  }

  private static String ask(URI url, String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void itsLogNamesWhoWasRefusedAndNoSecretAndNoMessage() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    try (CliProcess broker = broker("--log-level", "debug")) {
      URI url = url(broker);
      createMesh();
      ask(url, "GET /" + SECRET + " nonsense\r\n\r\n");
      ask(
          url,
          "POST /join HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\""
              + SECRET.substring(0, 10)
              + "\":1}");
      ask(
          url,
          "GET /ws HTTP/1.1\r\nHost: h\r\nOrigin: http://"
              + SECRET
              + "\r\nConnection: close\r\n\r\n");
      for (String said :
          List.of(
              SECRET.repeat(400),
              "{\"type\":\"hello\",\"meshId\":\"" + SECRET + " x\",\"pubkey\":\"" + SECRET + "!\"}",
              "{\"type\":\"hello\",\"meshId\":5,\"x\":\"" + SECRET + "\"}")) {
        Hearing hearing = new Hearing();
        WebSocket socket =
            http.newWebSocketBuilder().buildAsync(url, hearing).get(60, TimeUnit.SECONDS);
        socket.sendText(said, true);
        assertTrue(hearing.code.get(60, TimeUnit.SECONDS) >= 1008);
      }
      TestCli.Result sent = alice.run("send", "*", SECRET);
      assertEquals(0, sent.code(), sent.err());
      broker.signal("TERM");
      broker.exitCode();
      String log = broker.err();
      for (String why : List.of("bad_request", "origin", "too_much_before_hello", "malformed")) {
        assertTrue(log.contains("\"refused\",\"why\":\"" + why + "\",\"from\":\"127.0.0.1:"), log);
      }
      assertFalse(log.contains(SECRET), log);
      Json mesh =
          Json.parseObject(Files.readString(dir.resolve("alice/config.json")))
              .list("meshes")
              .get(0);
      assertFalse(log.contains(mesh.string("secretKey")));
      assertFalse(log.contains(mesh.string("rootKey")));
    } finally {
      http.shutdownNow();
    }
  }

  @Test
  void outOfDescriptorsItWaitsAndGoesOn() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"));
    command.addAll(CliProcess.java());
    command.addAll(List.of("broker", "--json", "--listen", "127.0.0.1:0"));
    command.addAll(List.of("--data", data.toString()));
    Path err = dir.resolve("err.txt");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    List<Socket> sockets = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      URI url = URI.create(Json.parseObject(out.readLine()).string("url"));
      for (int i = 0; i < 100; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), url.getPort()));
      }
      Deadline bound = Deadline.in(Duration.ofSeconds(50));
      while (!Files.readString(err).contains("accept_failed")) {
        assertFalse(bound.passed(), () -> "it never ran out");
        Waiting.step();
      }
      for (Socket socket : sockets) {
        socket.close();
      }
      HttpRequest health =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + url.getPort() + "/health"))
              .build();
      try (HttpClient http = HttpClient.newHttpClient()) {
        assertEquals(200, http.send(health, HttpResponse.BodyHandlers.ofString()).statusCode());
      }
      assertTrue(process.isAlive());
    } finally {
      process.destroyForcibly();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}

package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that shows a broker at work: what it tells, and to whom. */
final class StatusPageTest {

  private static final int PATIENCE_MILLIS = 50_000;

  @TempDir Path folder;
  private Broker broker;

  @BeforeEach
  void aBroker() throws IOException {
    broker = Broker.start(BrokerOptions.on(folder, 0).inMemory());
  }

  @AfterEach
  void end() {
    broker.close();
  }

  private Socket ask(String path, String... headers) throws IOException {
    Socket socket = new Socket("127.0.0.1", broker.url().getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    request.append("\r\n");
    socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private String answer(String path, String... headers) throws IOException {
    String[] all = new String[headers.length + 1];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Connection: close";
    try (Socket socket = ask(path, all)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static BufferedReader lines(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static Json next(BufferedReader events) throws IOException {
    String line = events.readLine();
    while (!line.startsWith("data: ")) {
      line = events.readLine();
    }
    return Json.parseObject(line.substring("data: ".length()));
  }

  @Test
  void thePageComesWholeAndWithNothingFromElsewhere() throws IOException {
    String page = answer("/", "Host: localhost:7900");
    assertTrue(page.startsWith("HTTP/1.1 200"), page);
    assertTrue(page.contains("Content-Security-Policy: default-src 'none'"), page);
    assertFalse(page.contains("src=\"") || page.contains("href=\"http"), "it needs no other file");
  }

  @Test
  void whoIsNotAtThisMachineFindsNothing() throws IOException {
    for (String[] headers :
        new String[][] {
          {"Host: broker.example.org"},
          {"Host: localhost.evil.example"},
          {"Host: 127.0.0.1", "X-Forwarded-For: 203.0.113.9"},
          {"Host: 127.0.0.1", "Forwarded: for=203.0.113.9"}
        }) {
      assertTrue(answer("/", headers).startsWith("HTTP/1.1 404"), headers[0]);
      assertTrue(answer("/status/events", headers).startsWith("HTTP/1.1 404"), headers[0]);
    }
    String foreignPage = answer("/", "Host: localhost", "Origin: https://evil.example");
    assertTrue(foreignPage.startsWith("HTTP/1.1 403"), foreignPage);
  }

  @Test
  void eventsTellWhatHappens() throws IOException {
    try (Socket page = ask("/status/events", "Host: [::1]:7900")) {
      BufferedReader events = lines(page);
      Json first = next(events);
      assertEquals(0, first.number("connections"));
      assertEquals("[]", Json.array(first.list("meshes")).toString());

      broker.directory().createMesh("team", "alice", "a".repeat(64));
      Json later = next(events);
      while (later.list("meshes").isEmpty()) {
        later = next(events);
      }
      assertEquals("team", later.list("meshes").get(0).string("mesh"));
      assertEquals(1, later.list("meshes").get(0).number("members"));
    }
  }

  @Test
  void whyConnectionsEndedIsCountedByCode() throws IOException {
    Metrics metrics = new Metrics();
    metrics.add(Metrics.Counter.ENDED, Metrics.code(4001));
    metrics.add(Metrics.Counter.ENDED, Metrics.code(4001));
    metrics.add(Metrics.Counter.ENDED, Metrics.code(3333));
    assertEquals("{4001=2, other=1}", metrics.counts(Metrics.Counter.ENDED).toString());
    assertTrue(metrics.page().contains("broker_connections_ended_total{code=\"4001\"} 2\n"));
  }
}

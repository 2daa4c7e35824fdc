package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JDK's own client, which is the one that sessions use, against a server that echoes. */
class JdkWebSocketTest {

  private final RecordingHandler handler =
      new RecordingHandler() {
        @Override
        public void onText(WsConnection from, String text) {
          from.send(text);
        }
      };
  private final HttpClient http = HttpClient.newHttpClient();
  private final Listener listener = new Listener();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0),
            exchange -> {
              switch (exchange.request().path()) {
                case "/ws" -> exchange.upgrade(WsServerOptions.defaults(), handler);
                case "/echo" -> exchange.respond(200, "text/plain", exchange.request().body());
                default -> exchange.respondError(404, "not found");
              }
            });
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.close();
    assertTrue(server.isTerminated());
  }

  @Test
  void exchangesTexts() throws Exception {
    WebSocket webSocket = connect();
    webSocket.sendText("héllo", true).join();
    assertEquals("text héllo", listener.next());
    webSocket.sendText("two ", false).join();
    webSocket.sendText("parts", true).join();
    assertEquals("text two parts", listener.next());
    String longText = "0123456789".repeat(100_000);
    webSocket.sendText(longText, true).join();
    assertEquals("text " + longText, listener.next());
    webSocket.abort();
    assertTrue(handler.next("closed").startsWith("closed 1006 "));
  }

  @Test
  void answersPingsAndHearsPongs() throws Exception {
    WebSocket webSocket = connect();
    webSocket.sendPing(ByteBuffer.wrap("are you there".getBytes(StandardCharsets.UTF_8))).join();
    assertEquals("pong are you there", listener.next());
    assertEquals("ping", handler.next("ping"));
    handler.connection().ping();
    assertEquals("pong", handler.next("pong"));
    webSocket.abort();
  }

  @Test
  void isClosedByTheClient() throws Exception {
    WebSocket webSocket = connect();
    webSocket.sendClose(1000, "enough").join();
    assertEquals("closed 1000 enough", handler.next("closed"));
    assertEquals("close 1000 enough", listener.next());
  }

  @Test
  void isClosedByTheServer() throws Exception {
    connect();
    handler.connection().send("before");
    handler.connection().close(4002, "banned");
    assertEquals("text before", listener.next());
    assertEquals("close 4002 banned", listener.next());
    assertEquals("closed 4002 banned", handler.next("closed"));
  }

  @Test
  void refusesWithAStatusThatTheClientSees() {
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> http.newWebSocketBuilder().buildAsync(uri("ws", "/other"), listener).join());
    WebSocketHandshakeException refused =
        assertInstanceOf(WebSocketHandshakeException.class, failure.getCause());
    assertEquals(404, refused.getResponse().statusCode());
  }

  @Test
  void servesTheJdksHttpClient() throws Exception {
    for (int i = 0; i < 3; i++) {
      var response =
          http.send(
              java.net.http.HttpRequest.newBuilder(uri("http", "/echo"))
                  .expectContinue(i == 2)
                  .POST(BodyPublishers.ofString("body " + i))
                  .build(),
              BodyHandlers.ofString());
      assertEquals(200, response.statusCode());
      assertEquals("body " + i, response.body());
    }
  }

  private WebSocket connect() throws InterruptedException {
    WebSocket webSocket = http.newWebSocketBuilder().buildAsync(uri("ws", "/ws"), listener).join();
    assertEquals("open", handler.next());
    return webSocket;
  }

  private URI uri(String scheme, String path) {
    return URI.create(scheme + "://127.0.0.1:" + server.address().getPort() + path);
  }

  private static final class Listener implements WebSocket.Listener {

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final StringBuilder parts = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        events.add("text " + parts);
        parts.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
      events.add("pong " + StandardCharsets.UTF_8.decode(message));
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      events.add("close " + code + " " + reason);
      return null;
    }

    String next() throws InterruptedException {
      String event = events.poll(10, TimeUnit.SECONDS);
      assertNotNull(event, "expected another event");
      return event;
    }
  }
}

package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.WsConnection;
import claudemesh.http.WsHandler;
import claudemesh.http.WsServerOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lifecycle against the project's own server: both halves of the house at once. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OwnServerTest {

  private static final int MESSAGES = 10_000;

  /** Acknowledges the hello and sends everything back. */
  private static final class Echo implements WsHandler {
    final CompletableFuture<String> closed = new CompletableFuture<>();

    @Override
    public void onText(WsConnection connection, String text) {
      connection.send(text.contains("hello") ? Scene.ACK : text);
    }

    @Override
    public void onClosed(WsConnection connection, int code, String reason) {
      closed.complete(code + reason);
    }
  }

  private static HttpServer serve(WsHandler handler) throws Exception {
    return HttpServer.start(
        HttpServerOptions.listeningOn("127.0.0.1", 0),
        exchange -> exchange.upgrade(WsServerOptions.defaults(), handler));
  }

  private static String urlOf(HttpServer server) {
    return "ws://127.0.0.1:" + server.address().getPort() + "/ws";
  }

  @Test
  void tenThousandMessagesBothWaysInOrderAndNothingLeftBehind() throws Exception {
    assertTrue(Live.DIRECT != null); // has a thread of its own, which stays
    List<String> before = clientThreads();
    Echo echo = new Echo();
    List<String> back = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> all = new CompletableFuture<>();
    JdkTransport transport = new JdkTransport(TlsSettings.DEFAULT, Map.of());
    try (HttpServer server = serve(echo)) {
      Live live = new Live(urlOf(server));
      live.options.transport(transport);
      live.reacting(
          line -> {
            if (line.startsWith("message ")) {
              back.add(line.substring("message ".length()));
              if (back.size() == MESSAGES) {
                all.complete(null);
              }
            }
          });
      live.open();
      for (int i = 0; i < MESSAGES; i++) {
        send(live.lifecycle(), Scene.text("m" + i));
      }
      all.get(50, TimeUnit.SECONDS);
      live.close();
      assertEquals(WsStatus.CLOSED, live.lifecycle().status());
      assertEquals(IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList(), back);
      assertEquals("1000", echo.closed.get(30, TimeUnit.SECONDS));
      assertEquals(MESSAGES, live.lifecycle().counted(WsCounter.SENT));
      assertEquals(MESSAGES, live.lifecycle().counted(WsCounter.RECEIVED));
      assertEquals(0, live.lifecycle().counted(WsCounter.UNSENT));
      assertEquals(0, live.lifecycle().counted(WsCounter.LISTENER_FAILURES));
    }
    transport.close();
    assertEquals(before, clientThreads());
  }

  private static void send(WsLifecycle<?> lifecycle, String text) throws Exception {
    try {
      lifecycle.send(text);
    } catch (SendRefusedException full) {
      assertEquals(SendRefusedException.Reason.FULL, full.reason());
      assertTrue(lifecycle.awaitWritten(Live.BOUND));
      lifecycle.send(text);
    }
  }

  // The threads of java.net.http that are not on virtual threads.
  private static List<String> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("HttpClient-"))
        .sorted()
        .toList();
  }

  @Test
  void theServersCloseAndAbortAreHeard() throws Exception {
    WsHandler moody =
        new WsHandler() {
          @Override
          public void onText(WsConnection connection, String text) {
            switch (text.replaceAll("[^a-z]", "")) {
              case "textkick" -> connection.close(4001, "kicked");
              case "textcut" -> connection.abort("cut");
              default -> connection.send(Scene.ACK);
            }
          }
        };
    try (HttpServer server = serve(moody);
        Live live = new Live(urlOf(server)).open()) {
      live.lifecycle().send(Scene.text("kick"));
      assertEquals("disconnect 4001 kicked", live.await("disconnect"));
      live.await("open");
      live.lifecycle().send(Scene.text("cut"));
      assertTrue(live.await("disconnect").startsWith("disconnect 1006"));
      live.await("open");
    }
  }
}

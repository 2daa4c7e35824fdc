package claudemesh.conformance;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.WsConnection;
import claudemesh.http.WsHandler;
import claudemesh.http.WsServerOptions;
import java.io.IOException;

/**
 * The project's own server, answering every message with itself: at {@code /default} with the
 * limits that the broker has, at {@code /large} with limits that the suite's largest messages fit.
 */
final class EchoServer implements AutoCloseable {

  private static final WsServerOptions LARGE =
      WsServerOptions.defaults().withMaxMessageBytes(32 << 20).withMaxQueued(64 << 20, 10_000);

  private final HttpServer server;

  EchoServer() throws IOException {
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0),
            exchange -> {
              boolean large = exchange.request().path().equals("/large");
              exchange.upgrade(large ? LARGE : WsServerOptions.defaults(), new Echo());
            });
  }

  String url(String path) {
    return "ws://127.0.0.1:" + server.address().getPort() + path;
  }

  @Override
  public void close() {
    server.close();
  }

  private static final class Echo implements WsHandler {

    @Override
    public void onText(WsConnection connection, String text) {
      connection.send(text);
    }

    @Override
    public void onBinary(WsConnection connection, byte[] payload) {
      connection.send(payload);
    }
  }
}

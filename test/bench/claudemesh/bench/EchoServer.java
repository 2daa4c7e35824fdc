package claudemesh.bench;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.WsServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The project's own server in a process of its own, answering every message with itself. Prints its
 * port, then the process's memory for each line read; ends at the end of input.
 */
public final class EchoServer {

  private EchoServer() {}

  /**
   * Runs until standard input ends.
   *
   * @param args none
   * @throws IOException if it cannot listen
   */
  public static void main(String[] args) throws IOException {
    try (HttpServer server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0).withMaxConnections(20_000),
            exchange ->
                exchange.upgrade(
                    WsServerOptions.defaults(), (connection, text) -> connection.send(text)))) {
      System.out.println(server.address().getPort());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (in.readLine() != null) {
        System.out.println(Memory.now().encode());
      }
    }
  }
}

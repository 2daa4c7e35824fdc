package claudemesh.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.build.Built;
import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.WsConnection;
import claudemesh.http.WsHandler;
import claudemesh.http.WsServerOptions;
import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program that README shows: it is that text, and run as README says it does what it claims.
 */
final class FollowFeedTest {

  private static final Path PROGRAM = Path.of("test/claudemesh/example/FollowFeed.java");

  @TempDir Path dir;

  /** Lets a client in twice, tells it two things each time and cuts it off; then shuts it out. */
  private static final class Feed implements WsHandler {
    final List<String> received = new CopyOnWriteArrayList<>();
    private int visits;

    @Override
    public void onText(WsConnection connection, String text) {
      received.add(text);
      switch (Json.parseObject(text).string("type")) {
        case "hello" -> greet(connection, ++visits);
        case "subscribe" -> tell(connection);
        default -> throw new AssertionError("nobody says: " + text);
      }
    }

    private static void greet(WsConnection connection, int visit) {
      connection.send(
          visit <= 2
              ? "{\"type\":\"hello_ack\"}"
              : "{\"type\":\"error\",\"code\":\"unauthorized\",\"why\":\"the token has expired\"}");
    }

    private void tell(WsConnection connection) {
      connection.send("{\"type\":\"news\",\"text\":\"first of visit " + visits + "\"}");
      connection.send("{\"type\":\"news\",\"text\":\"second of visit " + visits + "\"}");
      connection.close(1011, "restarting");
    }
  }

  @Test
  void readmeShowsTheProgramAsItIsCompiledHere() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    assertTrue(readme.contains("```java\n" + Files.readString(PROGRAM) + "```\n"), "verbatim");
  }

  @Test
  void itSubscribesAgainAfterAReconnectAndEndsWhenItIsShutOut() throws Exception {
    Path hello = Files.writeString(dir.resolve("hello.json"), "{\"type\":\"hello\"}\n");
    Feed feed = new Feed();
    try (HttpServer server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0),
            exchange -> exchange.upgrade(WsServerOptions.defaults(), feed))) {
      Process program = start("ws://127.0.0.1:" + server.address().getPort() + "/", hello);
      assertTrue(program.waitFor(55, TimeUnit.SECONDS), "it ends");
      String said = Files.readString(dir.resolve("err"));
      assertEquals(0, program.exitValue(), said);
      assertEquals(
          "first of visit 1\nsecond of visit 1\nfirst of visit 2\nsecond of visit 2\n",
          Files.readString(dir.resolve("out")),
          said);
      assertTrue(said.contains("\nreconnecting: "), said);
      assertTrue(said.lines().toList().getLast().startsWith("over: "), said);
      assertTrue(said.contains("the token has expired"), said);
    }
    String subscribe = "{\"type\":\"subscribe\",\"topic\":\"deploys\"}";
    String again = "{\"type\":\"hello\"}";
    assertEquals(List.of(again, subscribe, again, subscribe, again), feed.received);
  }

  /** As README says: its source, on a Java that has nothing but the jar. */
  private Process start(String url, Path hello) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> flags = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp");
    List<String> command = new java.util.ArrayList<>(List.of(java));
    command.addAll(flags);
    command.add(Built.jar().toString());
    command.addAll(List.of(PROGRAM.toString(), url, "deploys", hello.toString()));
    return new ProcessBuilder(command)
        .redirectOutput(dir.resolve("out").toFile())
        .redirectError(dir.resolve("err").toFile())
        .start();
  }
}

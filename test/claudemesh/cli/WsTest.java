package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.WsConnection;
import claudemesh.http.WsHandler;
import claudemesh.http.WsServerOptions;
import claudemesh.json.Json;
import claudemesh.lifecycle.HelloReply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ws} against the project's own server, which answers as each test wants. */
final class WsTest {

  @TempDir Path dir;
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private TestCli cli;
  private HttpServer server;
  private volatile WsHandler handler = echo();

  @BeforeEach
  void listen() throws Exception {
    cli = new TestCli(dir);
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0),
            exchange -> exchange.upgrade(WsServerOptions.defaults(), handler));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void linesGoOutAndFramesComeBack() {
    var result = cli.runWith("one\ntwo", "ws", url(), "--count", "2");
    assertEquals(0, result.code(), result.toString());
    assertEquals("one\ntwo\n", result.out());
    assertEquals("", result.err());
  }

  @Test
  void theEndOfInputIsWrittenOutBeforeItLeaves() {
    String lines = IntStream.range(0, 10_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
    var result = cli.runWith(lines, "ws", url());
    assertEquals(0, result.code(), result.err());
    assertEquals(
        IntStream.range(0, 10_000).mapToObj(Integer::toString).toList(),
        received.stream().toList());
  }

  @Test
  void aHelloIsSentFirstAndItsAckAwaited() throws Exception {
    handler =
        new WsHandler() {
          @Override
          public void onText(WsConnection connection, String text) {
            received.add(text);
            connection.send("{\"early\":1}");
            if (text.contains("hello")) {
              connection.send("{\"type\":\"welcome\"}");
            }
          }
        };
    Path file = Files.writeString(dir.resolve("hello.json"), "{\"type\":\"hello\"}\n");

    var result =
        cli.runWith("x", "ws", url(), "--hello=@" + file, "--ack=type=welcome", "--count=1");

    assertEquals(0, result.code(), result.toString());
    assertEquals(List.of("{\"type\":\"hello\"}", "x"), received.stream().toList());
    assertEquals("{\"early\":1}\n", result.out(), "what came before the ack is dropped");
  }

  @Test
  void aRefusedHelloIsExitCodeFiveWithThePeersWords() {
    handler =
        new WsHandler() {
          @Override
          public void onText(WsConnection connection, String text) {
            connection.send("{\"type\":\"error\",\"code\":\"nope\",\"message\":\"not you\"}");
          }
        };
    var result = cli.runWith("x", "ws", url(), "--hello={}", "--ack=type=welcome");
    assertEquals(5, result.code());
    assertTrue(result.complaint().contains("nope, not you"), result.err());
  }

  @Test
  void aServerThatAnswersAndClosesHasDoneItsPart() {
    handler =
        new WsHandler() {
          @Override
          public void onText(WsConnection connection, String text) {
            connection.send(text);
            connection.close(1000, "done");
          }
        };
    var result = cli.runWith("x", "ws", url(), "--count=1");
    assertEquals(0, result.code(), result.toString());
    assertEquals("x\n", result.out());
  }

  @Test
  void headersGoWithTheUpgrade() {
    handler =
        new WsHandler() {
          @Override
          public void onOpen(WsConnection connection) {
            connection.send(connection.request().header("X-Token").orElse("none"));
          }

          @Override
          public void onText(WsConnection connection, String text) {}
        };
    var result = cli.run("ws", url(), "--header", "X-Token: a:b", "--count=1");
    assertEquals("a:b\n", result.out());
  }

  @Test
  void statusLinesAreAskedFor() {
    var result = cli.runWith("x", "ws", url(), "--status", "--count=1");
    List<Json> statuses =
        result.out().lines().filter(l -> !l.equals("x")).map(Json::parse).toList();
    assertEquals(
        List.of("connecting", "open", "closed"),
        statuses.stream().map(status -> status.string("status")).toList());
  }

  @Test
  void aServerThatIsAwaySaysHowManyWentUnsent() {
    String url = url();
    server.close();
    var result = cli.runWith("1\n2\n", "ws", url, "--timeout=1");
    assertEquals(4, result.code());
    assertTrue(result.complaint().startsWith("2 of 2 lines went unsent: "), result.err());
  }

  @Test
  void whatMakesNoSenseIsAUsageError() {
    for (List<String> wrong :
        List.of(
            List.of("http://example.org"),
            List.of("htp:/"),
            List.of(url(), "--hello={"),
            List.of(url(), "--hello=@" + dir.resolve("none")),
            List.of(url(), "--ack=type=x"),
            List.of(url(), "--hello={}", "--ack=type"),
            List.of(url(), "--header=nocolon"),
            List.of(url(), "--header=Host: x"),
            List.of(url(), "--header=Sec-WebSocket-Key: x"),
            List.of(url(), "--count=0"))) {
      var words = new java.util.ArrayList<>(List.of("ws"));
      words.addAll(wrong);
      assertEquals(2, cli.run(words.toArray(String[]::new)).code(), wrong.toString());
    }
    var noFile = cli.run("ws", url(), "--ca", dir.resolve("none.pem").toString());
    assertEquals(1, noFile.code());
    assertTrue(noFile.complaint().contains("none.pem"), noFile.err());
  }

  @Test
  void anAckIsOneFieldOfAJsonObject() throws Exception {
    var classifier = WsVerb.classifier("ok=true");
    assertEquals(HelloReply.ACCEPTED, classifier.apply("{\"ok\":true}"));
    assertEquals(HelloReply.ACCEPTED, classifier.apply("{\"ok\":\"true\"}"));
    assertEquals(HelloReply.OTHER, classifier.apply("{\"ok\":false}"));
    assertEquals(HelloReply.OTHER, classifier.apply("null"));
    assertEquals(HelloReply.OTHER, classifier.apply("{"));
    assertEquals(
        new HelloReply.Refused("c", ""), classifier.apply("{\"type\":\"error\",\"code\":\"c\"}"));
    assertThrows(UsageException.class, () -> WsVerb.classifier("=x"));
  }

  private String url() {
    return "ws://127.0.0.1:" + server.address().getPort() + "/any";
  }

  private WsHandler echo() {
    return new WsHandler() {
      @Override
      public void onText(WsConnection connection, String text) {
        received.add(text);
        connection.send(text);
      }
    };
  }
}

package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.acknowledge;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.Membership;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.json.Json;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.time.Deadline;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** Both ends together: a window of messages of which the broker cannot keep some for a while. */
class OrderedSenderOnBrokerTest {

  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int MESSAGES = 400;

  @TempDir Path folder;

  @Test
  void aDiskThatFailsForAWhileCostsNoMessageAndNoOrder() throws Exception {
    try (BrokerRig rig = BrokerRig.start(folder)) {
      rig.time.advance(Duration.between(rig.time.wallTime(), Instant.now()));
      TestPeer bravo = rig.member(BRAVO, "b");
      bravo.say("{\"type\":\"join_group\",\"name\":\"g\"}").drain();
      sql(
          "CREATE TRIGGER bad_sector BEFORE INSERT ON mail"
              + " WHEN NEW.client_message_id IN ('m50', 'm51', 'm300')"
              + " BEGIN SELECT RAISE(ABORT, 'bad sector'); END");
      BlockingQueue<String> settled = new LinkedBlockingQueue<>();
      DaemonBrokerClient client = client(rig);
      try (OrderedSender sender =
          new OrderedSender(client, MESSAGES, (message, result) -> settled.add(words(result)))) {
        for (int i = 0; i < MESSAGES; i++) {
          sender.submit(message(i));
        }
        awaitRefusal(rig);
        sql("DROP TRIGGER bad_sector");
        assertTrue(sender.awaitSettled(BOUND), () -> sender.unsettled() + " are undecided");
      } finally {
        client.close();
      }
      assertEquals(MESSAGES, settled.stream().filter("accepted"::equals).count());
      List<String> heard = new ArrayList<>();
      while (heard.size() < MESSAGES) {
        Json push = bravo.nextMail();
        byte[] text = Base64.getDecoder().decode(push.string("ciphertext"));
        heard.add(new String(text, StandardCharsets.UTF_8));
        bravo.say(acknowledge(push));
      }
      for (int i = 0; i < MESSAGES; i++) {
        assertEquals("t" + i, heard.get(i));
      }
      assertEquals(List.of(), bravo.drainMail());
    }
  }

  private static OutgoingMessage message(int i) {
    return new OutgoingMessage(
        "m" + i, new Target.ToGroup("g"), "t" + i, Priority.NOW, Optional.empty(), List.of());
  }

  private static String words(BrokerSendResult result) {
    return result instanceof BrokerSendResult.Accepted ? "accepted" : result.toString();
  }

  private static DaemonBrokerClient client(BrokerRig rig) throws Exception {
    Membership alpha =
        new Membership(
            rig.meshId, "test-mesh", rig.member(ALPHA).memberId(), ALPHA, rig.url().toString());
    DaemonBrokerClient client =
        DaemonBrokerClient.start(alpha, ClientOptions.defaults(), new ClientListener() {});
    client.awaitOpen(BOUND);
    return client;
  }

  private static void awaitRefusal(BrokerRig rig) throws Exception {
    URI page =
        URI.create(rig.url().toString().replace("ws://", "http://").replace("/ws", "/metrics"));
    HttpRequest request = HttpRequest.newBuilder(page).build();
    Deadline bound = Deadline.in(BOUND);
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!http.send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .contains("reason=\"not_stored\"")) {
        assertTrue(!bound.passed(), "nothing was refused");
      }
    }
  }

  private void sql(String command) throws Exception {
    try (Connection connection =
            JDBC.createConnection("jdbc:sqlite:" + folder.resolve("broker.db"), new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 20000");
      statement.execute(command);
    }
  }
}

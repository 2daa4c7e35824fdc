package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** What was sent behind a message that is refused for now does not overtake it. */
class OrderTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer alpha;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
    alpha = rig.member(ALPHA, "a");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private Json behind(Json message, Json before) {
    return message.toBuilder().put("afterId", before.string("id")).build();
  }

  private Json refused(Json message, String error) {
    Json ack = rig.send(alpha, message);
    assertFalse(ack.bool("queued", true), ack.toString());
    assertTrue(ack.string("error").startsWith(error), ack.toString());
    return ack;
  }

  private void taken(Json message) {
    Json ack = rig.send(alpha, message);
    assertTrue(ack.bool("queued", false), ack.toString());
  }

  @Test
  void whoComesMeanwhileDoesNotGetTheLaterMessagesFirst() {
    Json first = rig.message(SESSION.publicHex(), "1");
    Json second = behind(rig.message(SESSION.publicHex(), "2"), first);
    Json third = behind(rig.message(SESSION.publicHex(), "3"), second);
    refused(first, "no connected peer");
    TestPeer session = rig.session(BRAVO, SESSION);
    refused(second, "try_again:");
    refused(third, "try_again:");
    taken(rig.message(BRAVO.publicHex(), "another lane"));
    taken(rig.message(SESSION.publicHex(), "behind none"));
    taken(first);
    taken(second);
    taken(third);
    assertEquals(List.of("another lane", "behind none", "1", "2", "3"), texts(session.drainMail()));
  }

  @Test
  void aMessageBehindOneThatWasTakenOrRefusedForGoodIsTaken() {
    Json first = rig.message(BRAVO.publicHex(), "1");
    Json large = rig.message(BRAVO.publicHex(), "x".repeat(70_000));
    taken(first);
    taken(behind(rig.message(BRAVO.publicHex(), "2"), first));
    refused(large, "payload too large");
    taken(behind(rig.message(BRAVO.publicHex(), "3"), large));
  }

  @Test
  void whatTheStoreCannotWriteIsRefusedForNowAndNotOvertaken() throws Exception {
    TestPeer bravo = rig.member(BRAVO, "b");
    Json first = rig.message(BRAVO.publicHex(), "1");
    Json second = behind(rig.message(BRAVO.publicHex(), "2"), first);
    sql(
        "CREATE TRIGGER bad_sector BEFORE INSERT ON mail WHEN NEW.client_message_id = '"
            + first.string("id")
            + "' BEGIN SELECT RAISE(ABORT, 'bad sector'); END");
    refused(first, "try_again: ");
    refused(second, "try_again: ");
    sql("DROP TRIGGER bad_sector");
    refused(second, "try_again: ");
    taken(first);
    taken(second);
    assertEquals(List.of("1", "2"), texts(bravo.drainMail()));
  }

  @Test
  void aRefusalForTheRateInTheMiddleOfAWindowIsNotOvertaken() throws Exception {
    CountDownLatch turnstile = new CountDownLatch(1);
    rig.close();
    rig =
        BrokerRig.start(
            folder.resolve("slow"),
            options ->
                options.withRate(1, 1).withClock(options.clock(), span -> turnstile.await()));
    TestPeer bravo = rig.member(BRAVO, "b");
    for (int i = 20; i < 31; i++) { // one goes through, ten wait for one to ten seconds
      rig.session(ALPHA, BrokerRig.key("" + i)).say(rig.message(BRAVO.publicHex(), "others"));
    }
    awaitMetric("broker_messages_throttled_total 10");
    alpha = rig.member(ALPHA, "a");
    Json first = rig.message(BRAVO.publicHex(), "1");
    Json second = behind(rig.message(BRAVO.publicHex(), "2"), first);
    refused(first, "rate_limit:");
    rig.time.advance(Duration.ofSeconds(30)); // there would be room for it now
    refused(second, "try_again:");
    turnstile.countDown();
    taken(first);
    taken(second);
    List<String> heard = new ArrayList<>();
    while (heard.size() < 13) {
      heard.add(bravo.nextMail().string("ciphertext"));
    }
    assertEquals(List.of("1", "2"), heard.stream().filter(text -> !text.equals("others")).toList());
  }

  private void awaitMetric(String line) throws Exception {
    String page = rig.url().toString().replace("ws://", "http://").replace("/ws", "/metrics");
    HttpRequest request = HttpRequest.newBuilder(URI.create(page)).build();
    Deadline bound = Deadline.in(Duration.ofSeconds(60));
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (http.send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .noneMatch(line::equals)) {
        assertFalse(bound.passed(), "never came: " + line);
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

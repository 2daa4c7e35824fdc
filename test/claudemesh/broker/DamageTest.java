package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/**
 * A store that is damaged or cannot be written is said to be so, by a broker that starts or runs.
 */
class DamageTest {

  private static final int PAGE = 4_096;

  @TempDir Path folder;
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private Path file() {
    return folder.resolve("broker.db");
  }

  private HttpResponse<String> ready() throws Exception {
    String page = rig.url().toString().replace("ws://", "http://").replace("/ws", "/health/ready");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(page)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private void muchMail() {
    TestPeer alpha = rig.member(ALPHA, "a");
    String text = "x".repeat(20_000);
    for (int i = 0; i < 60; i++) {
      rig.send(alpha, BRAVO.publicHex(), text);
    }
  }

  /** Overwrites every page but the first few. */
  private void spoil() throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
      byte[] noise = new byte[PAGE];
      Arrays.fill(noise, (byte) 0xA5);
      for (long at = 12L * PAGE; at + PAGE <= out.length(); at += PAGE) {
        out.seek(at);
        out.write(noise);
      }
    }
  }

  @Test
  void aBrokerDoesNotStartOnADamagedStoreAndNamesIt() throws IOException {
    muchMail();
    rig.broker.close();
    spoil();
    IOException refused = assertThrows(IOException.class, () -> rig.restart());
    assertTrue(refused.getMessage().contains(file() + " is damaged"), refused.getMessage());
  }

  @Test
  void aRunningBrokerThatMeetsDamageSaysSoAndStaysForWhoIsThere() throws Exception {
    muchMail();
    rig.restart();
    assertEquals(200, ready().statusCode());
    spoil();
    TestPeer bravo = rig.member(BRAVO, "b"); // its mail cannot be read, yet it is welcome
    assertEquals("peers_list", bravo.ask(frame("list_peers")).string("type"));
    HttpResponse<String> answer = ready();
    assertEquals(503, answer.statusCode());
    Json why = Json.parseObject(answer.body());
    assertEquals("failing", why.string("status"));
    assertTrue(why.string("why").startsWith("the store could not"), why.toString());
  }

  @Test
  void aBrokerThatCannotWriteIsNotReadyUntilItCanAgain() throws Exception {
    TestPeer alpha = rig.member(ALPHA, "a");
    sql(
        "CREATE TRIGGER full_disk BEFORE INSERT ON mail"
            + " BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    Json refused = rig.send(alpha, BRAVO.publicHex(), "x");
    assertTrue(refused.string("error").contains("disk is full"), refused.toString());
    assertEquals(503, ready().statusCode());
    sql("DROP TRIGGER full_disk");
    assertTrue(rig.send(alpha, BRAVO.publicHex(), "y").bool("queued", false));
    assertEquals(200, ready().statusCode());
  }

  private void sql(String command) throws Exception {
    try (Connection connection = JDBC.createConnection("jdbc:sqlite:" + file(), new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 20000");
      statement.execute(command);
    }
  }
}

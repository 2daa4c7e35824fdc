package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.ClientListener;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.SessionBrokerClient;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of each connection that the daemon tells, over a real daemon and a real broker. */
final class ConnectionsTest {

  private static final String TOKEN = DaemonRig.token(1);

  @TempDir Path folder;
  private DaemonRig rig;
  private String session;

  @BeforeEach
  void twoMeshesAndASessionOnOne() throws Exception {
    rig = DaemonRig.start(folder, "rig", "other");
    session = rig.register(TOKEN, "rig", "one");
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private List<Json> rows(String mesh) throws DaemonException {
    return rig.client().get("/v1/connections", "mesh", mesh).list("connections");
  }

  private Json row(String pubkey) throws DaemonException {
    return rows(null).stream()
        .filter(row -> row.string("pubkey").equals(pubkey))
        .findFirst()
        .orElseThrow();
  }

  private static Json message(String to, String text) {
    return Json.object().put("to", to).put("message", text).build();
  }

  @Test
  void eachConnectionCountsItsOwnMailInBothDirections() throws Exception {
    SessionBrokerClient bravo =
        rig.session(rig.member("rig", "bravo"), "bravo-one", new ClientListener() {});
    String member = rig.mesh("rig").keys().publicHex();
    for (String text : List.of("first", "second")) {
      bravo.send(OutgoingMessage.of(new Target.Peer(session), text)).get(50, TimeUnit.SECONDS);
    }
    DaemonRig.await("both to be unread", () -> row(session).number("unread") == 2);
    assertEquals(2, row(session).number("received"));
    assertEquals(0, row(member).number("received") + row(member).number("unread"));

    rig.client(TOKEN).post("/v1/send", message("*", "to all"));
    DaemonRig.await("it to be taken", () -> row(session).number("sent") == 1);
    DaemonRig.await("nothing to wait", () -> row(session).number("outbox") == 0);
    assertEquals(0, row(member).number("sent"));

    rig.client(TOKEN).get("/v1/inbox");
    assertEquals(0, row(session).number("unread"));
    assertEquals("session", row(session).string("kind"));
    assertEquals("one", row(session).string("name"));
  }

  @Test
  void whatWaitsForABrokerThatIsAwayIsCountedWithHowItEnded() throws Exception {
    assertFalse(row(session).has("last_ending"), row(session).toString());
    assertEquals(1, row(session).number("opened"));
    rig.broker.close();
    DaemonRig.await("the session to be cut off", () -> row(session).has("last_ending"));
    rig.client(TOKEN).post("/v1/send", message("*", "later"));
    assertEquals(1, row(session).number("outbox"));
    Json ending = row(session).get("last_ending").orElseThrow();
    assertTrue(!ending.string("words").isEmpty(), ending.toString());
    assertFalse(row(session).string("status").equals("open"));
  }

  @Test
  void aMeshCanBeAskedForAloneAndTheClockOnlyGoesForward() throws Exception {
    assertEquals(3, rows(null).size());
    assertEquals(1, rows("other").size());
    assertEquals(0, rows("nope").size());
    assertFalse(rows(null).toString().contains(TOKEN), "no token is told");
    Json first = rig.client().get("/v1/connections");
    Json second = rig.client().get("/v1/connections");
    assertTrue(first.number("clock_ms") <= second.number("clock_ms"));
    assertEquals(first.string("started_at"), second.string("started_at"));
  }
}

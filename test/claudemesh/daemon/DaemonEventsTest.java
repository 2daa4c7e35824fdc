package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.ClientListener;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.SessionBrokerClient;
import claudemesh.http.SseEvent;
import claudemesh.http.UnixEvents;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower of the daemon's events hears, and what it misses without losing it. */
class DaemonEventsTest {

  private static final String ONE = DaemonRig.token(1);
  private static final String TWO = DaemonRig.token(2);

  @TempDir Path folder;
  private DaemonRig rig;
  private SessionBrokerClient bravo;
  private String one;
  private String two;

  @BeforeEach
  void start() throws Exception {
    rig = DaemonRig.start(folder, "rig");
    one = rig.register(ONE, "rig", "one");
    two = rig.register(TWO, "rig", "two");
    bravo = rig.session(rig.member("rig", "bravo"), "bravo-one", new ClientListener() {});
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private void tell(String key, String text) throws Exception {
    bravo.send(OutgoingMessage.of(new Target.Peer(key), text)).get(50, TimeUnit.SECONDS);
  }

  private static SseEvent nextOf(UnixEvents events, String kind) throws Exception {
    SseEvent event = events.next().orElseThrow();
    while (!event.event().equals(kind)) {
      event = events.next().orElseThrow();
    }
    return event;
  }

  private static String body(SseEvent event) {
    return Json.parseObject(event.data()).string("body");
  }

  @Test
  void aMessageIsToldAsDeployedDaemonsTellIt() throws Exception {
    String recorded =
        Files.readAllLines(Path.of("test/data/ipc/events.txt")).stream()
            .filter(line -> line.startsWith("data: "))
            .findFirst()
            .orElseThrow()
            .substring("data: ".length());
    try (UnixEvents events = rig.client(ONE).events(null)) {
      tell(one, "sse test");
      Json ours = Json.parseObject(nextOf(events, "message").data());
      List<String> expected = Json.parseObject(recorded).names();
      List<String> actual = new ArrayList<>(ours.names());
      actual.retainAll(expected);
      assertEquals(expected, actual);
      assertEquals("sse test", ours.string("body"));
      assertEquals(one, ours.string("recipient_pubkey"));
      assertEquals("session", ours.string("recipient_kind"));
      assertTrue(ours.string("ts").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"));
    }
  }

  @Test
  void nobodyHearsOfAnothersMail() throws Exception {
    try (UnixEvents ofOne = rig.client(ONE).events(null);
        UnixEvents ofMember = rig.client().events(null);
        UnixEvents ofAll = rig.client().events(null, "scope", "all")) {
      tell(two, "for two");
      tell(one, "for one");
      tell(rig.mesh("rig").keys().publicHex(), "for the member");
      assertEquals("for one", body(nextOf(ofOne, "message")));
      assertEquals("for the member", body(nextOf(ofMember, "message")));
      assertEquals("for two", body(nextOf(ofAll, "message")));
    }
  }

  @Test
  void whoComesBackHearsWhatItMissedAndNothingTwice() throws Exception {
    String last;
    try (UnixEvents events = rig.client(ONE).events(null)) {
      tell(one, "first");
      last = nextOf(events, "message").id();
    }
    for (int i = 0; i < 300; i++) {
      tell(one, "missed " + i);
    }
    try (UnixEvents events = rig.client(ONE).events(last)) {
      for (int i = 0; i < 300; i++) {
        assertEquals("missed " + i, body(nextOf(events, "message")));
      }
      tell(one, "live");
      assertEquals("live", body(nextOf(events, "message")));
    }
  }

  @Test
  void whoComesBackAfterARestartHearsOfTheGap() throws Exception {
    String last;
    try (UnixEvents events = rig.client(ONE).events(null)) {
      tell(one, "first");
      last = nextOf(events, "message").id();
    }
    rig.daemon.close();
    rig.startDaemon();
    try (UnixEvents events = rig.client(ONE).events(last)) {
      assertEquals("gap", events.next().orElseThrow().event());
    }
    try (UnixEvents events = rig.client(ONE).events("from-elsewhere")) {
      assertEquals("gap", events.next().orElseThrow().event());
    }
  }

  @Test
  void aDaemonThatEndsEndsItsStreams() throws Exception {
    try (UnixEvents events = rig.client(ONE).events(null)) {
      rig.daemon.close();
      while (events.next().isPresent()) {
        // what was told before the end
        continue;
      }
      assertTrue(Files.notExists(rig.socket()), "the socket's file stays behind");
    }
  }
}

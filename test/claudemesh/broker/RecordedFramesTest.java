package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployed clients are answered as a deployed broker did, where ours does not promise better. */
class RecordedFramesTest {

  private static final Path WIRE = Path.of("test/data/wire");

  // Where ours promises better (protocol.md §9), or the next step of the broker is needed.
  private static final String UNKNOWN_TOPIC = "b-mwt1pw1q-10";
  private static final String OFFLINE_MEMBER = "m-mwt1pxb2-15";
  private static final String BLOCKED_BY_GRANTS = "m-mwt1q2yp-19";
  private static final String REPEATED = "jkGKKDxT";

  private static final int TO_THE_END = Integer.MAX_VALUE;

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

  private void replay(String file, int last, int atLeast, Predicate<Json> differs)
      throws IOException {
    int fitted = new Replay(rig, differs).play(WIRE.resolve(file), last);
    assertTrue(fitted >= atLeast, fitted + " answers fitted, expected " + atLeast);
  }

  private static Json frame(Json event) {
    return event.get("frame").orElse(Json.object().build());
  }

  private static boolean isAckOf(Json event, String id) {
    Json frame = frame(event);
    return frame.string("type", "").equals("ack")
        && !frame.has("_reqId")
        && frame.string("id").equals(id);
  }

  private static boolean isMailWithoutId(Json event) {
    Json frame = frame(event);
    return frame.string("type", "").equals("push")
        && !frame.has("client_message_id")
        && !frame.has("subtype");
  }

  @Test
  void hellos() throws IOException {
    // The same sessionId comes back silently here; the end is about second hellos on one socket.
    replay(
        "a_hello.jsonl",
        33,
        8,
        event ->
            frame(event).string("event", "").equals("peer_joined") && event.number("t") > 1_200);
  }

  @Test
  void sessionHellos() throws IOException {
    replay("b_session_hello.jsonl", 36, 16, event -> false);
  }

  @Test
  void peerLists() throws IOException {
    replay("c_list_peers.jsonl", TO_THE_END, 20, event -> false);
  }

  @Test
  void directMessages() throws IOException {
    // A send without any id has nothing to be answered by; an id too short is as unknown as any.
    replay(
        "d_dm.jsonl",
        TO_THE_END,
        30,
        event ->
            isAckOf(event, "")
                || isMailWithoutId(event)
                || frame(event).string("code", "").equals("invalid_argument"));
  }

  @Test
  void broadcastsAndGroups() throws IOException {
    replay(
        "e_broadcast_groups.jsonl",
        TO_THE_END,
        50,
        event ->
            isAckOf(event, UNKNOWN_TOPIC)
                || isAckOf(event, OFFLINE_MEMBER)
                || isAckOf(event, BLOCKED_BY_GRANTS)
                || frame(event).string("messageId", "").startsWith(REPEATED));
  }

  @Test
  void stateAndMemory() throws IOException {
    // What follows is of types that this broker does not know, and says so.
    replay("g_state_memory_misc.jsonl", 71, 30, event -> false);
  }

  @Test
  void kicksAndBans() throws IOException {
    // Then come kicks of all and of the stale, which are not in protocol.md.
    replay("h_kick_ban.jsonl", 55, 25, event -> false);
  }
}

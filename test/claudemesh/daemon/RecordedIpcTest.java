package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.ClientListener;
import claudemesh.client.Membership;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployed clients use our daemon unchanged: every request that one once made of a deployed daemon
 * gets the recorded status, and the recorded fields in the recorded order. Values are the same but
 * for those that differ from run to run; ours may have further fields.
 */
class RecordedIpcTest {

  private static final Path RECORDED = Path.of("test/data/ipc/http.txt");
  private static final String ALPHA_ONE =
      "7049d5c840a5c89db363524a2d5227c383e7f466b78547ed9bca124d42bd8da8";
  private static final Set<String> FREE =
      Set.of(
          "daemon_version",
          "pid",
          "sessionId",
          "pubkey",
          "memberPubkey",
          "sessionPubkey",
          "parentMemberPubkey",
          "signature",
          "expiresAt",
          "registeredAt",
          "registered_at",
          "startTime",
          "connectedAt",
          "updatedAt",
          "hostname",
          "channel",
          "peerType",
          "cwd",
          "id",
          "client_message_id",
          "broker_message_id",
          "enqueued_at",
          "next_attempt_at",
          "delivered_at",
          "payload_bytes",
          "displayName",
          "peerRole",
          "detail",
          "updatedBy");

  /**
   * Promised otherwise: protocol.md §8 has 400 for what is not JSON, and secrets are never shown.
   */
  private static final Map<String, Integer> OTHER_STATUS =
      Map.of("POST /v1/send [] {bad", 400, "POST /v1/memory [] {\"content\":\"ipc memory\"}", 200);

  private static final Set<String> SECRET = Set.of("sessionSecretKey");

  @TempDir Path folder;

  @Test
  void everyRecordedRequestIsAnsweredAsRecorded() throws Exception {
    List<RecordedRequest> requests = RecordedRequest.read(RECORDED);
    assertEquals(37, requests.size());
    try (DaemonRig rig = DaemonRig.start(folder, "rig")) {
      Membership bravo = rig.member("rig", "bravo");
      rig.session(bravo, "bravo-one", new ClientListener() {});
      rig.client()
          .post(
              "/v1/sessions/register",
              rig.registration(ALPHA_ONE, "rig", "alpha-one", Ed25519KeyPair.generate()));
      rig.client().post("/v1/send", send("bravo-one", "an earlier"));
      awaitDone(rig, "earlier");
      for (RecordedRequest request : requests) {
        prepare(rig, request);
        check(request, ask(rig, request));
      }
    }
  }

  private static Json send(String to, String message) {
    return Json.object()
        .put("to", to)
        .put("message", message)
        .put("client_message_id", "earlier")
        .build();
  }

  private static void awaitDone(DaemonRig rig, String id) throws Exception {
    DaemonRig.await(
        id + " to be done",
        () ->
            rig.client()
                .get("/v1/outbox/" + id)
                .get("item")
                .orElseThrow()
                .string("status")
                .equals("done"));
  }

  /** What had happened before a request, when it was recorded. */
  private static void prepare(DaemonRig rig, RecordedRequest request) throws Exception {
    if (request.target().equals("/v1/state") && request.method().equals("GET")) {
      rig.client().post("/v1/state", Json.object().put("key", "k1").put("value", "v1").build());
      DaemonRig.await("k1", () -> !rig.client().get("/v1/state").list("entries").isEmpty());
    }
    if (request.answer().has("duplicate")) {
      awaitDone(rig, "idem-1");
    }
  }

  private static RawHttp.Answer ask(DaemonRig rig, RecordedRequest request) throws Exception {
    RawHttp raw =
        request.overTcp()
            ? RawHttp.tcp(
                rig.daemon.tcpAddress().orElseThrow().getPort(), request.method(), request.target())
            : RawHttp.unix(rig.socket(), request.method(), request.target());
    for (String header : request.headers()) {
      raw = raw.with(withOurToken(rig, header));
    }
    return raw.withBody(request.body()).ask();
  }

  private static String withOurToken(DaemonRig rig, String header) throws Exception {
    boolean good = header.startsWith("Authorization: Bearer ") && !header.endsWith(" wrong");
    return good
        ? "Authorization: Bearer "
            + Files.readString(DaemonFolder.in(rig.config).localToken()).strip()
        : header;
  }

  private static void check(RecordedRequest request, RawHttp.Answer answer) {
    Integer other = OTHER_STATUS.get(request.toString());
    assertEquals(
        other == null ? request.status() : other,
        answer.status(),
        request + " was answered " + answer.text());
    assertTrue(answer.head().contains("\r\nContent-Type: application/json\r\n"), answer.head());
    if (other == null) {
      compare(request.answer(), answer.json(), request.toString());
    }
    for (String secret : SECRET) {
      assertFalse(answer.text().contains(secret), answer.text());
    }
  }

  private static void compare(Json recorded, Json ours, String where) {
    List<String> expected = new ArrayList<>(recorded.names());
    expected.removeAll(SECRET);
    List<String> actual = new ArrayList<>(ours.names());
    actual.retainAll(expected);
    assertEquals(expected, actual, where + ": the fields of " + ours);
    for (String field : expected) {
      compareValue(recorded, ours, field, where + " ." + field);
    }
  }

  private static void compareValue(Json recorded, Json ours, String field, String where) {
    Json expected = recorded.get(field).orElse(null);
    Json actual = ours.get(field).orElse(null);
    assertEquals(expected == null, actual == null, where + ": null or not, in " + ours);
    if (expected == null) {
      return;
    }
    boolean objects = expected.toString().startsWith("[{");
    if (expected.isObject()) {
      compare(expected, actual, where);
    } else if (objects) {
      assertFalse(actual.asList().isEmpty(), where + " is empty");
      compare(expected.asList().getFirst(), actual.asList().getFirst(), where);
    } else if (FREE.contains(field)) {
      assertEquals(expected.isString(), actual.isString(), where + ": a string or not, in " + ours);
    } else {
      assertEquals(expected, actual, where);
    }
  }
}

package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.JsonException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame that was recorded on the deployed system. */
class RecordedFramesTest {

  /** Sent to see what a broker does with garbage; what our codec says of each. */
  private static final Map<String, String> BAD =
      Map.ofEntries(
          Map.entry("d_dm.jsonl:63", "priority: expected now, next or low, found another word"),
          Map.entry("f_errors.jsonl:75", "meshId: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:81", "memberId: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:87", "pubkey: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:99", "sessionId: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:105", "pid: expected a whole number, found nothing"),
          Map.entry("f_errors.jsonl:111", "cwd: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:135", "not JSON: Expected name at 1:2"),
          Map.entry("f_errors.jsonl:141", "expected a JSON object, found a number"),
          Map.entry("f_errors.jsonl:142", "expected a JSON object, found null"),
          Map.entry("f_errors.jsonl:143", "expected a JSON object, found an array"),
          Map.entry("f_errors.jsonl:164", "not JSON: Expected name at 1:2"),
          Map.entry("f_errors.jsonl:167", "targetSpec: expected a string, found nothing"),
          Map.entry("f_errors.jsonl:168", "query: expected a string, found nothing"));

  /** Types that deployed brokers have and this program leaves alone. */
  private static final Set<String> LEFT_ALONE =
      Set.of(
          "apikey_create",
          "apikey_created",
          "apikey_list",
          "apikey_list_response",
          "audit_query",
          "audit_result",
          "audit_verify",
          "audit_verify_result",
          "bogus",
          "clock_status",
          "context_list",
          "context_shared",
          "create_task",
          "file_list",
          "get_clock",
          "get_skill",
          "list_contexts",
          "list_files",
          "list_scheduled",
          "list_skills",
          "list_streams",
          "list_tasks",
          "list_webhooks",
          "mcp_catalog",
          "mcp_catalog_result",
          "mcp_list",
          "mcp_list_result",
          "mesh_info",
          "mesh_info_result",
          "scheduled_list",
          "share_context",
          "share_skill",
          "skill_ack",
          "skill_data",
          "skill_list",
          "stream_list",
          "task_created",
          "task_list",
          "vault_list",
          "vault_list_result",
          "watch_list",
          "watch_list_result",
          "webhook_list",
          "");

  /** Fields of known types that are read past. */
  private static final Map<String, Set<String>> READ_PAST =
      Map.ofEntries(
          Map.entry(
              "hello_ack",
              Set.of("memberProfile", "meshPolicy", "services", "lastSeenAt", "restoredStats")),
          Map.entry("hello", Set.of("protocolVersion", "capabilities")),
          Map.entry("session_hello", Set.of("protocolVersion", "capabilities")),
          Map.entry("kick", Set.of("stale", "all")),
          Map.entry("send", Set.of("_reqId", "_rawLen")),
          // These have no reply, so nobody needs the correlation id that some clients put there.
          Map.entry("set_status", Set.of("_reqId")),
          Map.entry("set_summary", Set.of("_reqId")),
          Map.entry("set_stats", Set.of("_reqId")),
          Map.entry("set_state", Set.of("_reqId")),
          Map.entry("join_group", Set.of("_reqId")),
          Map.entry("leave_group", Set.of("_reqId")));

  static List<String> files() {
    return Recording.files();
  }

  private static List<Recording> good(String file) {
    return Recording.of(file).stream().filter(frame -> !BAD.containsKey(place(frame))).toList();
  }

  private static String place(Recording frame) {
    return frame.file() + ":" + frame.line();
  }

  @Test
  void theRecordingsAreThere() {
    assertEquals(12, files().size());
    assertEquals(718, Recording.all().count());
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyFrameIsReadButTheDeliberatelyBadOnes(String file) {
    for (Recording frame : Recording.of(file)) {
      String bad = BAD.get(place(frame));
      if (bad == null) {
        frame.decode();
      } else {
        assertEquals(
            bad, assertThrows(JsonException.class, frame::decode, place(frame)).getMessage());
      }
    }
  }

  @Test
  void everyBadFrameIsStillWhereTheListSays() {
    Set<String> places = Recording.all().map(RecordedFramesTest::place).collect(Collectors.toSet());
    assertTrue(places.containsAll(BAD.keySet()));
  }

  @ParameterizedTest
  @MethodSource("files")
  void whatIsReadIsWrittenAndReadTheSame(String file) {
    for (Recording frame : good(file)) {
      Message message = frame.decode();
      String again = MessageCodec.encode(message);
      Message back =
          frame.fromClient()
              ? MessageCodec.decodeFromClient(again)
              : MessageCodec.decodeFromBroker(again);
      assertEquals(message, back, frame::toString);
      assertEquals(again, MessageCodec.encode(back), frame::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void whatIsWrittenHasTheFieldsAndValuesRecorded(String file) {
    for (Recording frame : good(file)) {
      if (LEFT_ALONE.contains(frame.type())) {
        continue;
      }
      Map<String, Object> recorded = Canonical.of(frame.text());
      recorded.keySet().removeAll(READ_PAST.getOrDefault(frame.type(), Set.of()));
      adapt(frame.type(), recorded);
      assertEquals(recorded, Canonical.of(MessageCodec.encode(frame.decode())), frame::toString);
    }
  }

  // What we say more than, or other than, was recorded; one case a type.
  private static void adapt(String type, Map<String, Object> recorded) {
    switch (type) {
      case "hello_ack" -> recorded.putIfAbsent("restored", "literal false");
      case "hello" -> {
        if ("".equals(recorded.get("sessionPubkey"))) {
          recorded.remove("sessionPubkey"); // f7b: counts as none
        }
        if (recorded.get("timestamp") instanceof String text && !text.startsWith("literal ")) {
          recorded.remove("timestamp"); // f3e: refused as timestamp_skew, like a missing one
        }
        recorded.putIfAbsent("signature", "");
      }
      case "session_hello" -> adaptSessionHello(recorded);
      case "push" -> {
        if (recorded.get("eventData") instanceof Map<?, ?> data) {
          recorded.put("eventData", adaptedEvent(data));
        }
      }
      case "peers_list" -> recorded.put("peers", adaptedRows((List<?>) recorded.get("peers")));
      case "remember" -> recorded.putIfAbsent("tags", List.of());
      case "send" -> recorded.putIfAbsent("priority", "next");
      case "kick", "ban" -> recorded.putIfAbsent("target", "");
      default -> {}
    }
    if (type.equals("send")) {
      recorded.putIfAbsent("id", ""); // d_dm:49, and its ack had an empty one too
      recorded.putIfAbsent("client_message_id", recorded.get("id"));
    }
  }

  private static void adaptSessionHello(Map<String, Object> recorded) {
    recorded.putIfAbsent("parentMemberPubkey", "");
    if (recorded.get("parentAttestation") instanceof Map<?, ?> attestation) {
      Map<Object, Object> adapted = new TreeMap<>(attestation);
      if (!String.valueOf(adapted.get("expiresAt")).startsWith("literal ")) {
        adapted.remove("expiresAt"); // s7: refused as malformed, like a missing one
      }
      recorded.put("parentAttestation", adapted);
    }
  }

  private static Map<Object, Object> adaptedEvent(Map<?, ?> data) {
    Map<Object, Object> adapted = new TreeMap<>(data);
    adapted.keySet().removeAll(Set.of("lastSeenAt", "summary"));
    adapted.putIfAbsent("groups", List.of());
    return adapted;
  }

  private static List<Object> adaptedRows(List<?> rows) {
    return rows.stream()
        .map(
            row -> {
              Map<Object, Object> adapted = new TreeMap<>((Map<?, ?>) row);
              Object role = adapted.getOrDefault("peerRole", "session");
              adapted.put("role", role); // ours go out under both names
              adapted.put("peerRole", role);
              return (Object) adapted;
            })
        .toList();
  }

  @Test
  void typesThatAreLeftAloneAreUnknownAndKeepTheirCorrelation() {
    Set<String> seen = new TreeSet<>();
    Recording.all()
        .filter(frame -> frame.isObject() && LEFT_ALONE.contains(frame.type()))
        .forEach(
            frame -> {
              seen.add(frame.type());
              Message message = frame.decode();
              assertTrue(
                  message instanceof BrokerMessage.Unknown
                      || message instanceof ClientMessage.Unknown,
                  frame::toString);
              assertEquals(frame.json().optionalString("_reqId"), message.reqId());
            });
    assertEquals(new TreeSet<>(LEFT_ALONE), seen);
  }

  @Test
  void everyOtherTypeIsKnown() {
    Recording.all()
        .filter(frame -> frame.isObject() && !LEFT_ALONE.contains(frame.type()))
        .filter(frame -> !BAD.containsKey(place(frame)))
        .forEach(
            frame -> {
              Message message = frame.decode();
              assertFalse(message instanceof BrokerMessage.Unknown, frame::toString);
              assertFalse(message instanceof ClientMessage.Unknown, frame::toString);
            });
  }

  @Test
  void theFirstDirectMessageIsReadFieldByField() {
    BrokerMessage.Push push =
        Recording.of("d_dm.jsonl").stream()
            .filter(frame -> frame.line() == 11)
            .map(frame -> assertInstanceOf(BrokerMessage.Push.class, frame.decode()))
            .findFirst()
            .orElseThrow();
    assertEquals("NMUn65eGYPLidCCyaS6IQifQCpG6CJPl", push.messageId());
    assertEquals("m-mwt1pkcw-1", push.identity());
    assertEquals(Priority.NOW, push.priority());
    assertEquals("LpCfpM+S8a52FUd232HjbLinateZdn9C", push.nonce());
    assertEquals("2026-11-23T09:10:36.371Z", push.createdAt());
    assertEquals(Optional.of("ab".repeat(32)), push.requestFingerprint());
    assertEquals(Optional.empty(), push.senderName());
    assertEquals(Optional.empty(), push.targetSpec());
  }

  @Test
  void anOldBrokersRowsHaveNoRoleAndReadAsSessions() {
    List<PeerSummary> rows = rows("old-c_list_peers.jsonl");
    assertEquals(5, lists("old-c_list_peers.jsonl").size());
    assertTrue(rows.size() > 10);
    assertTrue(rows.stream().allMatch(row -> row.role().equals("session")));
    assertTrue(rows.stream().noneMatch(PeerSummary::isControlPlane));
  }

  @Test
  void aNewerBrokersRowsHavePeerRoles() {
    List<PeerSummary> rows = rows("c_list_peers.jsonl");
    assertTrue(rows.stream().anyMatch(PeerSummary::isControlPlane));
    for (PeerSummary row : rows) {
      boolean member = row.pubkey().equals(row.memberPubkey());
      assertEquals(member ? "control-plane" : "session", row.role());
    }
  }

  private static List<BrokerMessage.PeersList> lists(String file) {
    return Recording.of(file).stream()
        .filter(frame -> frame.type().equals("peers_list"))
        .map(frame -> (BrokerMessage.PeersList) frame.decode())
        .toList();
  }

  private static List<PeerSummary> rows(String file) {
    return lists(file).stream().flatMap(list -> list.peers().stream()).toList();
  }
}

package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests beside mail (protocol.md §6), and what is answered to nonsense (§9). */
class RequestTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer alpha;
  private TestPeer bravo;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder);
    alpha = rig.member(ALPHA, "a");
    bravo = rig.member(BRAVO, "b");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Json setState(String key, String value) {
    return frame("set_state").toBuilder().put("key", key).put("value", Json.parse(value)).build();
  }

  private static Json getState(String key) {
    return frame("get_state").toBuilder().put("key", key).build();
  }

  private static Json remember(String content, String... tags) {
    return frame("remember").toBuilder()
        .put("content", content)
        .put("tags", Json.strings(List.of(tags)))
        .build();
  }

  private static List<String> recalled(TestPeer peer, String query) {
    return peer
        .ask(frame("recall").toBuilder().put("query", query).build())
        .list("memories")
        .stream()
        .map(memory -> memory.string("content"))
        .toList();
  }

  private static Json row(TestPeer peer, String pubkey) {
    return peer.ask(frame("list_peers")).list("peers").stream()
        .filter(row -> row.string("pubkey").equals(pubkey))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void stateIsSharedAndOthersHearOfIt() {
    alpha.say(setState("k1", "{\"x\":1}"));
    Json change = bravo.next("state_change");
    assertEquals("k1", change.string("key"));
    assertEquals("{\"x\":1}", change.get("value").orElseThrow().toString());
    assertEquals("alpha", change.string("updatedBy"));
    Json result = bravo.ask(getState("k1"));
    assertEquals("state_result", result.string("type"));
    assertEquals("{\"x\":1}", result.get("value").orElseThrow().toString());
    assertEquals("2026-03-01T12:00:00.123Z", result.string("updatedAt"));
    bravo.say(setState("k2", "\"str\""));
    Json list = bravo.ask(frame("list_state"));
    assertEquals(
        List.of("k1", "k2"),
        list.list("entries").stream().map(entry -> entry.string("key")).toList());
    assertTrue(alpha.drain().stream().noneMatch(each -> each.string("key", "").equals("k1")));
  }

  @Test
  void aMissingKeyHasANullValue() {
    Json result = alpha.ask(getState("nope"));
    assertTrue(result.names().contains("value"));
    assertFalse(result.has("value"));
    assertEquals("", result.string("updatedBy"));
  }

  @Test
  void nullClearsAKeyOnce() {
    alpha.say(setState("k", "1"));
    bravo.next("state_change");
    alpha.say(setState("k", "null")).say(setState("k", "null")).drain();
    List<Json> heard = bravo.drain();
    assertEquals(1, heard.size());
    assertFalse(heard.getFirst().has("value"));
    assertFalse(bravo.ask(getState("k")).has("value"));
  }

  @Test
  void memoryIsRememberedRecalledAndForgotten() {
    Json stored = alpha.ask(remember("The deploy key lives in vault", "ops"));
    assertEquals("memory_stored", stored.string("type"));
    alpha.ask(remember("no tags here"));
    Json found =
        bravo
            .ask(frame("recall").toBuilder().put("query", "DEPLOY").build())
            .list("memories")
            .getFirst();
    assertEquals(stored.string("id"), found.string("id"));
    assertEquals("alpha", found.string("rememberedBy"));
    assertEquals(List.of("ops"), found.stringList("tags"));
    assertEquals(List.of("The deploy key lives in vault"), recalled(bravo, "ops key"));
    assertEquals(List.of(), recalled(bravo, "zzz"));
    assertEquals(2, recalled(bravo, "").size());
    Json ack = alpha.ask(frame("forget").toBuilder().put("memoryId", stored.string("id")).build());
    assertEquals("ack", ack.string("type"));
    assertEquals(stored.string("id"), ack.string("id"));
    assertEquals(List.of(), recalled(bravo, "deploy"));
    Json again = alpha.ask(frame("forget").toBuilder().put("memoryId", "unknown").build());
    assertEquals("ack", again.string("type"));
  }

  @Test
  void aProfileIsMergedAndShown() {
    Json ack =
        alpha.ask(frame("set_profile").toBuilder().put("title", "T").put("bio", "B").build());
    assertEquals("ack", ack.string("type"));
    assertFalse(ack.bool("queued", true));
    alpha.ask(frame("set_profile").toBuilder().put("bio", "C").put("role", "lead").build());
    Json profile = row(bravo, ALPHA.publicHex()).get("profile").orElseThrow();
    assertEquals("T", profile.string("title"));
    assertEquals("C", profile.string("bio"));
    assertEquals("lead", profile.string("role"));
    assertEquals(List.of("title", "bio", "role"), profile.names());
  }

  @Test
  void statsAndGroupsAreShown() {
    alpha.say(
        frame("set_stats").toBuilder()
            .put("stats", Json.parse("{\"messagesIn\":5,\"uptime\":4}"))
            .build());
    alpha.say(frame("join_group").toBuilder().put("name", "dev").put("role", "lead").build());
    alpha.drain();
    Json row = row(bravo, ALPHA.publicHex());
    assertEquals(5, row.get("stats").orElseThrow().number("messagesIn"));
    assertEquals("[{\"name\":\"dev\",\"role\":\"lead\"}]", row.get("groups").get().toString());
  }

  private void isError(Json request, String code) {
    Json error = alpha.ask(request);
    assertEquals("error", error.string("type"), error.toString());
    assertEquals(code, error.string("code"), error.toString());
    assertTrue(alpha.isOpen());
  }

  @Test
  void whatIsNotKnownOrNotReadableGetsAnErrorAndTheConnectionStays() {
    isError(frame("bogus"), "unknown_message_type");
    isError(frame("mesh_info"), "unknown_message_type");
    isError(Json.object().put("frame", Json.object().build()).build(), "unknown_message_type");
    isError(frame("set_status").toBuilder().put("status", "sleeping").build(), "invalid");
    isError(frame("recall"), "malformed");
    isError(frame("message_status").toBuilder().put("messageId", "short").build(), "not_found");
    isError(frame("set_summary").toBuilder().put("summary", "x".repeat(2_001)).build(), "invalid");
    isError(frame("set_stats").toBuilder().put("stats", Json.of("many")).build(), "invalid");
    isError(setState("k".repeat(257), "1"), "invalid");
    for (String text : List.of("{nope", "42", "null", "[]", "")) {
      assertEquals("malformed", alpha.say(text).next("error").string("code"), text);
    }
  }

  @Test
  void anErrorAboutASendCarriesItsId() {
    Json error = alpha.ask(frame("send").toBuilder().put("id", "q1").build());
    assertEquals("malformed", error.string("code"));
    assertEquals("q1", error.string("id"));
    Json urgent = rig.message("*", "x").toBuilder().put("priority", "urgent").build();
    alpha.say(urgent);
    assertEquals(urgent.string("id"), alpha.next("error").string("id"));
  }

  @Test
  void everythingKeptIsBounded() {
    for (int i = 0; i < 64; i++) {
      alpha.say(frame("join_group").toBuilder().put("name", "g" + i).build());
    }
    isError(frame("join_group").toBuilder().put("name", "one more").build(), "too_many");
    for (int i = 0; i < 1_000; i++) {
      alpha.say(setState("k" + i, "1"));
    }
    isError(setState("one more", "1"), "too_many");
    alpha.ask(getState("k1"));
    String[] tags = IntStream.range(0, 34).mapToObj(Integer::toString).toArray(String[]::new);
    isError(remember("text", tags), "too_many");
  }

  @Test
  void aFailureOfTheBrokerIsSaidAndTheConnectionStays() throws IOException {
    Files.writeString(folder.resolve("meshes").resolve(rig.meshId + ".json"), "{torn");
    isError(frame("list_bans"), "internal");
    assertEquals("state_result", alpha.ask(getState("k")).string("type"));
  }

  @Test
  void aFastSenderIsSlowedDownAndNothingIsLostOrOvertaken() throws IOException {
    rig.close();
    try (BrokerRig slow =
        BrokerRig.start(folder.resolve("slow"), options -> options.withRate(10, 5))) {
      TestPeer from = slow.member(ALPHA, "a");
      TestPeer to = slow.member(BRAVO, "b");
      long before = slow.time.nanoTime();
      for (int i = 0; i < 44; i++) {
        from.say(slow.message(BRAVO.publicHex(), "t" + i));
      }
      slow.send(from, BRAVO.publicHex(), "t44");
      List<String> expected = IntStream.range(0, 45).mapToObj(i -> "t" + i).toList();
      assertEquals(expected, BrokerRig.texts(to.drainMail()));
      assertEquals(Duration.ofSeconds(4), slow.time.since(before));
    }
  }

  @Test
  void aMembersConnectionsShareItsRate() throws IOException {
    rig.close();
    try (BrokerRig slow =
        BrokerRig.start(folder.resolve("slow"), options -> options.withRate(1, 1))) {
      TestPeer one = slow.member(ALPHA, "a");
      TestPeer two = slow.session(ALPHA, SESSION);
      long before = slow.time.nanoTime();
      slow.send(one, BRAVO.publicHex(), "1");
      slow.send(two, BRAVO.publicHex(), "2");
      slow.send(one, BRAVO.publicHex(), "3");
      assertEquals(Duration.ofSeconds(2), slow.time.since(before));
    }
  }
}

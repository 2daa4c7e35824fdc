package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.DELTA;
import static claudemesh.broker.BrokerRig.acknowledge;
import static claudemesh.broker.BrokerRig.frame;
import static claudemesh.broker.BrokerRig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.time.Clock;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a broker told as kept is there when the next one opens its folder (hard-cases.md §3, I1).
 */
class DurabilityTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");
  private static final int MESSAGES = 2_000;

  @TempDir Path folder;
  private BrokerRig rig;
  private Process process;

  @AfterEach
  void stop() {
    if (rig != null) {
      rig.close();
    }
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private static Json group(String name) {
    return frame("join_group").toBuilder().put("name", name).build();
  }

  private static Json state(String key) {
    return frame("get_state").toBuilder().put("key", key).build();
  }

  private static Json recall(String query) {
    return frame("recall").toBuilder().put("query", query).build();
  }

  private void startRig() throws IOException {
    rig = BrokerRig.start(folder);
  }

  @Test
  void mailForMembersSessionsAndGroupsOutlivesTheBroker() throws IOException {
    startRig();
    TestPeer session = rig.session(BRAVO, SESSION);
    session.say(group("ops")).drain();
    rig.leave(session);
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.send(alpha, SESSION.publicHex(), "to the session");
    rig.send(alpha, "@ops", "to the group");
    rig.send(alpha, "*", "to all");
    rig.restart();
    // And what is sent now finds the session by what is known from before.
    TestPeer again = rig.member(ALPHA, "a");
    rig.send(again, SESSION.publicHex(), "to the session later");
    rig.send(again, "@ops", "to the group later");
    List<String> heard = texts(rig.session(BRAVO, SESSION).drainMail());
    assertTrue(heard.contains("to all"));
    assertEquals(
        List.of("to the session", "to the group", "to the session later", "to the group later"),
        heard.stream().filter(text -> !text.equals("to all")).toList());
    assertEquals(List.of("to all"), texts(rig.member(CHARLIE, "c").drainMail()));
  }

  @Test
  void whatWasAcknowledgedByItsReceiverDoesNotComeAgain() throws IOException {
    startRig();
    TestPeer alpha = rig.member(ALPHA, "a");
    TestPeer bravo = rig.member(BRAVO, "b");
    Json sent = rig.message(BRAVO.publicHex(), "x");
    Json ack = rig.send(alpha, sent);
    bravo.say(acknowledge(bravo.nextMail())).drain();
    rig.restart();
    assertEquals(List.of(), rig.member(BRAVO, "b").drainMail());
    Json again = rig.send(rig.member(ALPHA, "a"), sent);
    assertEquals(ack.string("messageId"), again.string("messageId"));
    assertTrue(again.bool("queued", false));
  }

  @Test
  void whatAMeshKnowsOutlivesTheBroker() throws IOException {
    startRig();
    TestPeer alpha = rig.member(ALPHA, "a");
    alpha.say("{\"type\":\"set_state\",\"key\":\"k\",\"value\":{\"n\":1}}");
    alpha.say("{\"type\":\"set_state\",\"key\":\"gone\",\"value\":1}");
    alpha.say("{\"type\":\"set_state\",\"key\":\"gone\",\"value\":null}");
    alpha.ask(
        Json.parseObject("{\"type\":\"remember\",\"content\":\"it rains\",\"tags\":[\"w\"]}"));
    String forgotten =
        alpha
            .ask(Json.parseObject("{\"type\":\"remember\",\"content\":\"it snows\"}"))
            .string("id");
    alpha.ask(frame("forget").toBuilder().put("memoryId", forgotten).build());
    rig.restart();
    TestPeer bravo = rig.member(BRAVO, "b");
    Json result = bravo.ask(state("k"));
    assertEquals("{\"n\":1}", result.get("value").orElseThrow().toString());
    assertEquals("alpha", result.string("updatedBy"));
    assertFalse(bravo.ask(state("gone")).get("value").isPresent());
    List<Json> memories = bravo.ask(recall("it")).list("memories");
    assertEquals(List.of("it rains"), memories.stream().map(m -> m.string("content")).toList());
    assertEquals(List.of("w"), memories.getFirst().stringList("tags"));
  }

  @Test
  void whatASessionBroughtAlongOutlivesTheBroker() throws IOException {
    startRig();
    TestPeer session = rig.session(BRAVO, SESSION);
    session.say(frame("set_summary").toBuilder().put("summary", "at work").build());
    session.say(group("ops"));
    Json profile = Json.object().put("title", "smith").build();
    session.ask(frame("set_profile").toBuilder().put("profile", profile).build());
    session.drain();
    rig.restart();
    TestPeer back = rig.connect();
    Json ack = back.greet(rig.sessionHello(BRAVO, SESSION));
    assertTrue(ack.bool("restored", false));
    assertEquals("at work", ack.string("lastSummary"));
    assertEquals("ops", ack.list("restoredGroups").getFirst().string("name"));
    Json row = back.ask(frame("list_peers")).list("peers").getFirst();
    assertEquals("at work", row.string("summary"));
  }

  @Test
  void aRefusalDoesNotOvertakeTheAcksBeforeIt() throws IOException {
    startRig();
    TestPeer alpha = rig.member(ALPHA, "a");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Json message = rig.message(i % 3 == 2 ? "f".repeat(64) : BRAVO.publicHex(), "t" + i);
      ids.add(message.string("id"));
      alpha.say(message);
    }
    List<String> acked = new ArrayList<>();
    while (acked.size() < ids.size()) {
      Json ack = alpha.next("ack");
      assertEquals(acked.size() % 3 != 2, ack.bool("queued", false), ack.toString());
      acked.add(ack.string("id"));
    }
    assertEquals(ids, acked);
  }

  @Test
  void aKilledBrokerLosesNothingThatItAcknowledged() throws Exception {
    startRig(); // for its mesh
    rig.close();
    URI url = startProcess();
    TestPeer alpha = greet(url, ALPHA, "a");
    Thread sending = Thread.ofVirtual().start(() -> sendMany(alpha));
    List<String> acked = new ArrayList<>();
    while (acked.size() < MESSAGES / 2) {
      Json ack = alpha.next("ack");
      assertTrue(ack.bool("queued", false), ack.toString());
      acked.add(ack.string("messageId"));
    }
    process.destroyForcibly().waitFor(20, TimeUnit.SECONDS); // SIGKILL
    sending.join();
    TestPeer bravo = greet(startProcess(), BRAVO, "b");
    List<String> heard = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    while (heard.size() < acked.size()) {
      Json push = bravo.nextMail();
      heard.add(push.string("messageId"));
      texts.add(push.string("ciphertext"));
      bravo.say(acknowledge(push));
    }
    bravo.drainMail().forEach(push -> texts.add(push.string("ciphertext")));
    assertEquals(acked, heard);
    assertEquals(texts.size(), new HashSet<>(texts).size(), "something came twice");
    for (int i = 0; i < texts.size(); i++) {
      assertEquals("t" + i, texts.get(i));
    }
  }

  /** One of a hundred that send until the broker is gone, each with so much under way. */
  private final class Sender {
    private static final int WINDOW = 20;

    private final TestPeer peer;
    private final int number;
    private Thread thread;
    final CountDownLatch answered = new CountDownLatch(1);
    final Set<String> acked = new HashSet<>(); // to be read when the thread has ended

    Sender(URI url, int number) {
      this.number = number;
      this.peer = greet(url, List.of(ALPHA, CHARLIE, DELTA).get(number % 3), "s" + number);
    }

    void start() {
      thread = Thread.ofVirtual().start(this::send);
    }

    private void send() {
      int sent = 0;
      int acks = 0;
      try {
        Optional<Json> frame = Optional.of(Json.object().put("type", "none").build());
        for (; frame.isPresent(); frame = peer.nextUntilTheEnd()) {
          acks += note(frame.get());
          while (sent - acks < WINDOW && peer.isOpen()) {
            sent = say(sent);
          }
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private int say(int message) {
      try {
        peer.say(messageOf(number, message));
      } catch (RuntimeException closed) {
        assertFalse(peer.ending().isEmpty(), closed.toString());
      }
      return message + 1;
    }

    private int note(Json frame) {
      if (!frame.string("type").equals("ack")) {
        return 0;
      }
      if (frame.bool("queued", false)) {
        acked.add(frame.string("id"));
      }
      answered.countDown();
      return 1;
    }
  }

  private static Json messageOf(int sender, int number) {
    String id = "s" + sender + "-" + number;
    return Json.object()
        .put("type", "send")
        .put("id", id)
        .put("client_message_id", id)
        .put("targetSpec", BRAVO.publicHex())
        .put("priority", "now")
        .put("nonce", "bm9uY2U=")
        .put("ciphertext", id)
        .build();
  }

  @Test
  void toldToLeaveUnderLoadItLosesNothingThatItAcknowledged() throws Exception {
    startRig(); // for its mesh
    rig.close();
    URI url = startProcess();
    List<Sender> senders = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      senders.add(new Sender(url, i));
    }
    senders.forEach(Sender::start);
    for (Sender sender : senders) {
      assertTrue(sender.answered.await(50, TimeUnit.SECONDS), "no answer");
    }
    process.destroy(); // SIGTERM
    assertTrue(process.waitFor(50, TimeUnit.SECONDS), "it did not leave");
    assertEquals(128 + 15, process.exitValue());
    Set<String> acked = new HashSet<>();
    for (Sender sender : senders) {
      assertEquals("1001 server is shutting down", sender.peer.ending());
      sender.thread.join();
      acked.addAll(sender.acked);
    }
    TestPeer bravo = greet(startProcess(), BRAVO, "b");
    assertTrue(acked.size() >= 100, () -> "too few: " + acked.size());
    Set<String> missing = new HashSet<>(acked);
    while (!missing.isEmpty()) {
      Json push = bravo.nextMail();
      missing.remove(push.string("client_message_id"));
      bravo.say(acknowledge(push));
    }
  }

  @Test
  void aKilledBrokerKnowsWhatItWasTold() throws Exception {
    startRig(); // for its mesh
    rig.close();
    URI url = startProcess();
    TestPeer admin = greet(url, DELTA, "d");
    TestPeer bravo = greet(url, BRAVO, "b");
    TestPeer alpha = greet(url, ALPHA, "a");
    bravo.say("{\"type\":\"set_summary\",\"summary\":\"at work\"}");
    bravo.say(group("ops"));
    ask(bravo, "{'type':'set_profile','title':'smith'}");
    ask(bravo, "{'type':'remember','content':'it rains'}");
    ask(bravo, "{'type':'topic_create','name':'dev'}");
    ask(bravo, "{'type':'topic_join','topic':'dev'}");
    ask(bravo, "{'type':'set_grants','grants':{'" + DELTA.publicHex() + "':[]}}");
    bravo.say("{\"type\":\"set_state\",\"key\":\"k\",\"value\":[1]}").drain();
    Json ack = rig.send(alpha, "#dev", "to the topic");
    rig.send(alpha, CHARLIE.publicHex(), "never");
    ask(admin, "{'type':'ban','target':'charlie'}");
    process.destroyForcibly().waitFor(20, TimeUnit.SECONDS); // SIGKILL

    url = startProcess();
    alpha = greet(url, ALPHA, "a");
    assertEquals("[1]", alpha.ask(state("k")).get("value").orElseThrow().toString());
    assertEquals(1, alpha.ask(recall("rains")).list("memories").size());
    Json topic = ask(alpha, "{'type':'topic_list'}").list("topics").getFirst();
    assertEquals("dev", topic.string("name"));
    assertEquals(1, topic.number("memberCount"));
    Json posts = ask(alpha, "{'type':'topic_history','topic':'dev'}");
    assertEquals(List.of("to the topic"), texts(posts.list("messages")));
    rig.send(alpha, "@ops", "to the group");
    assertEquals(
        "blocked by recipient grants (sender lacks dm capability)",
        rig.send(greet(url, DELTA, "d"), BRAVO.publicHex(), "x").string("error"));
    Json ban = ask(greet(url, DELTA, "d"), "{'type':'list_bans'}").list("bans").getFirst();
    assertEquals("charlie", ban.string("name"));
    bravo = TestPeer.connect(url);
    Json welcome = bravo.greet(helloNow(BRAVO, "b"));
    assertEquals("at work", welcome.string("lastSummary"));
    assertEquals("ops", welcome.list("restoredGroups").getFirst().string("name"));
    Json push = bravo.nextMail();
    assertEquals(ack.string("messageId"), push.string("messageId"));
    assertEquals("dev", push.string("topic"));
    assertEquals("to the group", bravo.nextMail().string("ciphertext"));
    Json row =
        ask(bravo, "{'type':'list_peers'}").list("peers").stream()
            .filter(each -> each.string("pubkey").equals(BRAVO.publicHex()))
            .findFirst()
            .orElseThrow();
    assertEquals("smith", row.get("profile").orElseThrow().string("title"));
  }

  private static Json ask(TestPeer peer, String json) {
    Json answer = peer.ask(Json.parseObject(json.replace('\'', '"')));
    assertNotEquals("error", answer.string("type"), answer.toString());
    return answer;
  }

  private void sendMany(TestPeer from) {
    try {
      for (int i = 0; i < MESSAGES; i++) {
        from.say(rig.message(BRAVO.publicHex(), "t" + i));
      }
    } catch (RuntimeException broken) {
      // The broker was killed, as it should be.
      assertFalse(process.isAlive(), broken.toString());
    }
  }

  private TestPeer greet(URI url, Ed25519KeyPair key, String sessionId) {
    TestPeer peer = TestPeer.connect(url);
    peer.greet(helloNow(key, sessionId));
    return peer;
  }

  private Json helloNow(Ed25519KeyPair key, String sessionId) {
    return Hellos.member(rig.mesh(), rig.member(key), key, sessionId, Clock.SYSTEM.wallTime());
  }

  private URI startProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                BrokerProcess.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return URI.create(out.readLine());
  }

  // Where the classes really come from: a test runner has class loaders of its own.
  private static String classPath() {
    return Stream.of(
            BrokerProcess.class,
            Broker.class,
            com.eclipsesource.json.Json.class,
            software.pando.crypto.nacl.Crypto.class,
            org.sqlite.JDBC.class)
        .map(type -> Path.of(locationOf(type)).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static URI locationOf(Class<?> type) {
    return URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString());
  }
}

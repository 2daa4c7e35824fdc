package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.DELTA;
import static claudemesh.broker.BrokerRig.acknowledge;
import static claudemesh.broker.BrokerRig.frame;
import static claudemesh.broker.BrokerRig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.store.MailboxLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each limit of what a broker keeps is hit once, told to whom it concerns, and counted. */
class MailLimitsTest {

  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer alpha;

  @AfterEach
  void stop() {
    rig.close();
  }

  private void start(MailboxLimits limits) throws IOException {
    rig = BrokerRig.start(folder, options -> options.withMailboxLimits(limits));
    alpha = rig.member(ALPHA, "a");
  }

  private void refusedAsFull(Json ack) {
    assertTrue(ack.string("error").startsWith("mailbox_full: "), ack.toString());
    rig.requireMetric("broker_messages_rejected_total{reason=\"full\"} 1");
  }

  @Test
  void soManyMessagesOfAllMailboxesAndNoMore() throws Exception {
    start(new MailboxLimits(10, 2, 1_000_000, DAY, 10));
    rig.send(alpha, BRAVO.publicHex(), "1");
    rig.send(alpha, CHARLIE.publicHex(), "2");
    refusedAsFull(rig.send(alpha, DELTA.publicHex(), "3"));
    TestPeer bravo = rig.member(BRAVO, "b");
    bravo.say(acknowledge(bravo.nextMail())).drain();
    assertTrue(rig.send(alpha, DELTA.publicHex(), "4").bool("queued", false));
  }

  @Test
  void soManyCharactersOfAllMailboxesAndNoMore() throws Exception {
    start(new MailboxLimits(10, 10, 10_000, DAY, 10));
    String half = "x".repeat(6_000);
    assertTrue(rig.send(alpha, BRAVO.publicHex(), half).bool("queued", false));
    refusedAsFull(rig.send(alpha, CHARLIE.publicHex(), half));
    assertTrue(rig.send(alpha, CHARLIE.publicHex(), "short").bool("queued", false));
  }

  @Test
  void whatWaitsTooLongIsGivenUpWithAReasonAndCounted() throws Exception {
    start(new MailboxLimits(10, 10, 1_000_000, Duration.ofHours(1), 10));
    Json ack = rig.send(alpha, BRAVO.publicHex(), "old");
    rig.pass(Duration.ofMinutes(59));
    rig.requireMetric("broker_messages_dead_total 0");
    rig.pass(Duration.ofMinutes(2));
    rig.requireMetric("broker_messages_dead_total 1");
    Json ask =
        frame("message_status").toBuilder().put("messageId", ack.string("messageId")).build();
    Json recipient = alpha.ask(ask).list("recipients").getFirst();
    assertEquals("dead", recipient.string("status"), recipient.toString());
    rig.send(alpha, BRAVO.publicHex(), "new");
    assertEquals(List.of("new"), texts(rig.member(BRAVO, "b").drainMail()));
  }

  @Test
  void aDeliveredMessageIsKnownAgainForSoManyOthers() throws Exception {
    start(new MailboxLimits(10, 10, 1_000_000, DAY, 2));
    TestPeer bravo = rig.member(BRAVO, "b");
    Json first = rig.message(BRAVO.publicHex(), "first");
    String id = deliver(bravo, first);
    assertEquals(id, rig.send(alpha, first).string("messageId"));
    rig.requireMetric("broker_messages_duplicate_total 1");
    for (int i = 0; i < 5; i++) {
      deliver(bravo, rig.message(BRAVO.publicHex(), "t" + i));
    }
    assertNotEquals(id, deliver(bravo, first)); // comes again, as it would as a new one
    rig.requireMetric("broker_messages_duplicate_total 1");
  }

  private String deliver(TestPeer to, Json message) {
    String id = rig.send(alpha, message).string("messageId");
    to.say(acknowledge(to.nextMail())).drain();
    return id;
  }

  @Test
  void aTopicKeepsSoManyMessagesTheLatest() throws Exception {
    start(new MailboxLimits(10, 10, 1_000_000, DAY, 10, 2));
    alpha.ask(frame("topic_create").toBuilder().put("name", "dev").build());
    TestPeer bravo = rig.member(BRAVO, "b");
    bravo.ask(frame("topic_join").toBuilder().put("topic", "dev").build());
    for (String text : List.of("1", "2", "3")) {
      rig.send(alpha, "#dev", text);
    }
    Json history = bravo.ask(frame("topic_history").toBuilder().put("topic", "dev").build());
    assertEquals(List.of("2", "3"), texts(history.list("messages")));
  }
}

package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the connection does, every message submitted is reported once, is shown once, and in its
 * order for each target (invariants I1, I2, I3, I6).
 */
class DeliveryPropertyTest {

  private record Settled(String id, String target, BrokerSendResult result) {}

  private final ConcurrentLinkedQueue<Settled> settled = new ConcurrentLinkedQueue<>();
  private final Map<String, List<String>> submitted = new LinkedHashMap<>();

  /** 10 000 messages in all: two brokers, each with five seeds of 1 000. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aBrokerThatKeepsOrderGetsAllInOrder(long seed) throws InterruptedException {
    FlakyBroker broker = new FlakyBroker(true, seed);
    deliver(broker, seed, 1_000);
    assertTrue(broker.losses() > 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aDeployedBrokerGetsAllInOrder(long seed) throws InterruptedException {
    FlakyBroker broker = new FlakyBroker(false, seed);
    deliver(broker, seed, 1_000);
    assertTrue(broker.losses() > 0);
  }

  @Test
  void tenThousandThroughOneConnectionAfterAnother() throws InterruptedException {
    FlakyBroker broker = new FlakyBroker(true, 99);
    deliver(broker, 99, 10_000);
    assertTrue(broker.losses() > 10, "losses: " + broker.losses());
    assertTrue(broker.duplicates() > 0, "the proof would be hollow without any");
  }

  private void deliver(FlakyBroker broker, long seed, int messages) throws InterruptedException {
    // Deployed brokers hold acks back while the connection lives; ours never does.
    Duration patience = broker.keepsOrder() ? Duration.ofSeconds(30) : Duration.ofMillis(50);
    Random random = new Random(seed);
    ClientOptions options =
        new ClientOptions(
            PeerDetails.NONE,
            "sid",
            1,
            "/",
            patience,
            Clock.SYSTEM,
            builder ->
                builder
                    .transport(broker.transport())
                    .timeAndChance(Clock.SYSTEM, duration -> {}, random));
    try (var client =
            SessionBrokerClient.start(
                People.alphaAt("ws://broker/ws"), People.SESSION, options, new Heard());
        var sender =
            new OrderedSender(
                client,
                500,
                (message, result) ->
                    settled.add(new Settled(message.id(), message.target().spec(), result)),
                List.of(Duration.ZERO))) {
      List<Target> targets =
          List.of(
              new Target.Peer(People.BRAVO.publicHex()),
              new Target.Peer(People.STRANGER.publicHex()),
              new Target.Everyone(),
              new Target.ToGroup("dev"));
      for (int i = 0; i < messages; i++) {
        Target target = targets.get(random.nextInt(targets.size()));
        String id = "m" + i;
        submitted.computeIfAbsent(target.spec(), spec -> new ArrayList<>()).add(id);
        sender.submit(
            new OutgoingMessage(
                id, target, "text " + i, Priority.NEXT, Optional.empty(), List.of()));
      }
      assertTrue(
          sender.awaitSettled(Duration.ofSeconds(25)),
          () -> "undecided: " + sender.unsettled() + ", seed " + seed);
    }
    assertDelivered(broker, messages);
  }

  private void assertDelivered(FlakyBroker broker, int messages) {
    assertEquals(messages, settled.size(), "each is reported once");
    submitted.forEach(
        (target, ids) -> {
          assertSame(ids, broker.shownAt(target), "shown at " + target);
          List<Settled> here = settled.stream().filter(s -> s.target().equals(target)).toList();
          assertSame(ids, here.stream().map(Settled::id).toList(), "reported for " + target);
          here.forEach(s -> assertInstanceOf(BrokerSendResult.Accepted.class, s.result()));
        });
  }

  // Thousands of ids in a failure's message would hide where they part.
  private static void assertSame(List<String> expected, List<String> actual, String what) {
    int same = 0;
    while (same < Math.min(expected.size(), actual.size())
        && expected.get(same).equals(actual.get(same))) {
      same++;
    }
    assertEquals(around(expected, same), around(actual, same), what + ", from number " + same);
    assertEquals(expected.size(), actual.size(), what);
  }

  private static List<String> around(List<String> ids, int at) {
    return ids.subList(Math.max(0, at - 2), Math.min(ids.size(), at + 6));
  }
}

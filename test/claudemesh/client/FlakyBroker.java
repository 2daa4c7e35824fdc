package claudemesh.client;

import claudemesh.client.FakeTransport.FakeConnection;
import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A broker that loses connections at every point a seed can find: before it has taken a message,
 * after it has but before its ack, between two acks. It pushes what it takes to the receivers at
 * once, without deduplication, as deployed brokers do.
 */
final class FlakyBroker {

  private final boolean keepsOrder;
  private final Random random;
  private final ReentrantLock lock = new ReentrantLock();

  /** By target, the ids in the order the receiver got them, duplicates and all. */
  private final Map<String, List<String>> received = new LinkedHashMap<>();

  private int lastMessageId;
  private int losses;

  /**
   * A broker in a bad mood.
   *
   * @param keepsOrder whether it is like ours: acks in order and refuses nobody for being fast
   */
  FlakyBroker(boolean keepsOrder, long seed) {
    this.keepsOrder = keepsOrder;
    this.random = new Random(seed);
  }

  boolean keepsOrder() {
    return keepsOrder;
  }

  FakeTransport transport() {
    return new FakeTransport(
        connection -> {
          lock.lock();
          try {
            return random.nextInt(4) == 0 ? null : new Session(connection);
          } finally {
            lock.unlock();
          }
        });
  }

  /** What a receiver shows: the first of each id, in order. */
  List<String> shownAt(String target) {
    lock.lock();
    try {
      return received.getOrDefault(target, List.of()).stream().distinct().toList();
    } finally {
      lock.unlock();
    }
  }

  /** How often a connection was lost on purpose. */
  int losses() {
    return losses;
  }

  /** How often a message came to its receiver although it had been there. */
  long duplicates() {
    return received.values().stream().mapToLong(ids -> ids.size() - distinct(ids)).sum();
  }

  private static long distinct(List<String> ids) {
    return ids.stream().distinct().count();
  }

  private final class Session implements FakeTransport.Script {

    private final FakeConnection connection;
    private final List<String> heldAcks = new ArrayList<>();
    private boolean lost;

    Session(FakeConnection connection) {
      this.connection = connection;
    }

    @Override
    public void onFrame(Json frame) {
      lock.lock();
      try {
        switch (frame.string("type")) {
          case "hello", "session_hello" ->
              connection.say(keepsOrder ? Wire.ACK_WITH_LIMITS : Wire.ACK);
          case "send" -> take(frame);
          default -> {}
        }
      } finally {
        lock.unlock();
      }
    }

    private void take(Json send) {
      if (lost || loses(400)) {
        return; // it never arrived
      }
      if (!keepsOrder && random.nextInt(20) == 0) {
        say(ack(send, false).put("error", "rate_limit: 60 a minute").build());
        return;
      }
      received
          .computeIfAbsent(send.string("targetSpec"), target -> new ArrayList<>())
          .add(send.string("client_message_id"));
      if (loses(400)) {
        return; // it arrived, but nobody will know
      }
      say(ack(send, true).build());
    }

    private boolean loses(int oneIn) {
      if (!lost && random.nextInt(oneIn) == 0) {
        lost = true;
        losses++;
        boolean clean = random.nextBoolean();
        connection.end(clean ? 1012 : 1006, clean ? "restarting" : "");
      }
      return lost;
    }

    // A deployed broker's acks overtake each other; a lost connection takes those held with it.
    private void say(Json ack) {
      heldAcks.add(ack.toString());
      if (keepsOrder || random.nextInt(25) > 0 || heldAcks.size() > 2) {
        if (!keepsOrder) {
          Collections.shuffle(heldAcks, random);
        }
        heldAcks.forEach(connection::say);
        heldAcks.clear();
      }
    }

    private Json.Builder ack(Json send, boolean queued) {
      return Json.object()
          .put("type", "ack")
          .put("id", send.string("id"))
          .put("messageId", queued ? "b" + ++lastMessageId : "")
          .put("queued", queued);
    }
  }
}

package claudemesh.bench;

import claudemesh.json.Json;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The messages of one measurement, by number: when each was due, when its ack came and when its
 * receiver had opened it. Latency counts from when a message was due, so that a stall of anything
 * is not hidden by sending less. Safe from any thread.
 */
final class MessageRound {

  /** A hundred characters, which begin with the number. */
  private static final String PADDING = "-".repeat(92);

  final int count;
  final int perSecond;
  private final long started = System.nanoTime();
  private final AtomicLongArray due;
  private final AtomicLongArray acked;
  private final AtomicLongArray received;
  final AtomicInteger acks = new AtomicInteger();
  final AtomicInteger deliveries = new AtomicInteger();
  final AtomicInteger repeated = new AtomicInteger();
  private volatile long lastDelivery = started;

  /**
   * Begins now.
   *
   * @param count how many messages
   * @param perSecond how many are due in a second; 0 if each is due when it can be sent
   */
  MessageRound(int count, int perSecond) {
    this.count = count;
    this.perSecond = perSecond;
    this.due = new AtomicLongArray(count);
    this.acked = new AtomicLongArray(count);
    this.received = new AtomicLongArray(count);
  }

  /** When a message is due, by {@link System#nanoTime}. */
  long dueAt(int number) {
    return started + number * 1_000_000_000L / perSecond;
  }

  String text(int number) {
    due.set(number, perSecond == 0 ? System.nanoTime() : dueAt(number));
    return String.format("%08d", number) + PADDING;
  }

  static int numberOf(String text) {
    return Integer.parseInt(text, 0, 8, 10);
  }

  /** Message k of one peer goes to another one each time. */
  static int receiver(int sender, int k, int peers) {
    return (sender + 1 + k % (peers - 1)) % peers;
  }

  void acked(int number) {
    acked.set(number, System.nanoTime());
    acks.incrementAndGet();
  }

  void received(int number) {
    long now = System.nanoTime();
    if (received.compareAndSet(number, 0, now)) {
      lastDelivery = now;
      deliveries.incrementAndGet();
    } else {
      repeated.incrementAndGet();
    }
  }

  boolean isOver() {
    return deliveries.get() >= count && acks.get() >= count;
  }

  Json result() {
    double seconds = (lastDelivery - started) / 1e9;
    Json.Builder json =
        Json.object()
            .put("count", count)
            .put("delivered", deliveries.get())
            .put("repeated", repeated.get())
            .put("per_second", Math.round(deliveries.get() / seconds));
    put(json, "ack", acked);
    put(json, "end", received);
    return json.build();
  }

  private void put(Json.Builder json, String name, AtomicLongArray times) {
    long[] micros = new long[count];
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (times.get(i) != 0) {
        micros[found++] = (times.get(i) - due.get(i)) / 1_000;
      }
    }
    Arrays.sort(micros, 0, found);
    for (int percent : new int[] {50, 95, 99, 100}) {
      int at = Math.max(0, Math.min(found - 1, (int) ((long) found * percent / 100)));
      json.put(name + "_p" + percent, found == 0 ? 0 : micros[at]);
    }
  }
}

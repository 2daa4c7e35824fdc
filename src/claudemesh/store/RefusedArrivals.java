package claudemesh.store;

import claudemesh.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Messages that an inbox could not keep and that its broker will bring again: what the same sender
 * sent behind one of them must not overtake it. For the writer's thread.
 *
 * <pre>
 *   refused ─► first in its lane ── written ──► committed ─► gone
 *                  ▲        │                │
 *                  │        │ too long       └─ rolled back ─► as it was
 *   refused ─► behind it    └─► gone: a broker that has given it up never brings it again
 * </pre>
 */
final class RefusedArrivals {

  /** Four leases of a broker: by then it has brought again whatever it still has. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int MOST = 65_536;

  private final Clock clock;
  private final Map<Lane, LinkedHashMap<String, Refusal>> lanes = new HashMap<>();
  private int size;

  /** The messages of one sender to one recipient. */
  private record Lane(InboxRecipient recipient, String senderKey) {

    static Lane of(NewIncoming message) {
      return new Lane(message.recipient(), message.sender().key());
    }
  }

  private static final class Refusal {
    private long atNanos;
    private boolean written; // in the transaction under way

    Refusal(long atNanos) {
      this.atNanos = atNanos;
    }
  }

  RefusedArrivals(Clock clock) {
    this.clock = clock;
  }

  /** Whether a message must wait for one that was refused before. */
  boolean holdsBack(NewIncoming message) {
    Map<String, Refusal> lane = lanes.get(Lane.of(message));
    if (lane == null) {
      return false;
    }
    forgetOld(message, lane);
    for (Map.Entry<String, Refusal> earlier : lane.entrySet()) {
      if (!earlier.getValue().written) {
        return !earlier.getKey().equals(message.brokerMessageId());
      }
    }
    return false;
  }

  private void forgetOld(NewIncoming message, Map<String, Refusal> lane) {
    long now = clock.nanoTime();
    int before = lane.size();
    lane.values().removeIf(refusal -> now - refusal.atNanos > PATIENCE.toNanos());
    size -= before - lane.size();
    if (lane.isEmpty()) {
      lanes.remove(Lane.of(message));
    }
  }

  /** It was refused, or rolled back: it keeps its place, or gets the last one. */
  void refused(NewIncoming message) {
    if (size >= MOST) { // that many senders' order is lost rather than the daemon's memory
      lanes.clear();
      size = 0;
    }
    LinkedHashMap<String, Refusal> lane =
        lanes.computeIfAbsent(Lane.of(message), each -> new LinkedHashMap<>());
    Refusal refusal = lane.get(message.brokerMessageId());
    if (refusal == null) {
      lane.put(message.brokerMessageId(), new Refusal(clock.nanoTime()));
      size++;
    } else {
      refusal.atNanos = clock.nanoTime();
      refusal.written = false;
    }
  }

  /** It is written, and kept if the transaction is. */
  void written(NewIncoming message) {
    Map<String, Refusal> lane = lanes.get(Lane.of(message));
    Refusal refusal = lane == null ? null : lane.get(message.brokerMessageId());
    if (refusal != null) {
      refusal.written = true;
    }
  }

  /** It is kept. */
  void committed(NewIncoming message) {
    Map<String, Refusal> lane = lanes.get(Lane.of(message));
    if (lane != null && lane.remove(message.brokerMessageId()) != null) {
      size--;
      if (lane.isEmpty()) {
        lanes.remove(Lane.of(message));
      }
    }
  }
}

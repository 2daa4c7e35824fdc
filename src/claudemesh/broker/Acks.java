package claudemesh.broker;

import claudemesh.http.WsConnection;
import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.MessageCodec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The acks of one connection, in the order of its sends (protocol.md §9). What is decided at once,
 * such as a refusal, waits here for what the store has not told yet: for one transaction or two.
 * Safe from any thread.
 */
final class Acks {

  private final WsConnection connection;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Slot> slots = new ArrayDeque<>();

  Acks(WsConnection connection) {
    this.connection = connection;
  }

  /** The place of one ack among the others. */
  final class Slot {
    private boolean decided;
    private Ack ack;

    /** Sends the ack, once those before it are sent. */
    void settle(Ack answer) {
      decide(answer);
    }

    /** Gives the place up: there will be no ack. */
    void cancel() {
      decide(null);
    }

    private void decide(Ack answer) {
      lock.lock();
      try {
        decided = true;
        ack = answer;
        // Under the lock, or two threads could send what they took in the other order.
        while (!slots.isEmpty() && slots.getFirst().decided) {
          Ack first = slots.removeFirst().ack;
          if (first != null) {
            connection.send(MessageCodec.encode(first));
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Takes the next place. */
  Slot next() {
    Slot slot = new Slot();
    lock.lock();
    try {
      slots.add(slot);
    } finally {
      lock.unlock();
    }
    return slot;
  }
}

package claudemesh.bench;

import claudemesh.crypto.Ids;
import claudemesh.store.DaemonLimits;
import claudemesh.store.DaemonStores;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxRecipient;
import claudemesh.store.InboxSender;
import claudemesh.store.NewIncoming;
import claudemesh.store.Received;
import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fills a daemon's inbox through the store that a daemon has, message by message, as if each had
 * come from a broker: most for the member, one in ten for one of a hundred sessions, from a
 * thousand people; one of them has written once, at the very beginning.
 */
final class FullInbox {

  /** Who has written one message, the oldest of all. */
  static final String RARE = "rare";

  /** Who has written as many as anybody. */
  static final String FREQUENT = "peer-1";

  private static final int SENDERS = 1_000;
  private static final int SESSIONS = 100;
  private static final int UNDER_WAY = 4_000;

  // As long as people's messages are.
  private static final String TEXT = "the build of the branch is green again, please have a look; ";

  private FullInbox() {}

  /**
   * Fills one that nobody has open.
   *
   * @param folder the daemon's folder
   * @param mesh the mesh's id
   * @param member the member's public key
   * @param count how many messages
   * @return how long it took, in seconds
   * @throws IOException if a message is not kept
   */
  static double fill(Path folder, String mesh, String member, int count)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    AtomicReference<Received> refused = new AtomicReference<>();
    try (DaemonStores stores = DaemonStores.open(folder, Clock.SYSTEM, DaemonLimits.DEFAULT)) {
      Semaphore room = new Semaphore(UNDER_WAY);
      for (int i = 0; i < count && refused.get() == null; i++) {
        room.acquire();
        stores
            .inbox()
            .append(
                message(mesh, member, i),
                outcome -> {
                  if (!(outcome instanceof Received.Stored)) {
                    refused.set(outcome);
                  }
                  room.release();
                });
      }
      room.acquire(UNDER_WAY);
    }
    if (refused.get() != null) {
      throw new IOException("not stored: " + refused.get());
    }
    return (System.nanoTime() - started) / 1e9;
  }

  private static NewIncoming message(String mesh, String member, int number) {
    boolean forSession = number % 10 == 9;
    String key = forSession ? key("5e", number / 10 % SESSIONS) : member;
    int sender = number % SENDERS;
    Instant now = Instant.now();
    return new NewIncoming(
        new InboxRecipient(
            mesh, key, forSession ? InboxRecipient.Kind.SESSION : InboxRecipient.Kind.MEMBER),
        new InboxSender(
            key("ab", number == 0 ? SENDERS : sender),
            Optional.of(key("cd", number == 0 ? SENDERS : sender)),
            Optional.of(number == 0 ? RARE : "peer-" + sender)),
        Optional.of(UUID.randomUUID().toString()),
        Ids.ordered32(now),
        Optional.empty(),
        Optional.empty(),
        "next",
        now,
        new InboxContent.Readable(TEXT.repeat(1 + number % 3) + number, true));
  }

  private static String key(String head, int number) {
    return head + "%062x".formatted(number);
  }
}

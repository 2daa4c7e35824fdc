package claudemesh.store;

import claudemesh.store.InboxRecipient.Kind;
import claudemesh.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/**
 * A process of its own that uses the daemon's stores, to be killed or run under a limit. It says in
 * lines what it did.
 *
 * <pre>
 *   opening, open          about to open the stores, and opened
 *   out CLIENTID           an append to the outbox was told as stored
 *   settling CLIENTID      about to settle
 *   settled CLIENTID       told as settled
 *   in CLIENTID            an append to the inbox was told as stored
 *   deleting CLIENTID      about to delete it there
 *   deleted CLIENTID       told as deleted
 *   refused REASON         an append was refused
 * </pre>
 */
final class DaemonStoreProcess {

  static final List<String> TARGETS = List.of("alice", "bob", "@group");
  static final Via VIA = new Via("mesh", "member");
  static final InboxRecipient RECIPIENT = new InboxRecipient("mesh", "member", Kind.MEMBER);
  static final DaemonLimits LIMITS =
      new DaemonLimits(
          new OutboxLimits(
              1_000_000, 1L << 32, 100_000, Duration.ofDays(7), Duration.ofDays(7), 1_000_000),
          InboxLimits.DEFAULT);

  private static final int THREADS = 3;
  private static final Semaphore UNDER_WAY = new Semaphore(100);

  private DaemonStoreProcess() {}

  public static void main(String[] args) throws Exception {
    StoreProcess.say("opening");
    try (DaemonStores stores = DaemonStores.open(Path.of(args[1]), Clock.SYSTEM, LIMITS)) {
      StoreProcess.say("open");
      switch (args[0]) {
        case "load" -> load(stores, args[2]);
        case "fill" -> fill(stores);
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  /** Appends to both and drains the outbox, until killed. */
  private static void load(DaemonStores stores, String round) {
    IntStream.range(0, THREADS)
        .forEach(
            thread ->
                Thread.ofPlatform().daemon().start(() -> append(stores, round + "-" + thread)));
    while (true) {
      for (OutboxRow row : stores.outbox().claim(VIA, 50)) {
        settle(stores.outbox(), row);
      }
      Thread.onSpinWait();
    }
  }

  private static void append(DaemonStores stores, String name) {
    for (int i = 0; i < 1_000_000; i++) {
      String clientId = name + "-" + i;
      // Few at a time, so that what is settled is not written behind thousands of these.
      UNDER_WAY.acquireUninterruptibly();
      stores.outbox().append(outgoing(clientId, i), outcome -> tell(clientId, outcome));
      stores
          .inbox()
          .append(
              incoming(clientId),
              outcome -> {
                tell(stores.inbox(), clientId, outcome);
                UNDER_WAY.release();
              });
    }
  }

  private static void settle(OutboxStore outbox, OutboxRow row) {
    String clientId = row.message().clientMessageId();
    if (clientId.hashCode() % 5 == 0) { // some stay in flight until the end
      return;
    }
    StoreProcess.say("settling " + clientId);
    outbox
        .settle(row.id(), "broker " + clientId)
        .thenAccept(done -> StoreProcess.say("settled " + clientId));
  }

  static NewOutgoing outgoing(String clientId, int number) {
    String target = TARGETS.get(number % TARGETS.size());
    return new NewOutgoing(
        clientId, VIA, target, text(clientId), "next", Optional.empty(), "print " + clientId);
  }

  static NewIncoming incoming(String clientId) {
    return new NewIncoming(
        RECIPIENT,
        new InboxSender("key", Optional.empty(), Optional.empty()),
        Optional.of(clientId),
        "broker " + clientId,
        Optional.empty(),
        Optional.empty(),
        "next",
        Instant.EPOCH,
        new InboxContent.Readable(text(clientId), true));
  }

  static String text(String clientId) {
    return clientId + " " + "ä".repeat(100);
  }

  private static void tell(String clientId, Enqueued outcome) {
    switch (outcome) {
      case Enqueued.Stored stored -> StoreProcess.say("out " + clientId);
      case Enqueued.Refused refused -> StoreProcess.say("refused " + refused.reason());
      case Enqueued.Duplicate duplicate -> throw new AssertionError(duplicate);
      case Enqueued.Conflict conflict -> throw new AssertionError(conflict);
    }
  }

  private static void tell(InboxStore inbox, String clientId, Received outcome) {
    switch (outcome) {
      case Received.Stored stored -> {
        StoreProcess.say("in " + clientId);
        if (clientId.hashCode() % 4 == 0) {
          StoreProcess.say("deleting " + clientId);
          inbox
              .delete(InboxScope.ALL, stored.id())
              .thenAccept(done -> StoreProcess.say("deleted " + clientId));
        }
      }
      case Received.Refused refused -> StoreProcess.say("refused " + refused.reason());
      case Received.Duplicate duplicate -> throw new AssertionError(duplicate);
    }
  }

  /** Appends long texts to both until one refuses. */
  private static void fill(DaemonStores stores) {
    for (int i = 0; ; i++) {
      String clientId = "fill-0-" + i;
      NewOutgoing small = outgoing(clientId, i);
      NewOutgoing large =
          new NewOutgoing(
              clientId,
              VIA,
              small.target(),
              text(clientId) + "x".repeat(20_000),
              "next",
              Optional.empty(),
              small.fingerprint());
      CompletableFuture<Enqueued> out = new CompletableFuture<>();
      stores.outbox().append(large, out::complete);
      tell(clientId, out.join());
      CompletableFuture<Received> in = new CompletableFuture<>();
      stores.inbox().append(incoming(clientId), in::complete);
      if (in.join() instanceof Received.Stored) {
        StoreProcess.say("in " + clientId);
      }
      if (out.join() instanceof Enqueued.Refused) {
        return;
      }
    }
  }
}

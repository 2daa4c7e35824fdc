package claudemesh.bench;

import claudemesh.crypto.Ids;
import claudemesh.store.Appended;
import claudemesh.store.Claim;
import claudemesh.store.DurableStores;
import claudemesh.store.MailboxLimits;
import claudemesh.store.MailboxStore;
import claudemesh.store.NewMessage;
import claudemesh.store.StoredMessage;
import claudemesh.time.Clock;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures the durable store alone and prints a table, and the same as JSON: appends with so many
 * under way, the whole way of a message, and how cost grows with what is queued.
 *
 * <p>Arguments: the folder to work in (on the disk to be measured), and {@code quick} to stop at
 * 100 000 queued messages instead of 1 000 000.
 */
public final class StoreBench {

  private static final int MAILBOXES = 100;
  private static final Duration LEASE = Duration.ofHours(1);
  private static final MailboxLimits LIMITS =
      new MailboxLimits(2_000_000, 2_000_000, 8L << 30, Duration.ofDays(30), 100_000);
  private static final List<String> NAMES =
      IntStream.range(0, MAILBOXES)
          .mapToObj(number -> "0123456789abcdef0123456789abcdef/s/%064x".formatted(number))
          .toList();
  // As long as a push of a short sealed text.
  private static final String PAYLOAD = "x".repeat(700);

  private final Report report = new Report();
  private final Path folder;

  private StoreBench(Path folder) {
    this.folder = folder;
  }

  /**
   * Runs all measurements.
   *
   * @param args the folder, and {@code quick} or nothing
   * @throws Exception if something fails
   */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(args[0]), "store-bench");
    boolean quick = args.length > 1 && args[1].equals("quick");
    StoreBench bench = new StoreBench(folder);
    try {
      bench.run(quick ? 100_000 : 1_000_000);
    } finally {
      bench.delete();
    }
    bench.report.write(Path.of("build", "bench-store.json"));
  }

  private void run(int mostQueued) throws Exception {
    warmUp();
    for (int underWay : new int[] {1, 10, 100, 1_000, 10_000}) {
      delete();
      try (DurableStores stores = open()) {
        appends(stores.mailboxes(), underWay);
      }
    }
    delete();
    try (DurableStores stores = open()) {
      wholeWay(stores.mailboxes());
    }
    delete();
    backlog(mostQueued);
  }

  private void warmUp() throws Exception {
    try (DurableStores stores = open()) {
      MailboxStore store = stores.mailboxes();
      append(store, 30_000, 1_000, 0);
      drain(store, 30_000);
    }
  }

  private void appends(MailboxStore store, int underWay) throws Exception {
    int many = Math.min(100_000, 3_000 * underWay);
    long cpu = cpu();
    double seconds = append(store, many, underWay, 0);
    report.row("appends, " + underWay + " under way", Math.round(many / seconds), "a second");
    report.row("  processor time of this process", (cpu() - cpu) / many, "ns each");
  }

  private void wholeWay(MailboxStore store) throws Exception {
    int many = 200_000;
    Semaphore room = new Semaphore(4_000);
    AtomicLong delivered = new AtomicLong();
    long cpu = cpu();
    long started = System.nanoTime();
    for (int i = 0; i < many; i++) {
      room.acquire();
      NewMessage message = message(i % MAILBOXES);
      store.append(message, outcome -> take(store, message, outcome, room, delivered));
    }
    room.acquire(4_000);
    drain(store, many - (int) delivered.get());
    double seconds = (System.nanoTime() - started) / 1e9;
    report.row("append, claim and settle, 4000 under way", Math.round(many / seconds), "a second");
    report.row("  processor time of this process", (cpu() - cpu) / many, "ns each");
  }

  // As a broker does whose receivers answer at once.
  private static void take(
      MailboxStore store,
      NewMessage message,
      Appended outcome,
      Semaphore room,
      AtomicLong delivered) {
    if (!(outcome instanceof Appended.Stored)) {
      throw new IllegalStateException("not stored: " + outcome);
    }
    String mailbox = message.mailboxes().get(0);
    for (StoredMessage claimed : store.claim(claim(mailbox))) {
      store.settle(mailbox, claimed.messageId());
      delivered.incrementAndGet();
    }
    room.release();
  }

  private void backlog(int mostQueued) throws Exception {
    try (DurableStores stores = open()) {
      MailboxStore store = stores.mailboxes();
      int step = mostQueued / 10;
      for (int queued = 0; queued < mostQueued; queued += step) {
        double seconds = append(store, step, 1_000, queued);
        report.row(
            String.format("appends, %,d to %,d queued", queued, queued + step),
            Math.round(step / seconds),
            "a second");
        long started = System.nanoTime();
        for (int i = 0; i < MAILBOXES; i++) {
          store.claim(claim(mailbox(i)));
        }
        report.row(
            "  first claim of a mailbox (100 messages)",
            (System.nanoTime() - started) / MAILBOXES / 1_000,
            "µs");
        for (int i = 0; i < MAILBOXES; i++) {
          store.release(mailbox(i), "bench");
        }
        report.row("  heap in use", heap(), "KB");
      }
    }
    long started = System.nanoTime();
    try (DurableStores stores = open()) {
      report.row("opening with all that queued", (System.nanoTime() - started) / 1_000_000, "ms");
      started = System.nanoTime();
      drain(stores.mailboxes(), mostQueued);
      double seconds = (System.nanoTime() - started) / 1e9;
      report.row("claim and settle of the backlog", Math.round(mostQueued / seconds), "a second");
      report.row("  heap in use", heap(), "KB");
    }
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long heap() {
    System.gc();
    return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 10;
  }

  /** Takes so many out, of all mailboxes at the same time, as quickly as they may be settled. */
  private static void drain(MailboxStore store, int many) {
    int drained = 0;
    while (drained < many) {
      int before = drained;
      for (String mailbox : NAMES) {
        List<StoredMessage> some = store.claim(claim(mailbox));
        some.forEach(message -> store.settle(mailbox, message.messageId()));
        drained += some.size();
      }
      if (drained == before) { // too much to be written: a broker's ticker would come back
        LockSupport.parkNanos(1_000_000);
        store.reclaim();
      }
    }
    NAMES.forEach(mailbox -> store.release(mailbox, "bench"));
  }

  private static double append(MailboxStore store, int many, int underWay, int from)
      throws InterruptedException {
    Semaphore room = new Semaphore(underWay);
    long started = System.nanoTime();
    for (int i = 0; i < many; i++) {
      room.acquire();
      store.append(
          message((from + i) % MAILBOXES),
          outcome -> {
            if (!(outcome instanceof Appended.Stored)) {
              throw new IllegalStateException("not stored: " + outcome);
            }
            room.release();
          });
    }
    room.acquire(underWay);
    return (System.nanoTime() - started) / 1e9;
  }

  private static NewMessage message(int number) {
    Instant now = Instant.now();
    return new NewMessage(
        Ids.ordered32(now),
        "sender" + number,
        Optional.of(UUID.randomUUID().toString()),
        mailbox(number),
        1,
        List.of(mailbox(number)),
        PAYLOAD,
        now);
  }

  private static String mailbox(int number) {
    return NAMES.get(number);
  }

  private static Claim claim(String mailbox) {
    return new Claim(mailbox, "bench", LEASE, 2, 100, 1 << 20);
  }

  private DurableStores open() throws IOException {
    return DurableStores.open(folder.resolve("data"), Clock.SYSTEM, LIMITS);
  }

  private void delete() throws IOException {
    Path data = folder.resolve("data");
    if (Files.exists(data)) {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}

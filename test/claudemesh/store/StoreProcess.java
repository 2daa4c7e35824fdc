package claudemesh.store;

import claudemesh.crypto.Ids;
import claudemesh.time.Clock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sqlite.JDBC;

/**
 * A process of its own that uses a store, to be killed, or run under a limit or a umask. It says in
 * lines what it did.
 *
 * <pre>
 *   opening                       about to open the store
 *   open                          opened
 *   stored CLIENTID MESSAGEID     an append was acknowledged
 *   settling MAILBOX MESSAGEID    about to settle
 *   refused REASON                an append was refused
 * </pre>
 */
final class StoreProcess {

  static final List<String> BOXES = List.of("box0", "box1", "box2");
  static final MailboxLimits LIMITS =
      new MailboxLimits(1_000_000, 1_000_000, 1L << 32, Duration.ofDays(30), 1_000_000);

  private static final int SENDERS = 4;
  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

  private StoreProcess() {}

  public static void main(String[] args) throws Exception {
    say("opening");
    try (DurableStores stores = DurableStores.open(Path.of(args[1]), Clock.SYSTEM, LIMITS)) {
      say("open");
      switch (args[0]) {
        case "load" -> load(stores.mailboxes(), args[2]);
        case "fill" -> fill(stores.mailboxes());
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  /** Starts one, with a folder to unpack into; what the shell runs before it may set limits. */
  static Process start(Path scratch, String before, String... arguments)
      throws IOException, URISyntaxException {
    return start(StoreProcess.class, scratch, before, arguments);
  }

  /** Starts another main class in the same way. */
  static Process start(Class<?> main, Path scratch, String before, String... arguments)
      throws IOException, URISyntaxException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                before + " && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                // A process that is killed cannot clean up, so what it unpacks goes with the test.
                "-Dorg.sqlite.tmpdir=" + scratch,
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String classPath() throws URISyntaxException {
    List<String> places = new ArrayList<>();
    for (Class<?> type :
        List.of(
            StoreProcess.class,
            DurableStores.class,
            JDBC.class,
            com.eclipsesource.json.Json.class)) {
      places.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return places.stream().distinct().collect(Collectors.joining(":"));
  }

  /** Senders and a receiver, until killed. */
  private static void load(MailboxStore store, String round) throws InterruptedException {
    List<Thread> threads =
        Stream.iterate(0, sender -> sender < SENDERS, sender -> sender + 1)
            .map(sender -> Thread.ofPlatform().start(() -> send(store, round + "-" + sender)))
            .toList();
    while (true) {
      for (String box : BOXES) {
        receive(store, box);
      }
      if (threads.stream().noneMatch(Thread::isAlive)) {
        break;
      }
      Thread.onSpinWait();
    }
  }

  private static void send(MailboxStore store, String sender) {
    for (int i = 0; i < 1_000_000; i++) {
      String clientId = sender + "-" + i;
      int box = i % BOXES.size();
      List<String> boxes = i % 7 == 0 ? BOXES : List.of(BOXES.get(box));
      store.append(
          message(sender, clientId, boxes, text(clientId)), outcome -> tell(clientId, outcome));
    }
  }

  private static void receive(MailboxStore store, String box) {
    for (StoredMessage message :
        store.claim(new Claim(box, "me", Duration.ofHours(1), 2, 8, 1 << 20))) {
      if (message.payload().hashCode() % 3 != 0) { // some are left to themselves
        say("settling " + box + " " + message.messageId());
        store.settle(box, message.messageId());
      }
    }
    // What is held for good must not fill the window.
    store.release(box, "me");
  }

  /** Appends until refused. */
  private static void fill(MailboxStore store) {
    boolean room = true;
    for (int i = 0; room; i++) {
      String clientId = "fill-" + i;
      CompletableFuture<Appended> told = new CompletableFuture<>();
      store.append(
          message("filler", clientId, List.of("box0"), "x".repeat(20_000)), told::complete);
      tell(clientId, told.join());
      room = told.join() instanceof Appended.Stored;
    }
  }

  static String text(String clientId) {
    return clientId + " " + "ä".repeat(100);
  }

  static NewMessage message(String sender, String clientId, List<String> boxes, String payload) {
    return new NewMessage(
        Ids.random32(), sender, Optional.of(clientId), "target", 1, boxes, payload, Instant.now());
  }

  private static void tell(String clientId, Appended outcome) {
    switch (outcome) {
      case Appended.Stored stored -> say("stored " + clientId + " " + stored.messageId());
      case Appended.Duplicate duplicate -> say("duplicate " + clientId);
      case Appended.Refused refused -> say("refused " + refused.reason());
      case Appended.Failed failed -> say("refused " + failed.reason());
    }
  }

  // One write a line: a process that is killed leaves no half line of another thread's behind.
  static void say(String line) {
    try {
      OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.store.MessageStatus.State;
import claudemesh.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes killed under load, cut short by a full disk, started under any umask. The property
 * {@code claudemesh.crash.rounds} says how many are killed, {@code claudemesh.crash.lines} how much
 * each says at most before; {@code make crash-store} kills many.
 */
final class StoreCrashTest {

  private static final int ROUNDS = Integer.getInteger("claudemesh.crash.rounds", 4);
  private static final int MOST_LINES = Integer.getInteger("claudemesh.crash.lines", 1_500);

  @TempDir Path dir;
  @TempDir Path scratch;

  /** By client id, the id it was acknowledged with. */
  private final Map<String, String> stored = new LinkedHashMap<>();

  /** MAILBOX MESSAGEID of everything that was perhaps settled. */
  private final Set<String> perhapsSettled = new HashSet<>();

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void whatWasAcknowledgedSurvivesBeingKilledAtAnyMoment() throws Exception {
    Random random = new Random(20260201);
    for (int round = 0; round < ROUNDS; round++) {
      // Every fourth dies while it opens what the one before left behind.
      int lines = round % 4 == 3 ? random.nextInt(2) : random.nextInt(MOST_LINES);
      runAndKill("r" + round, lines);
      checkEverything(round);
    }
    assertFalse(stored.isEmpty(), "the test must see acknowledgements");
  }

  private void runAndKill(String round, int lines) throws Exception {
    Process process = StoreProcess.start(scratch, "true", "load", dir.toString(), round);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i <= lines; i++) {
        note(out.readLine());
      }
      process.toHandle().destroyForcibly(); // as Process it would close the pipe as well
      // What it said before it died is still in the pipe; the last line may be cut off.
      String last = out.readLine();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        note(last);
        last = line;
      }
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
  }

  private void note(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "stored" -> stored.put(words[1], words[2]);
      case "settling" -> perhapsSettled.add(words[1] + " " + words[2]);
      case "opening", "open" -> {}
      default -> throw new AssertionError(line);
    }
  }

  private void checkEverything(int round) throws IOException {
    try (DurableStores stores = DurableStores.open(dir, Clock.SYSTEM, StoreProcess.LIMITS)) {
      MailboxStore store = stores.mailboxes();
      nothingIsLost(store);
      everythingIsKnownAgain(store, round);
      everythingWaitsInOrder(store);
    }
  }

  private void nothingIsLost(MailboxStore store) {
    for (Map.Entry<String, String> message : stored.entrySet()) {
      MessageStatus status = store.status(message.getValue()).orElseThrow();
      for (MessageStatus.Delivery delivery : status.deliveries()) {
        String settled = delivery.mailbox() + " " + message.getValue();
        assertTrue(
            delivery.state() == State.QUEUED
                || (delivery.state() == State.DELIVERED && perhapsSettled.contains(settled)),
            () -> message.getKey() + " is " + delivery);
      }
    }
  }

  private void everythingIsKnownAgain(MailboxStore store, int round) {
    String prefix = "r" + round + "-"; // those of earlier rounds were known before
    for (Map.Entry<String, String> message : stored.entrySet()) {
      String clientId = message.getKey();
      if (clientId.startsWith(prefix) && clientId.hashCode() % 10 == 0) {
        String sender = clientId.substring(0, clientId.lastIndexOf('-'));
        NewMessage again =
            StoreProcess.message(sender, clientId, List.of("box0"), "something else");
        assertEquals(
            new Appended.Duplicate(message.getValue()),
            MailboxStoreContract.appended(store, again).join());
      }
    }
  }

  private void everythingWaitsInOrder(MailboxStore store) {
    for (String box : StoreProcess.BOXES) {
      Map<String, Integer> lastOf = new HashMap<>();
      Claim claim = new Claim(box, "checker", Duration.ofHours(1), 2, 1_000_000, 1L << 40);
      for (StoredMessage message : store.claim(claim)) {
        String clientId = message.payload().split(" ")[0];
        assertEquals(StoreProcess.text(clientId), message.payload());
        int dash = clientId.lastIndexOf('-');
        int number = Integer.parseInt(clientId.substring(dash + 1));
        Integer last = lastOf.put(clientId.substring(0, dash), number);
        assertTrue(last == null || last < number, () -> clientId + " comes behind " + last);
      }
    }
  }

  @Test
  void aFullDiskRefusesAndKeepsWhatItAcknowledged() throws Exception {
    List<String> said = new ArrayList<>();
    // In units of 512 or 1024 bytes, as the shell likes: enough for the library and the tables,
    // not for much more.
    Process process = StoreProcess.start(scratch, "ulimit -f 8000", "fill", dir.toString());
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      out.lines().forEach(said::add);
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said::toString);
    String last = said.removeLast();
    assertTrue(last.startsWith("refused the store could not write: "), last);
    said.stream().skip(2).forEach(this::note);
    assertTrue(stored.size() > 10, said::toString);
    try (DurableStores stores = DurableStores.open(dir, Clock.SYSTEM, StoreProcess.LIMITS)) {
      nothingIsLost(stores.mailboxes());
      NewMessage another = StoreProcess.message("filler", "later", List.of("box0"), "fits");
      assertEquals(
          new Appended.Stored(another.messageId(), List.of()),
          MailboxStoreContract.appended(stores.mailboxes(), another).join());
    }
  }

  @Test
  void everyFileIsItsOwnersFromTheBeginningUnderAnyUmask() throws Exception {
    for (String umask : List.of("0000", "0277")) {
      Path folder = dir.resolve("umask" + umask).resolve("data");
      Process process =
          StoreProcess.start(scratch, "umask " + umask, "load", folder.toString(), "r0");
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        while (!out.readLine().startsWith("stored")) {
          assertTrue(process.isAlive());
        }
        assertEquals("rwx------", mode(folder));
        for (String name : List.of("broker.db", "broker.db-wal", "broker.db-shm")) {
          assertEquals("rw-------", mode(folder.resolve(name)), umask + " " + name);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that use the daemon's stores, killed under load or cut short by a full disk. The
 * property {@code claudemesh.crash.rounds} says how many are killed, {@code claudemesh.crash.lines}
 * how much each says at most before; {@code make crash-store} kills many.
 */
final class DaemonStoreCrashTest {

  private static final int ROUNDS = Integer.getInteger("claudemesh.crash.rounds", 4);
  private static final int MOST_LINES = Integer.getInteger("claudemesh.crash.lines", 1_500);

  @TempDir Path dir;
  @TempDir Path scratch;

  /** By the first word of a line, the client ids that were said with it. */
  private final Map<String, Set<String>> said = new HashMap<>();

  private Set<String> said(String word) {
    return said.computeIfAbsent(word, each -> new LinkedHashSet<>());
  }

  private DaemonStores open() throws IOException {
    return DaemonStores.open(dir, Clock.SYSTEM, DaemonStoreProcess.LIMITS);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void whatWasToldSurvivesBeingKilledAtAnyMoment() throws Exception {
    Random random = new Random(20260202);
    for (int round = 0; round < ROUNDS; round++) {
      // Every fourth dies while it opens what the one before left behind.
      int lines = round % 4 == 3 ? random.nextInt(2) : random.nextInt(MOST_LINES);
      runAndKill("r" + round, lines);
      try (DaemonStores stores = open()) {
        nothingOfTheOutboxIsLost(stores.outbox());
        whatIsPendingComesInOrder(stores.outbox());
        theInboxHasEverythingOnce(stores.inbox());
        everythingIsKnownAgain(stores, "r" + round + "-");
      }
    }
    for (String word : List.of("out", "in", "settled", "deleted")) {
      assertFalse(said(word).isEmpty(), "the test must see some " + word);
    }
  }

  private void runAndKill(String round, int lines) throws Exception {
    Process process =
        StoreProcess.start(
            DaemonStoreProcess.class, scratch, "true", "load", dir.toString(), round);
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
    assertFalse(words[0].equals("refused"), line);
    if (words.length == 2) {
      said(words[0]).add(words[1]);
    }
  }

  private void nothingOfTheOutboxIsLost(OutboxStore outbox) {
    for (String clientId : said("out")) {
      List<OutboxRow> rows = outbox.findByClientId(clientId);
      assertEquals(1, rows.size(), clientId);
      OutboxStatus status = rows.getFirst().status();
      boolean mayBeDone = said("settling").contains(clientId);
      boolean mustBeDone = said("settled").contains(clientId);
      assertTrue(
          status == OutboxStatus.DONE ? mayBeDone : status == OutboxStatus.PENDING && !mustBeDone,
          () -> clientId + " is " + status);
    }
    assertEquals(0, outbox.counts().get(OutboxStatus.INFLIGHT));
  }

  private static void whatIsPendingComesInOrder(OutboxStore outbox) {
    Map<String, Integer> lastOf = new HashMap<>();
    for (OutboxRow row : outbox.claim(DaemonStoreProcess.VIA, 1_000_000)) {
      String clientId = row.message().clientMessageId();
      assertEquals(DaemonStoreProcess.text(clientId), row.message().text());
      int dash = clientId.lastIndexOf('-');
      int number = Integer.parseInt(clientId.substring(dash + 1));
      Integer last =
          lastOf.put(clientId.substring(0, dash) + " to " + row.message().target(), number);
      assertTrue(last == null || last < number, () -> clientId + " comes behind " + last);
    }
    outbox.release(DaemonStoreProcess.VIA);
  }

  private void theInboxHasEverythingOnce(InboxStore inbox) {
    Set<String> there = new HashSet<>();
    long position = 0;
    for (InboxRow row : inbox.after(InboxFilter.ALL, 0, 1_000_000)) {
      String clientId = row.message().clientMessageId().orElseThrow();
      assertTrue(there.add(clientId), () -> clientId + " is there twice");
      assertTrue(row.position() > position);
      position = row.position();
      assertEquals(
          new InboxContent.Readable(DaemonStoreProcess.text(clientId), true),
          row.message().content());
    }
    for (String clientId : said("in")) {
      assertTrue(there.contains(clientId) || said("deleting").contains(clientId), clientId);
    }
    for (String clientId : said("deleted")) {
      assertFalse(there.contains(clientId), clientId);
    }
  }

  private void everythingIsKnownAgain(DaemonStores stores, String prefix) {
    for (String clientId : said("in")) {
      if (clientId.startsWith(prefix) && clientId.hashCode() % 8 == 0) { // half of them deleted
        CompletableFuture<Received> in = new CompletableFuture<>();
        stores.inbox().append(DaemonStoreProcess.incoming(clientId), in::complete);
        assertEquals(new Received.Duplicate(false), OutboxStoreTest.now(in));
      }
    }
    for (String clientId : said("out")) {
      if (clientId.startsWith(prefix) && clientId.hashCode() % 8 == 0) {
        CompletableFuture<Enqueued> out = new CompletableFuture<>();
        stores.outbox().append(DaemonStoreProcess.outgoing(clientId, 0), out::complete);
        assertInstanceOf(Enqueued.Duplicate.class, OutboxStoreTest.now(out));
      }
    }
  }

  @Test
  void aFullDiskRefusesAndKeepsWhatItTold() throws Exception {
    List<String> lines = new ArrayList<>();
    // In units of 512 or 1024 bytes, as the shell likes: enough for the library and the tables,
    // not for much more.
    Process process =
        StoreProcess.start(
            DaemonStoreProcess.class, scratch, "ulimit -f 8000", "fill", dir.toString());
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      out.lines().forEach(lines::add);
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), lines::toString);
    assertTrue(
        lines.removeIf(line -> line.startsWith("refused the store could not write: ")),
        lines::toString);
    lines.forEach(this::note);
    assertTrue(said("out").size() > 10, lines::toString);
    try (DaemonStores stores = open()) {
      nothingOfTheOutboxIsLost(stores.outbox());
      theInboxHasEverythingOnce(stores.inbox());
      CompletableFuture<Enqueued> another = new CompletableFuture<>();
      stores.outbox().append(DaemonStoreProcess.outgoing("later", 0), another::complete);
      assertInstanceOf(Enqueued.Stored.class, OutboxStoreTest.now(another));
    }
  }

  @Test
  void everyFileIsItsOwnersUnderAnyUmask() throws Exception {
    Path folder = dir.resolve("daemon");
    Process process =
        StoreProcess.start(
            DaemonStoreProcess.class, scratch, "umask 0000", "load", folder.toString(), "r0");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      while (!out.readLine().startsWith("out")) {
        assertTrue(process.isAlive());
      }
      assertEquals("rwx------", mode(folder));
      for (String name : List.of("daemon.db", "daemon.db-wal", "daemon.db-shm")) {
        assertEquals("rw-------", mode(folder.resolve(name)), name);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at a daemon's store from outside: what it tells, and that it leaves no trace. */
final class StoreLookTest {

  private static final int MANY = 2_000;

  @TempDir Path dir;

  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(60));
  }

  private static void append(DaemonStores stores, int from, int to) {
    CompletableFuture<Enqueued> last = new CompletableFuture<>();
    for (int i = from; i < to; i++) {
      boolean ending = i == to - 1;
      stores
          .outbox()
          .append(
              DaemonStoreProcess.outgoing("c" + i, i),
              outcome -> {
                if (ending) {
                  last.complete(outcome);
                }
              });
    }
    assertInstanceOf(Enqueued.Stored.class, OutboxStoreTest.now(last));
  }

  private DaemonStores open() throws IOException {
    return DaemonStores.open(dir, new TestClock(), DaemonStoreProcess.LIMITS);
  }

  private static TreeMap<String, Long> files(Path folder) throws IOException {
    TreeMap<String, Long> files = new TreeMap<>();
    try (var all = Files.list(folder)) {
      for (Path each : all.toList()) {
        files.put(each.getFileName().toString(), Files.size(each));
      }
    }
    return files;
  }

  @Test
  void whereThereIsNoStoreThereIsNothingToTell() throws IOException {
    assertEquals(Optional.empty(), StoreLook.at(dir, false, soon()));
  }

  @Test
  void aSoundStoreIsToldAndNothingIsLeftBehind() throws IOException {
    try (DaemonStores stores = open()) {
      append(stores, 0, 10);
    }
    TreeMap<String, Long> before = files(dir);

    StoreLook.Found found = StoreLook.at(dir, false, soon()).orElseThrow();

    assertEquals(Optional.empty(), found.fault());
    assertTrue(found.whole());
    assertEquals(Files.size(dir.resolve("daemon.db")), found.bytes());
    assertEquals(before, files(dir));
  }

  @Test
  void oneInUseIsReadBesideItsDaemonWhichGoesOn() throws IOException {
    try (DaemonStores stores = open()) {
      append(stores, 0, 10);
      StoreLook.Found found = StoreLook.at(dir, true, soon()).orElseThrow();
      assertEquals(Optional.empty(), found.fault());
      append(stores, 10, 20);
    }
    open().close();
  }

  @Test
  void theLogOfACrashIsLookedAtAndStays() throws IOException {
    Path crashed = Files.createDirectory(dir.resolve("crashed"));
    try (DaemonStores stores = open()) {
      append(stores, 0, 50);
      append(stores, 50, 100);
      for (String name : new String[] {"daemon.db", "daemon.db-wal"}) {
        Files.copy(dir.resolve(name), crashed.resolve(name));
      }
    }
    byte[] log = Files.readAllBytes(crashed.resolve("daemon.db-wal"));
    assertEquals(Optional.empty(), StoreLook.at(crashed, false, soon()).orElseThrow().fault());
    assertEquals(log.length, Files.size(crashed.resolve("daemon.db-wal")));

    log[60] ^= 1; // within the first of several transactions
    Files.deleteIfExists(crashed.resolve("daemon.db-shm"));
    Files.write(crashed.resolve("daemon.db-wal"), log);
    String fault = StoreLook.at(crashed, false, soon()).orElseThrow().fault().orElseThrow();
    assertTrue(fault.contains("is damaged: daemon.db-wal is: frame 1 of"), fault);
  }

  @Test
  void aLargeOneIsGivenUpAtTheDeadline() throws IOException {
    try (DaemonStores stores = open()) {
      append(stores, 0, MANY);
    }
    Deadline past = Deadline.in(Duration.ZERO);
    StoreLook.Found found = StoreLook.at(dir, false, past).orElseThrow();
    assertFalse(found.whole());
    assertEquals(Optional.empty(), found.fault());
  }

  @Test
  void aTruncatedOneIsDamaged() throws IOException {
    try (DaemonStores stores = open()) {
      append(stores, 0, 10);
    }
    Path file = dir.resolve("daemon.db");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 99, 4_096, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      String fault = StoreLook.at(dir, false, soon()).orElseThrow().fault().orElseThrow();
      assertTrue(fault.contains("is damaged"), length + ": " + fault);
    }
  }
}

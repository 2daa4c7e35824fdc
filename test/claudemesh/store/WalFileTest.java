package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The log that a crash leaves behind: sound, cut short, or damaged. */
final class WalFileTest extends DurableStoresScene {

  /** Copies the files of a store in use, as a crash would leave them. */
  private Path crashed() throws IOException {
    Path copy = Files.createDirectory(dir.resolve("crashed"));
    try (DurableStores stores = open()) {
      for (int i = 0; i < 20; i++) {
        append(stores, "m" + i, "a");
      }
      for (String name : List.of("broker.db", "broker.db-wal", "broker.db-shm")) {
        Files.copy(dir.resolve(name), copy.resolve(name));
      }
    }
    return copy;
  }

  private static WalFile.Verdict look(Path folder) throws IOException {
    WalIndex index = WalIndex.read(folder.resolve("broker.db-shm"));
    return WalFile.check(folder.resolve("broker.db-wal"), index);
  }

  @Test
  void theLogOfACrashIsSoundAndReplayed() throws IOException {
    Path crashed = crashed();
    assertEquals(new WalFile.Verdict(0, null), look(crashed));
    try (DurableStores stores = DurableStores.open(crashed, time, LIMITS)) {
      assertEquals(20, claim(stores, "a", 100).size());
    }
  }

  @Test
  void everyFlippedByteInTheLogIsDamage() throws IOException {
    Path crashed = crashed();
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);
    Random random = new Random(99);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = 8 + random.nextInt(whole.length - 8);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(log, damaged);
      String what = look(crashed).damage();
      assertTrue(what != null, () -> "byte " + at + " of " + whole.length);
    }
    String message =
        assertThrows(IOException.class, () -> DurableStores.open(crashed, time, LIMITS))
            .getMessage();
    assertTrue(message.contains("broker.db-wal is: "), message);
  }

  @Test
  void aLogCutShortIsDamageIfItsIndexCountsMore() throws IOException {
    Path crashed = crashed();
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);
    for (int length = whole.length - 1; length > 5_000; length -= 3_000) {
      Files.write(log, java.util.Arrays.copyOf(whole, length));
      assertTrue(look(crashed).damage() != null, "cut to " + length);
    }
  }

  @Test
  void withoutTheIndexOnlyTheLastTransactionMayBeIncomplete() throws Exception {
    Path crashed = crashed();
    Files.delete(crashed.resolve("broker.db-shm"));
    Path log = crashed.resolve("broker.db-wal");
    byte[] whole = Files.readAllBytes(log);

    flip(log, whole, whole.length / 2);
    assertTrue(look(crashed).damage().startsWith("frame "), "transactions follow");

    flip(log, whole, whole.length - 1);
    WalFile.Verdict verdict = look(crashed);
    assertEquals(null, verdict.damage());
    assertTrue(verdict.dropped() > 0);
    String logged =
        logged(
            () -> {
              try (DurableStores stores = DurableStores.open(crashed, time, LIMITS)) {
                assertEquals(19, claim(stores, "a", 100).size());
              }
            });
    assertTrue(logged.contains("store_unfinished_write_dropped"), logged);
  }

  private static void flip(Path file, byte[] whole, int at) throws IOException {
    byte[] damaged = whole.clone();
    damaged[at] ^= 1;
    Files.write(file, damaged);
  }

  @Test
  void framesOfAnEarlierRoundBehindTheNewOnesAreNoDamage() throws IOException {
    Path crashed = crashed();
    Files.delete(crashed.resolve("broker.db-shm"));
    Path log = crashed.resolve("broker.db-wal");
    int frame = 24 + 4_096;
    long frames = (Files.size(log) - 32) / frame;
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      ByteBuffer otherSalt = ByteBuffer.allocate(8).putLong(0, 42);
      channel.write(otherSalt, 32 + (frames - 1) * frame + 8);
    }
    WalFile.Verdict verdict = look(crashed);
    assertEquals(null, verdict.damage());
  }
}

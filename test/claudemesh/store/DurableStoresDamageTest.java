package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.store.MessageStatus.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a store on disk meets files that are not sound: named, refused, left as found. */
final class DurableStoresDamageTest extends DurableStoresScene {

  private String refusal() {
    return assertThrows(IOException.class, this::open).getMessage();
  }

  private void assertRefused(String... words) throws IOException {
    byte[] before = Files.readAllBytes(file());
    String message = refusal();
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
    assertTrue(message.contains(file().toString()), message);
    assertEquals(
        ByteBuffer.wrap(before),
        ByteBuffer.wrap(Files.readAllBytes(file())),
        "it is left as found");
  }

  private void someMail() throws IOException {
    try (DurableStores stores = open()) {
      for (int i = 0; i < 60; i++) {
        append(stores, "m" + i, "a");
      }
    }
  }

  @Test
  void anEmptyOrTruncatedFileIsRefused() throws IOException {
    someMail();
    byte[] whole = Files.readAllBytes(file());
    for (int length : new int[] {0, 1, 99, 100, 4_096, whole.length / 2, whole.length - 1}) {
      Files.write(file(), java.util.Arrays.copyOf(whole, length));
      assertRefused("is damaged", "put a good copy");
    }
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws Exception {
    Files.writeString(file(), "not a database, ".repeat(1_000));
    assertRefused("is damaged");
    Files.delete(file());
    change("CREATE TABLE theirs (a)");
    assertRefused("not one of claudemesh");
  }

  @Test
  void aNewerStoreIsRefused() throws Exception {
    someMail();
    change("PRAGMA user_version = 99");
    assertRefused("version 99", "use the program that wrote it");
  }

  @Test
  void aDamagedStoreThatAKilledBrokerLeftIsRefusedAndLeftAsItWas() throws Exception {
    Path crashed = Files.createDirectory(dir.resolve("crashed"));
    someMail();
    try (DurableStores stores = open()) {
      append(stores, "one more", "a"); // is in the log, until the store is closed
      for (String name : List.of("broker.db", "broker.db-wal")) {
        Files.copy(dir.resolve(name), crashed.resolve(name));
      }
    }
    byte[] damaged = Files.readAllBytes(crashed.resolve("broker.db"));
    Arrays.fill(damaged, damaged.length - 4096, damaged.length - 2048, (byte) 0x5a);
    Files.write(crashed.resolve("broker.db"), damaged);
    byte[] log = Files.readAllBytes(crashed.resolve("broker.db-wal"));
    assertThrows(IOException.class, () -> DurableStores.open(crashed, time, LIMITS));
    assertArrayEquals(damaged, Files.readAllBytes(crashed.resolve("broker.db")));
    assertArrayEquals(log, Files.readAllBytes(crashed.resolve("broker.db-wal")));
  }

  @Test
  void aLogWithoutItsDatabaseIsRefused() throws IOException {
    Files.writeString(dir.resolve("broker.db-wal"), "of a lost database");
    String message = refusal();
    assertTrue(message.contains("is missing, but") && message.contains("-wal"), message);
  }

  @Test
  void tablesThatContradictEachOtherAreRefused() throws Exception {
    someMail();
    change("UPDATE mail SET queued = 2 WHERE no = 7");
    assertRefused("found 61 queued by their messages, 60 by themselves");
    change("UPDATE mail SET queued = 1, payload = NULL WHERE no = 7");
    assertRefused("1 without text");
  }

  @Test
  void aTextThatChangedOnDiskIsReportedDeadNotHandedOn() throws Exception {
    someMail();
    change("UPDATE mail SET payload = replace(payload, 'm7', 'm9') WHERE message_id = 'm7'");
    try (DurableStores stores = open()) {
      List<List<String>> claimed = new ArrayList<>();
      quietly(() -> claimed.add(claim(stores, "a", 100)));
      assertEquals(59, claimed.getFirst().size());
      MessageStatus.Delivery dead =
          stores.mailboxes().status("m7").orElseThrow().deliveries().getFirst();
      assertEquals(State.DEAD, dead.state());
      assertEquals(Optional.of("its text is damaged on disk"), dead.reason());
    }
  }

  @Test
  void aFlippedByteIsReportedOrHarmless() throws IOException {
    someMail();
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(4711);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), damaged);
      refused += isRefusedOrKeepsAll() ? 1 : 0;
    }
    assertTrue(refused > 0, "some flips must hit something that matters");
  }

  private boolean isRefusedOrKeepsAll() throws IOException {
    DurableStores stores;
    try {
      stores = open();
    } catch (IOException e) {
      assertTrue(e.getMessage().contains(file().toString()), e.getMessage());
      return true;
    }
    try (stores) {
      List<List<String>> claimed = new ArrayList<>();
      quietly(() -> claimed.add(claim(stores, "a", 100)));
      int dead = 0;
      for (int i = 0; i < 60; i++) {
        State state =
            stores
                .mailboxes()
                .status("m" + i)
                .flatMap(status -> status.deliveries().stream().findFirst())
                .map(MessageStatus.Delivery::state)
                .orElse(State.DEAD);
        dead += state == State.DEAD ? 1 : 0;
      }
      assertTrue(claimed.getFirst().size() + dead >= 60, claimed + " and " + dead + " dead");
    }
    return false;
  }

  @Test
  void aFolderThatCannotBeHadIsNamed() throws IOException {
    Path folder = Files.writeString(dir.resolve("file"), "not a folder").resolve("data");
    String message =
        assertThrows(IOException.class, () -> DurableStores.open(folder, time, LIMITS))
            .getMessage();
    assertTrue(message.contains(folder + "/broker.db cannot be used"), message);
    assertTrue(message.contains("must belong to this user and be writable"), message);
  }

  @Test
  void somethingElseInItsPlaceIsNamed() throws IOException {
    Files.createDirectories(file().resolve("folder"));
    String message = refusal();
    assertTrue(message.contains(file().toString()), message);
  }

  @Test
  void aTextOfALogThatChangedOnDiskIsReportedNotHandedOn() throws Exception {
    try (DurableStores stores = open()) {
      append(stores, behind("1", "t", "log", null));
      append(stores, behind("2", "t", "log", null));
    }
    change("UPDATE post SET payload = 'payload 3' WHERE message_id = '1'");
    try (DurableStores stores = open()) {
      String log =
          logged(
              () -> {
                List<StoredMessage> left = stores.mailboxes().history("log", 9, Optional.empty());
                assertEquals(List.of("2"), left.stream().map(StoredMessage::messageId).toList());
              });
      assertTrue(log.contains("store_post_damaged"), log);
    }
  }
}

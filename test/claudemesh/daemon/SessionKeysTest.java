package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Log;
import claudemesh.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionKeysTest {

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-23T08:57:35Z");

  private final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public Instant wallTime() {
          return now;
        }
      };

  @AfterEach
  void restoreLog() {
    Log.configure(Log.Level.WARN, false, System.err);
  }

  private Path file() {
    return folder.resolve("session-keys.json");
  }

  private SessionKeys open() throws IOException {
    return SessionKeys.open(file(), clock);
  }

  @Test
  void aResumedSessionHasTheSameKeyAfterARestartToo() throws IOException {
    SessionKeys keys = open();
    Ed25519KeyPair first = keys.of("mesh", "s1");
    assertEquals(first, keys.of("mesh", "s1"));
    assertEquals(first, open().of("mesh", "s1"));
  }

  @Test
  void anotherSessionOrMeshHasAnotherKey() throws IOException {
    SessionKeys keys = open();
    assertNotEquals(keys.of("mesh", "s1"), keys.of("mesh", "s2"));
    assertNotEquals(keys.of("mesh", "s1"), keys.of("other", "s1"));
  }

  @Test
  void aKeyInUseIsNeverForgottenAndOneLongUnusedIs() throws IOException {
    Ed25519KeyPair used = open().of("mesh", "used");
    Ed25519KeyPair unused = open().of("mesh", "unused");
    for (int days = 0; days < 100; days += 20) {
      now = now.plus(Duration.ofDays(20));
      assertEquals(used, open().of("mesh", "used"));
    }
    assertNotEquals(unused, open().of("mesh", "unused"));
  }

  @Test
  void aKeyThatCannotBeSavedIsNotGivenOut() throws IOException {
    Path late = folder.resolve("late");
    SessionKeys keys = SessionKeys.open(late.resolve("keys.json"), clock);
    assertThrows(IOException.class, () -> keys.of("mesh", "s1"));
    assertThrows(IOException.class, () -> keys.of("mesh", "s1"));
    Files.createDirectory(late);
    Ed25519KeyPair saved = keys.of("mesh", "s1");
    assertEquals(saved, SessionKeys.open(late.resolve("keys.json"), clock).of("mesh", "s1"));
  }

  @Test
  void theFileIsForItsOwnerOnly() throws IOException {
    open().of("mesh", "s1");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
  }

  @Test
  void aDamagedFileIsKeptAside() throws IOException {
    Log.configure(Log.Level.ERROR, false, new ByteArrayOutputStream());
    Files.writeString(file(), "{\"version\":1,\"keys\":[{\"mesh_id\":\"m\"");
    open().of("mesh", "s1");
    assertTrue(Files.exists(folder.resolve("session-keys.json.damaged")));
  }
}

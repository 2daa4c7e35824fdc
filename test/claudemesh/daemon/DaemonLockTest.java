package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DaemonLockTest {

  @TempDir Path home;
  private DaemonFolder folder;

  @BeforeEach
  void prepare() throws IOException {
    folder = new DaemonFolder(home.resolve("daemon"));
    folder.prepare();
  }

  @Test
  void theFolderAndWhatIsInItAreTheirOwnersAlone() throws IOException {
    try (DaemonLock lock = DaemonLock.take(folder)) {
      assertNotNull(lock);
      assertEquals("rwx------", permissions(folder.path()));
      assertEquals("rw-------", permissions(folder.lockFile()));
      assertEquals("rw-------", permissions(folder.pidFile()));
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aSecondDaemonIsToldWhoRuns() throws IOException {
    try (DaemonLock lock = DaemonLock.take(folder)) {
      assertNotNull(lock);
      var e = assertThrows(DaemonLock.TakenException.class, () -> DaemonLock.take(folder));
      assertTrue(
          e.getMessage().contains("process " + ProcessHandle.current().pid()), e.getMessage());
    }
  }

  @Test
  void whenItEndsThePidFileGoesAndAnotherMayRun() throws IOException {
    DaemonLock lock = DaemonLock.take(folder);
    lock.close();
    assertFalse(Files.exists(folder.pidFile()));
    try (DaemonLock next = DaemonLock.take(folder)) {
      assertNotNull(next);
      lock.close(); // again: it must not touch what is another's now
      assertTrue(Files.exists(folder.pidFile()));
    }
  }

  @Test
  void aPidFileAloneKeepsNobodyOut() throws IOException {
    Files.writeString(folder.pidFile(), "1\n");
    try (DaemonLock lock = DaemonLock.take(folder)) {
      assertNotNull(lock);
      assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(folder.pidFile()));
    }
  }

  @Test
  void theFolderIsTheVariablesElseInTheConfigs() throws IOException {
    Map<String, String> environment =
        Map.of("CLAUDEMESH_CONFIG_DIR", home.toString(), "HOME", home.toString());
    assertEquals(home.resolve("daemon"), DaemonFolder.of(environment).path());
    Path other = Files.createDirectory(home.resolve("other"));
    ConfigFolder config = new ConfigFolder(home);
    Map<String, String> named = Map.of("CLAUDEMESH_DAEMON_DIR", other.toString());
    assertEquals(other, DaemonFolder.of(named, config).path());
    Map<String, String> gone = Map.of("CLAUDEMESH_DAEMON_DIR", home.resolve("gone").toString());
    assertEquals(home.resolve("daemon"), DaemonFolder.of(gone, config).path());
  }
}

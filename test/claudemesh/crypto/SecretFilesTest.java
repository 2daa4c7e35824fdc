package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class SecretFilesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "277", "777"})
  void foldersAndFilesArePrivateUnderAnyUmask(String umask) throws Exception {
    Path folder = temp.resolve("a/b");
    assertEquals(0, run("umask " + umask, "folder", folder));
    assertEquals("rwx------", mode(temp.resolve("a")));
    assertEquals("rwx------", mode(folder));
    Path file = folder.resolve("config.json");
    assertEquals(0, run("umask " + umask, "file", file));
    assertEquals("rw-------", mode(file));
    assertEquals("secret", Files.readString(file));
  }

  @Test
  void theyArePrivateAlreadyWhenTheyComeIntoBeing() throws Exception {
    Path folder = temp.resolve("folder");
    assertEquals(0, run("umask 000", "one-step-folder", folder));
    assertEquals("rwx------", mode(folder));
    Path file = temp.resolve("file");
    assertEquals(0, run("umask 000", "one-step-file", file));
    assertEquals("rw-------", mode(file));
  }

  @Test
  void openFolderIsTightenedAndItsParentIsNot() throws IOException {
    Path parent = folderWithMode("parent", "rwxr-xr-x");
    Path folder = folderWithMode("parent/folder", "rwxrwx--x");
    SecretFiles.createPrivateFolder(folder);
    SecretFiles.createPrivateFolder(folder.resolve("../folder"));
    assertEquals("rwx------", mode(folder));
    assertEquals("rwxr-xr-x", mode(parent));
  }

  @Test
  void whatOthersMayDoIsToldAndWhatTheOwnerMayIsNot() throws IOException {
    Path folder = folderWithMode("folder", "rwx------");
    Path file = Files.writeString(folder.resolve("file"), "text");
    for (String alone : List.of("rw-------", "r--------", "rwx------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(alone));
      assertEquals(Optional.empty(), SecretFiles.exposure(file), alone);
    }
    assertEquals(Optional.empty(), SecretFiles.exposure(folder));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
    assertEquals(Optional.of("is 0604, expected 0600"), SecretFiles.exposure(file));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x---"));
    assertEquals(Optional.of("is 0710, expected 0700"), SecretFiles.exposure(folder));
  }

  @Test
  void anotherOwnerIsTold() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "text");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
    var other =
        file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(file, other);
    assertEquals(Optional.of("belongs to nobody"), SecretFiles.exposure(file));
  }

  @Test
  void fileInTheFoldersPlaceIsAnError() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "text");
    assertThrows(NotDirectoryException.class, () -> SecretFiles.createPrivateFolder(file));
    assertThrows(IOException.class, () -> SecretFiles.createPrivateFolder(file.resolve("sub")));
    assertEquals("text", Files.readString(file));
  }

  @Test
  void newContentReplacesTheOldAndItsMode() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    SecretFiles.writeAtomically(file, "new — ü");
    assertEquals("new — ü", SecretFiles.read(file, 100));
    assertEquals("rw-------", mode(file));
    assertEquals(List.of(file), contents());
  }

  @Test
  void writeThatFailsMidwayLeavesTheOldContentAndNothingElse() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "old");
    assertEquals(1, run("ulimit -f 64", "too-large", file));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), contents());
  }

  @Test
  void renameThatFailsLeavesNothingBehind() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("folder/full")).getParent();
    assertThrows(IOException.class, () -> SecretFiles.writeAtomically(folder, "text"));
    assertEquals(List.of(folder), contents());
  }

  @Test
  void missingFolderIsAnError() {
    Path file = temp.resolve("missing/file");
    assertThrows(NoSuchFileException.class, () -> SecretFiles.writeAtomically(file, "text"));
  }

  @Test
  void relativePathIsWrittenWhereTheProcessStands() throws IOException {
    Path file = Path.of("").toAbsolutePath().relativize(temp.toRealPath().resolve("file"));
    SecretFiles.writeAtomically(file, "text");
    assertEquals("text", SecretFiles.read(file, 4));
  }

  @Test
  void readingStopsAtTheLimit() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "12345");
    assertEquals("12345", SecretFiles.read(file, 5));
    IOException refused = assertThrows(IOException.class, () -> SecretFiles.read(file, 4));
    assertTrue(refused.getMessage().contains("larger than the 4 bytes"));
  }

  @Test
  void readingRefusesWhatIsNotUtf8() throws IOException {
    Path file = Files.write(temp.resolve("file"), new byte[] {(byte) 0xff});
    IOException refused = assertThrows(IOException.class, () -> SecretFiles.read(file, 4));
    assertTrue(refused.getMessage().contains("must be UTF-8"));
  }

  private static int run(String limit, String what, Path path) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = folderOf(SecretFiles.class) + ":" + folderOf(SecretFilesProcess.class);
    Process process =
        new ProcessBuilder(
                List.of(
                    "sh",
                    "-c",
                    limit + " && exec \"$@\"",
                    "sh",
                    java,
                    "-XX:-UsePerfData",
                    "-cp",
                    classes,
                    SecretFilesProcess.class.getName(),
                    what,
                    path.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process must end within 60 s");
    return process.exitValue();
  }

  private static Path folderOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private Path folderWithMode(String name, String mode) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(name));
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private List<Path> contents() throws IOException {
    try (Stream<Path> all = Files.list(temp)) {
      return all.toList();
    }
  }
}

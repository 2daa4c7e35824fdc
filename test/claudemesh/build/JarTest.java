package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in {@code claudemesh.jar}, and what must not be. */
final class JarTest {

  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(Built.jar().toFile());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void theManifestNamesTheEntryClassAndTheVersionOfTheSources() throws IOException {
    Attributes attributes = jar.getManifest().getMainAttributes();

    assertEquals("claudemesh.Main", attributes.getValue(Attributes.Name.MAIN_CLASS));
    assertEquals(
        Files.readString(Path.of("src/claudemesh/version.txt")).strip(),
        attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION));
  }

  @Test
  void theDependenciesAreInsideWithTheirLicences() {
    for (String name :
        List.of(
            "com/eclipsesource/json/Json.class",
            "software/pando/crypto/nacl/CryptoBox.class",
            "META-INF/LICENSE",
            "META-INF/licenses/minimal-json.txt",
            "META-INF/licenses/salty-coffee.txt",
            "META-INF/licenses/sqlite-jdbc.txt",
            "claudemesh/version.txt")) {
      assertNotNull(jar.getEntry(name), name);
    }
  }

  @Test
  void sqliteIsInsideForTheseAndNoOtherPlatforms() {
    var libraries =
        jar.stream()
            .map(JarEntry::getName)
            .filter(name -> name.startsWith("org/sqlite/native/"))
            .map(name -> name.substring("org/sqlite/native/".length()))
            .toList();
    assertEquals(
        List.of(
            "Linux-Musl/aarch64/libsqlitejdbc.so",
            "Linux-Musl/x86_64/libsqlitejdbc.so",
            "Linux/aarch64/libsqlitejdbc.so",
            "Linux/x86_64/libsqlitejdbc.so",
            "Mac/aarch64/libsqlitejdbc.dylib",
            "Mac/x86_64/libsqlitejdbc.dylib",
            "Windows/aarch64/sqlitejdbc.dll",
            "Windows/x86_64/sqlitejdbc.dll"),
        libraries);
  }

  @Test
  void theJarMayLoadNativeCodeWithoutAWarning() throws IOException {
    assertEquals(
        "ALL-UNNAMED", jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"));
  }

  @Test
  void theJarStaysSmall() throws IOException {
    long bytes = Files.size(Built.jar());
    assertTrue(bytes < 7_000_000, () -> "expected less than 7 MB, got " + bytes);
  }

  @Test
  void theDependenciesLeaveTheirOwnJarsBehind() {
    var leftovers =
        jar.stream()
            .map(JarEntry::getName)
            .filter(
                name ->
                    name.endsWith("module-info.class")
                        || name.startsWith("META-INF/maven/")
                        || name.matches("META-INF/.*\\.(SF|RSA|DSA|EC)"))
            .toList();
    assertEquals(List.of(), leftovers);
  }

  @Test
  void entriesAreSortedUniqueAndOfOneDate() {
    List<JarEntry> entries = jar.stream().toList();
    List<String> names =
        entries.stream()
            .map(JarEntry::getName)
            .filter(name -> !name.equals("META-INF/") && !name.equals(JarFile.MANIFEST_NAME))
            .toList();

    assertEquals(names.stream().sorted().toList(), names);
    assertEquals(names.size(), new HashSet<>(names).size());
    assertTrue(entries.stream().map(JarEntry::getTimeLocal).distinct().count() == 1);
  }
}

package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code make bundle} made, where other people would have it: {@code make test-bundle}. */
@Tag("bundle")
final class BundleTest {

  private static final long MIB = 1 << 20;
  private static final long UNPACKED_LIMIT = 60 * MIB;
  private static final long ARCHIVE_LIMIT = 30 * MIB;

  private static Path tree;
  private static Path archive;
  private static String version;

  @TempDir Path dir;
  private Shell shell;

  @BeforeAll
  static void findTheBundle() throws IOException {
    version = Files.readString(Path.of("src/claudemesh/version.txt")).strip();
    Path build = Built.jar().getParent();
    try (Stream<Path> folders = Files.list(build.resolve("bundle"))) {
      tree = folders.findFirst().orElseThrow();
    }
    archive = build.resolve(tree.getFileName() + ".tar.gz");
  }

  @BeforeEach
  void anEmptyEnvironment() throws IOException {
    dir = dir.toRealPath();
    shell = new Shell(dir);
  }

  // ── where it is ──────────────────────────────────────────────────────────────────────────────

  @Test
  void itRunsWithoutAnyEnvironmentAndWithoutJava() throws Exception {
    assertRuns(
        shell.run("/usr/bin/env", "-i", tree.resolve("bin/claudemesh").toString(), "version"));
  }

  @Test
  void itRunsFromTheArchiveReadOnlyInAPathWithSpacesThroughLinks() throws Exception {
    Path place = Files.createDirectories(dir.resolve("a folder/of mine"));
    run("tar", "-xzf", archive.toString(), "-C", place.toString());
    run("chmod", "-R", "a-w", place.toString());
    Path launcher = place.resolve(tree.getFileName()).resolve("bin/claudemesh");
    Path absolute = Files.createSymbolicLink(dir.resolve("first link"), launcher);
    Path links = Files.createDirectory(dir.resolve("links here"));
    Path relative = Files.createSymbolicLink(links.resolve("mesh"), Path.of("../first link"));
    try {
      assertRuns(shell.run(launcher.toString(), "version"));
      assertRuns(shell.run(absolute.toString(), "version"));
      assertRuns(shell.run(relative.toString(), "version"));
      assertRuns(shell.run("/bin/sh", "-c", "cd 'links here' && ./mesh version"));
      assertRuns(shell.run("/bin/sh", "-c", "PATH=\"links here:$PATH\" && mesh version"));
      assertRuns(shell.run("/bin/sh", "-c", "cd 'links here' && sh mesh version"));
    } finally {
      run("chmod", "-R", "u+w", place.toString());
    }
  }

  @Test
  void anyUserMayRunIt() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can become another user");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    run("tar", "-xzf", archive.toString(), "-C", dir.toString());
    run("chmod", "755", dir.toString());
    String launcher = dir.resolve(tree.getFileName()).resolve("bin/claudemesh").toString();

    assertRuns(
        shell
            .with("HOME", "/nonexistent")
            .run(
                "/usr/bin/setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                launcher,
                "version"));
  }

  @Test
  void optionsForAnotherJavaAndTheCurrentFolderHaveNoSay() throws Exception {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(services.resolve("java.lang.System$LoggerFinder"), "no.such.Finder\n");
    shell
        .with("JAVA_TOOL_OPTIONS", "-Dx=y")
        .with("JDK_JAVA_OPTIONS", "-Dx=y")
        .with("CLASSPATH", dir.toString());

    assertRuns(shell.run(tree.resolve("bin/claudemesh").toString(), "version"));
    var wrong = shell.run(tree.resolve("bin/claudemesh").toString(), "no-such-verb");
    assertEquals(2, wrong.exitCode(), wrong.err());
    assertEquals(1, wrong.err().lines().count(), wrong.err());
  }

  // ── what it does ─────────────────────────────────────────────────────────────────────────────

  @Test
  void shortAndLongVerbsStartFromTheArchiveOfClasses() throws Exception {
    shell.with("CLAUDEMESH_JAVA_OPTIONS", "-Xshare:on"); // or else the JVM refuses to start

    assertRuns(shell.run(tree.resolve("bin/claudemesh").toString(), "version"));
    var help = shell.run(tree.resolve("bin/claudemesh").toString(), "broker", "--help");
    assertEquals(0, help.exitCode(), help.err());
  }

  @Test
  void shortVerbsLoadNoClassFromOutsideTheArchive() throws Exception {
    Path log = dir.resolve("classes.txt");
    shell.with("CLAUDEMESH_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
    for (String verb : List.of("version", "help", "list")) {
      shell.run(tree.resolve("bin/claudemesh").toString(), verb);
      List<String> lines = Files.readAllLines(log);
      assertTrue(lines.size() > 300, () -> lines.size() + " classes");
      assertEquals(List.of(), lines.stream().filter(line -> line.contains("jrt:")).toList(), verb);
    }
  }

  @Test
  void aVerbThatConnectsLoadsOnlyFromTheArchivesAndMakesNoClassForASwitchOfOurs() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "older JDKs cannot rewrite our switches");
    Path log = dir.resolve("classes.txt");
    String launcher = tree.resolve("bin/claudemesh").toString();
    var up = new ProcessBuilder(launcher, "up", "--listen", "127.0.0.1:0", "--json");
    up.environment().clear();
    up.environment().put("HOME", dir.toString());
    Process broker = up.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8))) {
      assertTrue(String.valueOf(out.readLine()).contains("\"ready\""));
      shell.with("CLAUDEMESH_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
      run(launcher, "send", "echo", "hello");
    } finally {
      broker.destroy();
      broker.waitFor();
    }
    List<String> outside =
        Files.readAllLines(log).stream()
            .filter(line -> line.contains("source:") && !line.contains("shared objects file"))
            .toList();
    assertEquals(
        List.of(),
        outside.stream()
            .filter(line -> line.contains("jrt:") && !line.contains(" jdk.internal.event."))
            .toList());
    assertEquals(
        List.of(),
        outside.stream()
            .filter(line -> line.contains("claudemesh.") && line.contains("Switch"))
            .toList());
  }

  @Test
  void theBrokerUnpacksNothingAndSaysNothing() throws Exception {
    Path scratch = Files.createDirectory(dir.resolve("scratch"));
    Path err = dir.resolve("err.txt");
    var builder =
        new ProcessBuilder(
            tree.resolve("bin/claudemesh").toString(),
            "broker",
            "--listen",
            "127.0.0.1:0",
            "--data",
            dir.resolve("data").toString(),
            "--json");
    builder.environment().clear();
    builder.environment().put("HOME", dir.toString());
    builder.environment().put("CLAUDEMESH_JAVA_OPTIONS", "-Djava.io.tmpdir=" + scratch);
    Process broker = builder.redirectError(err.toFile()).start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      assertTrue(line != null && line.contains("\"listening\""), () -> line + read(err));
      assertTrue(Files.exists(dir.resolve("data/broker.db")), "SQLite is in use");
      assertEquals(List.of(), names(scratch));
    } finally {
      broker.destroy();
      broker.waitFor();
    }
    assertEquals("", read(err));
  }

  // ── what it is ───────────────────────────────────────────────────────────────────────────────

  @Test
  void itIsSmall() throws IOException {
    long unpacked;
    try (Stream<Path> files = Files.walk(tree)) {
      unpacked = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
    long packed = Files.size(archive);
    assertTrue(unpacked <= UNPACKED_LIMIT, () -> unpacked + " bytes unpacked");
    assertTrue(packed <= ARCHIVE_LIMIT, () -> packed + " bytes packed");
  }

  @Test
  void theChecksumIsThatOfTheArchive() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive));
    String name = archive.getFileName().toString();
    assertEquals(
        HexFormat.of().formatHex(hash) + "  " + name + "\n",
        Files.readString(archive.resolveSibling(name + ".sha256")));
  }

  @Test
  void theArchiveIsSortedOfOneDateAndOfNobody() throws Exception {
    shell.with("TZ", "UTC");
    List<String> entries = run("tar", "-tvzf", archive.toString()).lines().toList();
    List<String> names = run("tar", "-tzf", archive.toString()).lines().toList();

    for (String entry : entries) {
      assertTrue(entry.matches("\\S+ 0/0 +\\d+ 2026-01-01 00:00 .*"), entry);
    }
    List<String> bare = names.stream().map(name -> name.replaceFirst("/$", "")).toList();
    assertEquals(bare.stream().sorted().toList(), bare);
  }

  @Test
  void oneNativeLibraryOfSqliteAndTheLicencesAreInside() throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      var libraries = files.filter(file -> file.toString().contains("sqlitejdbc")).toList();
      assertEquals(1, libraries.size(), libraries::toString);
    }
    for (String file : List.of("LICENSE", "licenses/sqlite-jdbc.txt")) {
      assertTrue(Files.isRegularFile(tree.resolve("share/doc/claudemesh").resolve(file)), file);
    }
    assertTrue(Files.isDirectory(tree.resolve("lib/claudemesh/legal/java.base")));
  }

  // ── installing ───────────────────────────────────────────────────────────────────────────────

  @Test
  void installedUnderAPrefixItRunsAndRemovedItLeavesNothingBehind() throws Exception {
    Path prefix = dir.resolve("my prefix");
    Path other = Files.createDirectories(prefix.resolve("share/man/man1")).resolve("other.1");
    Files.writeString(other, "somebody else's\n");
    String script = Path.of("bin/install-bundle").toAbsolutePath().toString();

    run(script, tree.toString(), prefix.toString());
    run(script, tree.toString(), prefix.toString()); // over an older one
    assertRuns(shell.run(prefix.resolve("bin/claudemesh").toString(), "version"));
    assertTrue(Files.exists(prefix.resolve("share/doc/claudemesh/LICENSE")));
    assertFalse(Files.exists(prefix.resolve("lib/claudemesh.new")));

    run(script, "--remove", prefix.toString());
    try (Stream<Path> files = Files.walk(prefix)) {
      assertEquals(List.of(other), files.filter(Files::isRegularFile).toList());
    }
  }

  // ── helpers ──────────────────────────────────────────────────────────────────────────────────

  private static void assertRuns(Shell.Run run) {
    assertEquals("", run.err());
    assertEquals("claudemesh " + version + "\n", run.out());
    assertEquals(0, run.exitCode());
  }

  private String run(String... command) throws Exception {
    var run = shell.run(command);
    assertEquals(0, run.exitCode(), () -> List.of(command) + ": " + run.err());
    return run.out();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}

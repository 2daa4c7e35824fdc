package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code bin/claudemesh} starts Java: a stand-in prints the arguments it was given. */
final class LauncherTest {

  @TempDir Path dir;
  private Path checkout;
  private Path jar;
  private Path home;
  private Shell shell;

  @BeforeEach
  void aCheckoutInAFolderWithSpaces() throws IOException {
    checkout = dir.toRealPath().resolve("my check out");
    Files.createDirectories(checkout.resolve("bin"));
    for (String name : List.of("claudemesh", "find-jdk")) {
      Files.copy(
          Path.of("bin", name),
          checkout.resolve("bin").resolve(name),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    jar = checkout.resolve("build/claudemesh.jar");
    Files.createDirectories(jar.getParent());
    Files.createFile(jar);
    home = dir.resolve("a java");
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"21.0.4\"\n");
    Files.createFile(Files.createDirectories(home.resolve("lib")).resolve("modules"));
    standIn("printf '[%s]' \"$@\"; echo; exit 7");
    shell = new Shell(dir).with("JAVA_HOME", home.toString());
  }

  @Test
  void argumentsArriveUnchangedAndTheExitCodeComesBack() throws Exception {
    var run = shell.run(launcher(), "send", "a b", "", "*");

    assertTrue(
        run.out().endsWith("[-cp][" + jar + "][claudemesh.cli.Cli][send][a b][][*]\n"),
        run.out() + run.err());
    assertEquals(7, run.exitCode());
  }

  @Test
  void shortVerbsStartWithOneCompilerAndTheSmallCollector() throws Exception {
    for (String[] command : new String[][] {{launcher(), "version"}, {launcher()}}) {
      String out = shell.run(command).out();
      assertTrue(out.contains("[-XX:+UseSerialGC][-XX:TieredStopAtLevel=1]"), out);
    }
  }

  @Test
  void verbsThatStayGetTheWholeJvm() throws Exception {
    for (String verb : List.of("up", "connect", "ws")) {
      String out = shell.run(launcher(), verb).out();
      assertTrue(out.startsWith("[-Xshare:auto][-Xlog:disable][-Dclaudemesh."), out);
      assertTrue(out.endsWith("[" + verb + "]\n"), out);
    }
  }

  @Test
  void theBrokerGetsASmallNurseryUnlessAnotherCollectorIsAskedFor() throws Exception {
    String out = shell.run(launcher(), "broker").out();
    assertTrue(out.contains("[-XX:+UseSerialGC][-Xmn96m]"), out);

    shell = shell.with("CLAUDEMESH_JAVA_OPTIONS", "-XX:+UseParallelGC");
    out = shell.run(launcher(), "broker").out();
    assertTrue(out.contains("[-XX:+UseParallelGC][-Dclaudemesh."), out);
  }

  @Test
  void verbsThatOpenSqliteStartByTheManifestThatAllowsNativeCode() throws Exception {
    for (String[] verb : new String[][] {{"up"}, {"broker"}, {"daemon", "up"}}) {
      List<String> command = new ArrayList<>(List.of(launcher()));
      command.addAll(List.of(verb));
      String out = shell.run(command.toArray(String[]::new)).out();
      assertTrue(out.contains("[-jar][" + jar + "][" + verb[0] + "]"), out);
    }
  }

  @Test
  void theJvmIsToldWhichStreamsAreTerminalsAndHowItWasCalled() throws Exception {
    String out = shell.run(launcher(), "up").out();

    assertTrue(out.contains("[-Dclaudemesh.terminals=]"), "all three are files here: " + out);
    assertTrue(out.contains("[-Dclaudemesh.command=" + launcher() + "]"), out);
  }

  @Test
  void itFindsItsJarThroughSymbolicLinks() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("bin on path"));
    Files.createSymbolicLink(folder.resolve("first"), Path.of("../my check out/bin/claudemesh"));
    Path second = Files.createSymbolicLink(dir.resolve("second"), folder.resolve("first"));

    assertTrue(shell.run(second.toString(), "up").out().contains("[" + jar.toRealPath() + "]"));
  }

  @Test
  void withoutAJarItSaysHowToBuildOne() throws Exception {
    Files.delete(jar);

    var run = shell.run(launcher(), "version");

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("Type: make -C"), run.err());
  }

  // ── what it remembers ────────────────────────────────────────────────────────────────────────

  @Test
  void fromTheSecondStartOnItUsesAnArchiveOfClassesUntilTheJarChanges() throws Exception {
    standIn(MAKES_ARCHIVES);
    assertFalse(shell.run(launcher(), "version").out().contains("SharedArchiveFile"));
    Path archive = awaitArchive();

    String out = shell.run(launcher(), "version").out();
    assertTrue(out.contains("[-XX:SharedArchiveFile=" + archive + "]"), out);

    Files.writeString(jar, "another version");
    assertFalse(shell.run(launcher(), "version").out().contains("SharedArchiveFile"));
  }

  @Test
  void ofManyFirstStartsOneMakesTheArchive() throws Exception {
    standIn(MAKES_ARCHIVES);
    String loop = "for i in 1 2 3 4 5 6 7 8; do \"$0\" version & done; wait";

    var run = shell.run("/bin/sh", "-c", loop, launcher());

    assertEquals("", run.err());
    assertEquals(8, run.out().lines().count());
    awaitArchive();
    assertEquals(1, Files.readAllLines(dir.resolve("made")).size());
  }

  @Test
  void withoutAPlaceForACacheItDoesWithout() throws Exception {
    for (String place : List.of("", jar.toString(), "/proc/none")) {
      var run = shell.with("HOME", place).run(launcher(), "version");

      assertEquals("", run.err());
      assertEquals(7, run.exitCode());
      assertFalse(run.out().contains("SharedArchiveFile"));
    }
  }

  @Test
  void theJavaFoundIsRememberedForTheseVariablesAndWhileItIsThere() throws Exception {
    shell.run(launcher(), "version");
    Path findJdk = checkout.resolve("bin/find-jdk");
    Files.writeString(findJdk, "#!/bin/sh\necho looked again >&2\nexit 1\n");

    assertEquals(7, shell.run(launcher(), "version").exitCode());
    assertEquals("looked again\n", shell.with("JAVA_HOME", "/other").run(launcher()).err());
    Files.delete(home.resolve("bin/java"));
    assertEquals("looked again\n", shell.with("JAVA_HOME", home.toString()).run(launcher()).err());
  }

  private static final String MAKES_ARCHIVES =
      """
      for word in "$@"; do
        case $word in
          -XX:ArchiveClassesAtExit=*) echo x >>"$HOME/made"; echo >"${word#*=}"; exit ;;
        esac
      done
      printf '[%s]' "$@"
      echo
      """;

  private void standIn(String script) throws IOException {
    Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\n" + script + "\n");
    assertTrue(java.toFile().setExecutable(true));
  }

  private Path awaitArchive() throws IOException {
    Path cache = dir.resolve(".cache/claudemesh");
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      try (Stream<Path> files = Files.list(cache)) {
        Optional<Path> archive = files.filter(file -> file.toString().endsWith(".jsa")).findFirst();
        if (archive.isPresent()) {
          return archive.get();
        }
      }
      Waiting.step();
    }
    throw new AssertionError("no archive in " + cache);
  }

  private String launcher() {
    return checkout.resolve("bin/claudemesh").toString();
  }
}

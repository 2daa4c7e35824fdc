package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code bin/claudemesh} starts Java: a stand-in prints the arguments it was given. */
final class LauncherTest {

  @TempDir Path dir;
  private Path checkout;
  private Path jar;
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
    Path home = dir.resolve("a java");
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"21.0.4\"\n");
    Path java =
        Files.writeString(
            home.resolve("bin/java"), "#!/bin/sh\nprintf '[%s]' \"$@\"\necho\nexit 7\n");
    assertTrue(java.toFile().setExecutable(true));
    shell = new Shell(dir).with("JAVA_HOME", home.toString());
  }

  @Test
  void argumentsArriveUnchangedAndTheExitCodeComesBack() throws Exception {
    var run = shell.run(launcher(), "send", "a b", "", "*");

    assertTrue(run.out().endsWith("[-jar][" + jar + "][send][a b][][*]\n"), run.out() + run.err());
    assertEquals(7, run.exitCode());
  }

  @Test
  void shortVerbsStartWithOneCompilerAndTheSmallCollector() throws Exception {
    assertTrue(shell.run(launcher(), "version").out().startsWith("[-XX:+UseSerialGC]"));
    assertTrue(shell.run(launcher()).out().startsWith("[-XX:+UseSerialGC]"));
  }

  @Test
  void verbsThatStayGetTheWholeJvm() throws Exception {
    for (String verb : List.of("up", "broker", "connect", "ws")) {
      String out = shell.run(launcher(), verb).out();
      assertTrue(out.startsWith("[-Dclaudemesh."), out);
      assertTrue(out.endsWith("[-jar][" + jar + "][" + verb + "]\n"), out);
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

  private String launcher() {
    return checkout.resolve("bin/claudemesh").toString();
  }
}

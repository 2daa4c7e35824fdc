package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which Java {@code bin/find-jdk} takes, among Java homes that the test lays out. */
final class FindJdkTest {

  private static final String SCRIPT = Path.of("bin/find-jdk").toAbsolutePath().toString();

  @TempDir Path dir;
  private Path folder;
  private Shell shell;

  @BeforeEach
  void anOldJavaOnThePath() throws IOException {
    folder = dir.resolve("root/usr/lib/jvm");
    Path old = home(dir.resolve("old java"), "17.0.15");
    Path onPath = Files.createDirectory(dir.resolve("path"));
    Files.createSymbolicLink(onPath.resolve("java"), old.resolve("bin/java"));
    shell =
        new Shell(dir)
            .with("PATH", onPath + ":/usr/bin:/bin")
            .with("CLAUDEMESH_JVM_ROOT", dir.resolve("root").toString());
  }

  @Test
  void theNewestInTheFoldersIsTakenWhenThePathHasAnOldOne() throws Exception {
    home(folder.resolve("a-java-21"), "21.0.9");
    Path newest = home(folder.resolve("b-java-25"), "25.0.3");
    home(folder.resolve("c-java-25"), "25.0.1");
    home(folder.resolve("d-java-8"), "1.8.0_402");

    assertFound(newest);
  }

  @Test
  void earlyAccessVersionsCount() throws Exception {
    assertFound(home(folder.resolve("ea"), "26-ea"));
  }

  @Test
  void javaHomeComesBeforeThePathAndTheFolders() throws Exception {
    home(folder.resolve("java-25"), "25.0.3");
    Path named = home(dir.resolve("my jdk"), "21");
    shell.with("JAVA_HOME", named.toString());

    assertFound(named);
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws Exception {
    shell.with("JAVA_HOME", dir.resolve("old java").toString());

    assertFound(home(folder.resolve("java-21"), "21.0.2"));
  }

  @Test
  void theJavaOnThePathComesBeforeTheFoldersThroughSymbolicLinks() throws Exception {
    home(folder.resolve("java-25"), "25.0.3");
    Path linked = home(dir.resolve("linked"), "22.0.1");
    Path onPath = Files.createDirectory(dir.resolve("first"));
    Files.createSymbolicLink(onPath.resolve("middle"), linked.resolve("bin/java"));
    Files.createSymbolicLink(onPath.resolve("java"), Path.of("middle"));
    shell.with("PATH", onPath + ":/usr/bin:/bin");

    assertFound(linked.toRealPath());
  }

  @Test
  void aWrongClaudemeshJavaHomeIsAnErrorNotAHint() throws Exception {
    home(folder.resolve("java-25"), "25.0.3");
    shell.with("CLAUDEMESH_JAVA_HOME", dir.resolve("old java").toString());

    var run = shell.run(SCRIPT);

    assertEquals(1, run.exitCode());
    assertEquals("", run.out());
    assertTrue(run.err().contains("found 17.0.15"), run.err());
  }

  @Test
  void aJavaWithoutCompilerRunsButDoesNotBuild() throws Exception {
    Path jdk = home(folder.resolve("jdk-21"), "21.0.4");
    Path jre = home(folder.resolve("jre-25"), "25.0.3");
    Files.delete(jre.resolve("bin/javac"));

    assertFound(jre);
    assertEquals(jdk + "\n", shell.run(SCRIPT, "--jdk").out());
  }

  @Test
  void aMacKeepsItsJavaInContentsHome() throws Exception {
    String path = "root/Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home";
    assertFound(home(dir.resolve(path), "21.0.4"));
  }

  @Test
  void withoutAnyItSaysWhatToInstall() throws Exception {
    var run = shell.run(SCRIPT, "--jdk");

    assertEquals(1, run.exitCode());
    assertEquals("", run.out());
    for (String word : new String[] {"17.0.15", "Debian", "Fedora", "macOS", "JAVA_HOME"}) {
      assertTrue(run.err().contains(word), run.err());
    }
  }

  private void assertFound(Path home) throws Exception {
    var run = shell.run(SCRIPT);
    assertEquals(home + "\n", run.out(), run.err());
    assertEquals(0, run.exitCode());
    assertEquals("", run.err());
  }

  /** Lays out a Java home whose java fails: only its release file may be asked. */
  private static Path home(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    for (String tool : new String[] {"java", "javac"}) {
      Path file = Files.writeString(home.resolve("bin").resolve(tool), "#!/bin/sh\nexit 99\n");
      assertTrue(file.toFile().setExecutable(true));
    }
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Someone\"\nJAVA_VERSION=\"" + version + "\"\nMODULES=\"java.base\"\n");
    return home;
  }
}

package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/fetch-deps} with a stand-in for Maven that needs no network. */
final class FetchDepsTest {

  /** SHA-256 of {@code hello\n}. */
  private static final String HELLO =
      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

  @TempDir Path dir;
  private Path checkout;
  private Path jar;
  private Path mvn;
  private Shell shell;

  @BeforeEach
  void aCheckoutWithOneDependency() throws IOException {
    checkout = dir.resolve("check out");
    Files.createDirectories(checkout.resolve("bin"));
    Files.copy(
        Path.of("bin/fetch-deps"),
        checkout.resolve("bin/fetch-deps"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(
        checkout.resolve("bin/dependencies.txt"),
        "# why\norg.example:thing:1.0:all " + HELLO + " main\n");
    jar = checkout.resolve(".deps/thing-1.0-all.jar");
    Path tools = toolsWithoutMaven();
    mvn = tools.resolve("mvn");
    shell = new Shell(dir).with("PATH", tools.toString());
  }

  @Test
  void aMissingJarIsFetchedVerifiedAndKept() throws Exception {
    mavenDelivers("hello");

    var run = fetch();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("hello\n", Files.readString(jar));
    assertEquals(List.of(jar), everythingIn(jar.getParent()), "nothing else is left behind");
  }

  @Test
  void aCompleteFolderNeedsNoMaven() throws Exception {
    mavenDelivers("hello");
    fetch();
    Files.delete(mvn);

    var run = fetch();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", run.out() + run.err());
  }

  @Test
  void aWrongDownloadNeverReachesTheFolder() throws Exception {
    mavenDelivers("other");

    var run = fetch();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("expected SHA-256 " + HELLO), run.err());
    assertTrue(run.err().contains("actual   SHA-256 "), run.err());
    assertEquals(List.of(), everythingIn(jar.getParent()));
  }

  @Test
  void aDamagedJarIsDeletedSaidAndFetchedByTheNextRun() throws Exception {
    mavenDelivers("hello");
    fetch();
    Files.writeString(jar, "damaged");

    var run = fetch();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("thing-1.0-all.jar is not the file"), run.err());
    assertFalse(Files.exists(jar));
    assertEquals(0, fetch().exitCode());
    assertEquals("hello\n", Files.readString(jar));
  }

  @Test
  void withoutMavenItSaysWhatToInstallAndWhichFilesToBring() throws Exception {
    var run = fetch();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("apt-get install maven"), run.err());
    assertTrue(run.err().contains("thing-1.0-all.jar"), run.err());
    assertTrue(run.err().contains(HELLO), run.err());
  }

  @Test
  void mavensOwnWordsAreShownWhenItFails() throws Exception {
    script(mvn, "echo 'no route to host'; exit 1");

    var run = fetch();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("no route to host"), run.err());
  }

  @Test
  void aMalformedLineIsNamed() throws Exception {
    Files.writeString(checkout.resolve("bin/dependencies.txt"), "org.example:thing main\n");

    var run = fetch();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("bin/dependencies.txt:1: expected "), run.err());
  }

  private Shell.Run fetch() throws Exception {
    return shell.run(checkout.resolve("bin/fetch-deps").toString());
  }

  /** A Maven that writes the one file that it was asked for into {@code -DoutputDirectory}. */
  private void mavenDelivers(String content) throws IOException {
    script(
        mvn,
        """
        for word in "$@"; do
          case $word in -DoutputDirectory=*) folder=${word#*=} ;; esac
        done
        mkdir -p "$folder" && echo '%s' >"$folder/thing-1.0-all.jar"
        """
            .formatted(content));
  }

  /** A PATH of the machine's tools but Maven, which may be installed beside them. */
  private Path toolsWithoutMaven() throws IOException {
    Path tools = Files.createDirectory(dir.resolve("tools"));
    for (String name :
        List.of(
            "awk",
            "cat",
            "cut",
            "dirname",
            "mkdir",
            "mktemp",
            "mv",
            "perl",
            "rm",
            "sha256sum",
            "shasum",
            "tr")) {
      Stream.of("/bin", "/usr/bin")
          .map(folder -> Path.of(folder, name))
          .filter(Files::isExecutable)
          .findFirst()
          .ifPresent(file -> script(tools.resolve(name), "exec " + file + " \"$@\"\n"));
    }
    return tools;
  }

  private static void script(Path file, String text) {
    try {
      Files.writeString(file, "#!/bin/sh\n" + text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertTrue(file.toFile().setExecutable(true));
  }

  private static List<Path> everythingIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}

package claudemesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.build.Built;
import claudemesh.build.Shell;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entry class on Javas that are too old, and its hand-over on those that are not. */
final class MainTest {

  private static final int JAVA_8_CLASS_FILE = 52;

  @Test
  void javaBefore21GetsOneSentenceThatNamesFoundAndNeeded() {
    String complaint = Main.complaintAbout("17", "17.0.15", "/usr/lib/jvm/old");

    assertTrue(complaint.contains("needs Java 21 or newer"), complaint);
    assertTrue(complaint.contains("this is Java 17.0.15 in /usr/lib/jvm/old"), complaint);
    assertEquals(1, complaint.lines().count());
  }

  @Test
  void java8CountsAs8NotAs1() {
    assertTrue(Main.complaintAbout("1.8", "1.8.0_402", "/jre").contains("this is Java 1.8.0_402"));
  }

  @Test
  void java21AndLaterAreWelcome() {
    assertNull(Main.complaintAbout("21", "21", "/jdk"));
    assertNull(Main.complaintAbout("25", "25.0.3", "/jdk"));
  }

  @Test
  void theClassFileIsReadableForJava8() throws IOException {
    try (var in = new DataInputStream(Main.class.getResourceAsStream("Main.class"))) {
      assertEquals(0xCAFEBABE, in.readInt());
      in.readUnsignedShort();
      assertEquals(JAVA_8_CLASS_FILE, in.readUnsignedShort());
    }
  }

  @Test
  void anOlderJavaOnThisMachineExitsWith2AndOneLineOnStderr(@TempDir Path dir) throws Exception {
    Optional<Path> old = anOlderJava();
    assumeTrue(old.isPresent(), "no Java 8 to 20 in the usual folder");

    var run = new Shell(dir).run(old.get().toString(), "-jar", Built.jar().toString(), "version");

    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("claudemesh needs Java 21 or newer, but this is Java "));
  }

  @Test
  void theCommandLineGetsTheArgumentsAndItsOwnExceptionComesOut(@TempDir Path dir)
      throws Exception {
    Path source = dir.resolve("Cli.java");
    Files.writeString(
        source,
        """
        package claudemesh.cli;
        public final class Cli {
          public static void main(String[] args) throws java.io.IOException {
            throw new java.io.IOException(String.join("+", args));
          }
        }
        """);
    var javac = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, javac.run(null, null, null, "-d", dir.toString(), source.toString()));
    URL[] path = {dir.toUri().toURL(), Built.classes().toUri().toURL()};

    try (var loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
      var main = loader.loadClass("claudemesh.Main").getMethod("main", String[].class);
      Object args = new String[] {"peer", "list"};
      var thrown = assertThrows(InvocationTargetException.class, () -> main.invoke(null, args));
      assertEquals("java.io.IOException: peer+list", thrown.getCause().toString());
    }
  }

  private static Optional<Path> anOlderJava() throws IOException {
    Path folder = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(folder)) {
      List<Path> old = homes.filter(MainTest::isOld).sorted().toList();
      return old.stream().map(home -> home.resolve("bin/java")).findFirst();
    }
  }

  private static boolean isOld(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(release)) {
      return lines.anyMatch(line -> line.matches("JAVA_VERSION=\"(1\\.8|9|1\\d|20)\\b.*"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules of the house that no compiler knows, read from the text of {@code src}. */
final class SourceRulesTest {

  private static final Path SOURCES = Path.of("src");

  /** Comments, text blocks, strings and characters, whichever starts first. */
  private static final Pattern NOT_CODE =
      Pattern.compile(
          "//[^\\n]*"
              + "|/\\*.*?\\*/"
              + "|\"\"\"(?:\\\\.|.)*?\"\"\""
              + "|\"(?:\\\\.|[^\"\\\\\\n])*\""
              + "|'(?:\\\\.|[^'\\\\\\n])*'",
          Pattern.DOTALL);

  private static final Pattern EXIT =
      Pattern.compile("\\bSystem\\s*\\.\\s*exit\\b|\\bRuntime\\b[^;]*\\.\\s*(exit|halt)\\b");

  private static final Pattern SYNCHRONIZED = Pattern.compile("\\bsynchronized\\b");

  @Test
  void onlyTheCommandLineAndTheEntryClassExit() {
    var allowed = Path.of("src/claudemesh/cli");
    assertEquals(
        List.of(),
        sourcesWith(EXIT, file -> !file.startsWith(allowed) && !file.endsWith("Main.java")));
  }

  @Test
  void noMonitorsSinceTheyPinVirtualThreadsOnJdk21() {
    assertEquals(List.of(), sourcesWith(SYNCHRONIZED, file -> true));
  }

  @Test
  void commentsAndStringsAreNotTakenForCode() {
    String source =
        """
        /* synchronized */ int a = 'x'; // synchronized
        String s = "\\"synchronized", t = \"""
            synchronized "
            \""";
        char quote = '"'; int b; char end = '"';
        """;
    assertTrue(SYNCHRONIZED.matcher(source).find());
    String code = code(source);
    assertTrue(!SYNCHRONIZED.matcher(code).find() && code.contains("int b;"), code);
  }

  private static List<Path> sourcesWith(Pattern pattern, Predicate<Path> which) {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> sources =
          files.filter(file -> file.toString().endsWith(".java")).filter(which).toList();
      assertTrue(!sources.isEmpty(), () -> "no sources in " + SOURCES.toAbsolutePath());
      return sources.stream().filter(file -> pattern.matcher(code(read(file))).find()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String code(String source) {
    return NOT_CODE.matcher(source).replaceAll(" ");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

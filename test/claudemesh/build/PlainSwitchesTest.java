package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code bin/PlainSwitches.java} makes of a program's switches: the program says the same
 * before and after, and the JVM writes no class for a switch any more.
 */
final class PlainSwitchesTest {

  /**
   * Switches of every shape that a class of ours could have, and each answer that they can give.
   */
  private static final String PROGRAM =
      """
      import java.util.ArrayList;
      import java.util.List;

      public class Program {
        sealed interface Shape permits Dot, Line, Box {}
        record Dot() implements Shape {}
        record Line(int length) implements Shape {}
        record Box(Object inside) implements Shape {}
        enum Side { LEFT, RIGHT }

        static int area(Shape shape) {
          return switch (shape) {
            case Dot dot -> 0;
            case Line line -> line.length();
            case Box box -> 100;
          };
        }

        static String guarded(Object it) {
          return switch (it) {
            case null -> "nothing";
            case Integer i when i > 10 -> "large " + i;
            case Integer i when i > 5 -> "middling " + i;
            case Integer i -> "small " + i;
            case String s when s.isEmpty() -> "empty";
            case CharSequence s -> "text " + s;
            case int[] numbers -> "numbers " + numbers.length;
            case Box(Box(var inside)) -> "box in box with " + inside;
            case Box(String s) -> "box of " + s;
            case Box box -> "box";
            default -> "other";
          };
        }

        static String constants(Object it) {
          return switch (it) {
            case Side.LEFT -> "left";
            case Side side -> "a side";
            case String s -> s;
            default -> "other";
          };
        }

        interface Counted {
          static long count(Object it) {
            long wide = 1L << 40;
            return switch (it) {
              case Long l -> wide + l;
              case Double d -> wide + d.intValue();
              default -> wide;
            };
          }
        }

        static String nullIsRefused() {
          try {
            return "answered " + area(null);
          } catch (NullPointerException e) {
            return "refused";
          }
        }

        public static void main(String[] args) {
          List<Object> all = new ArrayList<>(List.of(
              new Dot(), new Line(3), new Box("x"), new Box(new Box(7)), new Box(1), 4, 7, 11, "",
              "words", new StringBuilder("built"), new int[2], Side.LEFT, Side.RIGHT, 5L, 6.0));
          for (Object it : all) {
            int area = it instanceof Shape shape ? area(shape) : -1;
            System.out.println(
                area + " " + guarded(it) + " " + constants(it) + " " + Counted.count(it));
          }
          System.out.println(guarded(null) + " " + nullIsRefused());
        }
      }
      """;

  private static final String SWITCH_CLASS = "$$TypeSwitch";

  @TempDir Path dir;
  private Path classes;

  @BeforeEach
  void compile() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "the class file API is younger than this Java");
    Path source = Files.writeString(dir.resolve("Program.java"), PROGRAM);
    classes = Files.createDirectory(dir.resolve("classes"));
    run(0, "javac", "-d", classes.toString(), source.toString());
  }

  private String run(int code, String tool, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(List.of(arguments));
    Shell.Run run = new Shell(dir).run(command.toArray(new String[0]));
    assertEquals(code, run.exitCode(), run.out() + run.err());
    return run.out();
  }

  private String program(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-cp", classes.toString(), "Program"));
    return run(0, "java", arguments.toArray(new String[0]));
  }

  private void rewrite() throws Exception {
    Path tool = Path.of("bin/PlainSwitches.java").toAbsolutePath();
    run(0, "java", "-XX:TieredStopAtLevel=1", tool.toString(), classes.toString());
  }

  @Test
  void theProgramSaysTheSameAsBeforeAndNoClassIsWrittenForItsSwitchesOnTypes() throws Exception {
    String before = program();
    assertTrue(
        before.contains("box in box with 7") && before.endsWith("nothing refused\n"), before);
    assertTrue(program("-Xlog:class+load").contains(SWITCH_CLASS), "the JVM names them otherwise");
    byte[] untouched = Files.readAllBytes(classes.resolve("Program$Line.class"));

    rewrite();

    assertEquals(before, program("-Xverify:all"));
    assertArrayEquals(untouched, Files.readAllBytes(classes.resolve("Program$Line.class")));
    String code = run(0, "javap", "-p", "-c", "-cp", classes.toString(), "Program");
    String counted = run(0, "javap", "-p", "-c", "-cp", classes.toString(), "Program$Counted");
    assertFalse(counted.contains(":typeSwitch:"), counted);
    // The one with a constant among its labels stays as javac left it.
    assertEquals(1, code.lines().filter(line -> line.contains(":typeSwitch:")).count(), code);
    assertEquals(1, switchClasses(), "and has the only class");
  }

  private long switchClasses() throws Exception {
    return program("-Xlog:class+load").lines().filter(line -> line.contains(SWITCH_CLASS)).count();
  }

  @Test
  void whatWasRewrittenStaysAsItIs() throws Exception {
    rewrite();
    byte[] once = Files.readAllBytes(classes.resolve("Program.class"));
    rewrite();
    assertArrayEquals(once, Files.readAllBytes(classes.resolve("Program.class")));
  }
}

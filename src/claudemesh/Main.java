package claudemesh;

import java.lang.reflect.InvocationTargetException;

/**
 * The entry class of the jar. It is compiled to Java 8 bytecode and uses nothing newer, so that an
 * older {@code java} answers with one clear sentence and exit code 2 instead of an {@code
 * UnsupportedClassVersionError}; on Java 21 or newer it hands over to {@code claudemesh.cli.Cli}.
 *
 * <p>The hand-over is by reflection: the compiler for Java 8 could not read the newer class.
 */
public final class Main {

  private static final int NEEDED = 21;
  private static final int EXIT_USAGE = 2;

  private Main() {}

  /**
   * Runs the command line.
   *
   * @param args the verb and its arguments, handed on unchanged
   * @throws Throwable whatever the command line itself throws
   */
  public static void main(String[] args) throws Throwable {
    if (majorOf(System.getProperty("java.specification.version")) < NEEDED) {
      System.err.println(
          "claudemesh needs Java "
              + NEEDED
              + " or newer, but this is Java "
              + System.getProperty("java.version")
              + " in "
              + System.getProperty("java.home")
              + "; install a newer one and start the jar with its bin/java, or let bin/claudemesh"
              + " find it.");
      System.exit(EXIT_USAGE);
    }
    try {
      Class.forName("claudemesh.cli.Cli")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Both spellings: "1.8" until Java 8, "17" since. */
  private static int majorOf(String specificationVersion) {
    String major =
        specificationVersion.startsWith("1.")
            ? specificationVersion.substring(2)
            : specificationVersion;
    return Integer.parseInt(major);
  }
}

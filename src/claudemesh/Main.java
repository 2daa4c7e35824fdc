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
    String complaint =
        complaintAbout(
            System.getProperty("java.specification.version"),
            System.getProperty("java.version"),
            System.getProperty("java.home"));
    if (complaint != null) {
      System.err.println(complaint);
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

  /**
   * What is wrong with this Java, in one sentence, or null if it is new enough.
   *
   * @param specification "1.8" until Java 8, "17" since
   */
  static String complaintAbout(String specification, String version, String home) {
    String major = specification.startsWith("1.") ? specification.substring(2) : specification;
    if (Integer.parseInt(major) >= NEEDED) {
      return null;
    }
    return "claudemesh needs Java "
        + NEEDED
        + " or newer, but this is Java "
        + version
        + " in "
        + home
        + "; install a newer one and start the jar with its bin/java, or let bin/claudemesh find"
        + " it.";
  }
}

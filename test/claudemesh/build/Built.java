package claudemesh.build;

import java.nio.file.Path;

/** Where {@code make} put what the tests look at; the defaults suit a run from an editor. */
public final class Built {

  private Built() {}

  /**
   * The folder of the compiled main classes.
   *
   * @return an absolute path
   */
  public static Path classes() {
    return Path.of(System.getProperty("claudemesh.classes", "build/classes")).toAbsolutePath();
  }

  /**
   * The runnable jar.
   *
   * @return an absolute path
   */
  public static Path jar() {
    return Path.of(System.getProperty("claudemesh.jar", "build/claudemesh.jar")).toAbsolutePath();
  }
}

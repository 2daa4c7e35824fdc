package claudemesh.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;

/** Which version of this program runs, from whichever of three places is at hand. */
public final class ProgramVersion {

  private ProgramVersion() {}

  /**
   * Reads it.
   *
   * @return the version, such as {@code 1.2.0}
   * @throws IOException if this build does not say
   */
  public static String read() throws IOException {
    ModuleDescriptor module = ProgramVersion.class.getModule().getDescriptor();
    if (module != null) {
      return module.rawVersion().orElse("unknown"); // the bundle's
    }
    // The jar's manifest has been read anyway; looking for a resource costs as much as the JVM.
    String packaged = ProgramVersion.class.getPackage().getImplementationVersion();
    if (packaged != null) {
      return packaged;
    }
    try (InputStream in = ProgramVersion.class.getResourceAsStream("/claudemesh/version.txt")) {
      if (in == null) {
        throw new IOException("this build has no version.txt: build it with make");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}

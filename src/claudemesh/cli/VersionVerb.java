package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;

/** {@code version}: which claudemesh this is, and which Java it runs on. */
final class VersionVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("version", "print the version")
        .flags(VerbSpec.JSON)
        .about("With --json: {\"version\",\"java\",\"os\",\"arch\"}.")
        .examples("claudemesh version", "claudemesh version --json");
  }

  @Override
  public ExitCode run(Call call) throws IOException {
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("version", version())
                  .put("java", System.getProperty("java.version"))
                  .put("os", System.getProperty("os.name"))
                  .put("arch", System.getProperty("os.arch"))
                  .build());
    } else {
      call.out().text("claudemesh " + version());
    }
    return ExitCode.OK;
  }

  /** This build's version, from whichever of three places is at hand without a search. */
  static String version() throws IOException {
    ModuleDescriptor module = VersionVerb.class.getModule().getDescriptor();
    if (module != null) {
      return module.rawVersion().orElse("unknown"); // the bundle's
    }
    // The jar's manifest has been read anyway; looking for a resource costs as much as the JVM.
    String packaged = VersionVerb.class.getPackage().getImplementationVersion();
    if (packaged != null) {
      return packaged;
    }
    try (InputStream in = VersionVerb.class.getResourceAsStream("/claudemesh/version.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}

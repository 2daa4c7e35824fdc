package claudemesh.cli;

import claudemesh.daemon.ProgramVersion;
import claudemesh.json.Json;
import java.io.IOException;

/** {@code version}: which claudemesh this is, and which Java it runs on. */
final class VersionVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("version", "print the version")
        .flags(VerbSpec.JSON)
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

  /** This build's version. */
  static String version() throws IOException {
    return ProgramVersion.read();
  }
}

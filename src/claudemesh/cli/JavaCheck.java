package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.time.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** {@code java}: which Java this runs on, and whether its classes come from a start-up archive. */
final class JavaCheck implements Check {

  private static final String ARCHIVE_FLAG = "-XX:SharedArchiveFile=";

  @Override
  public String name() {
    return "java";
  }

  @Override
  public Finding look(Deadline deadline) {
    String version = System.getProperty("java.version");
    String home = System.getProperty("java.home");
    boolean shared = System.getProperty("java.vm.info", "").contains("sharing");
    Optional<String> archive = archive();
    String java = "Java " + version + " (" + System.getProperty("java.vendor") + ") in " + home;
    Json.Builder figures =
        Json.object()
            .put("version", version)
            .put("home", home)
            .put("archive", archive)
            .put("sharing", shared);
    if (!shared) {
      return Finding.warn(
              java + "; it shares no classes, so each start takes several times as long",
              "remove -Xshare:off from CLAUDEMESH_JAVA_OPTIONS, or use a Java that came with its"
                  + " lib/server/classes.jsa")
          .with(figures);
    }
    return Finding.ok(java + "; " + archiveWords(archive)).with(figures);
  }

  private static String archiveWords(Optional<String> archive) {
    if (archive.isPresent()) {
      return "start-up archive " + archive.get();
    }
    boolean launched = System.getProperty("claudemesh.command") != null;
    return launched
        ? "no start-up archive yet, bin/claudemesh makes one in the background"
        : "no start-up archive, since bin/claudemesh did not start it";
  }

  /** The file that the launcher named, or that is the bundle's own. */
  private static Optional<String> archive() {
    if (JavaCheck.class.getModule().isNamed()) { // linked into the image, with its own archive
      return Optional.of(Path.of(System.getProperty("java.home"), "lib/server/classes.jsa"))
          .filter(Files::exists)
          .map(Path::toString);
    }
    String[] arguments = ProcessHandle.current().info().arguments().orElse(new String[0]);
    return Arrays.stream(arguments)
        .filter(argument -> argument.startsWith(ARCHIVE_FLAG))
        .map(argument -> argument.substring(ARCHIVE_FLAG.length()))
        .findFirst();
  }
}

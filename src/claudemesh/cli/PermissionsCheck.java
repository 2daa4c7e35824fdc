package claudemesh.cli;

import claudemesh.crypto.SecretFiles;
import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonFolder;
import claudemesh.json.Json;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * {@code permissions}: whether folders and files with secrets are this user's alone. Looks at the
 * config's folder and its files of ours, at the daemon's folder and at a broker's with its meshes,
 * and at the files in those; no deeper. A broker's that belongs to another user is left to {@link
 * BrokerCheck}.
 */
final class PermissionsCheck implements Check {

  private static final int SHOWN = 3;

  private final ConfigFolder config;
  private final DaemonFolder daemon;
  private final Path broker;

  PermissionsCheck(ConfigFolder config, DaemonFolder daemon, Path broker) {
    this.config = config;
    this.daemon = daemon;
    this.broker = broker;
  }

  @Override
  public String name() {
    return "permissions";
  }

  @Override
  public Finding look(Deadline deadline) throws IOException {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return Finding.skipped("this file system knows no owner and no modes");
    }
    List<Path> all = secrets();
    if (all.isEmpty()) {
      return Finding.skipped("there is no " + config.path() + " yet");
    }
    TreeMap<Path, String> exposed = new TreeMap<>();
    for (Path each : all) {
      exposure(each).ifPresent(how -> exposed.put(each, how));
    }
    List<Json> figures = new ArrayList<>();
    exposed.forEach(
        (path, how) ->
            figures.add(Json.object().put("path", path.toString()).put("problem", how).build()));
    Json.Builder numbers =
        Json.object().put("looked_at", all.size()).put("exposed", Json.array(figures));
    if (exposed.isEmpty()) {
      return Finding.ok(all.size() + " folders and files are yours alone, in " + config.path())
          .with(numbers);
    }
    return Finding.fail(ExitCode.FAILED, words(exposed), advice(exposed)).with(numbers);
  }

  private List<Path> secrets() throws IOException {
    List<Path> all = new ArrayList<>();
    if (Files.isDirectory(config.path())) {
      all.add(config.path());
    }
    for (String name : new String[] {"config.json", "config.lock"}) {
      Path file = config.path().resolve(name);
      if (Files.exists(file)) {
        all.add(file);
      }
    }
    addFolder(all, daemon.path());
    if (Files.isDirectory(broker) && BrokerCheck.otherOwner(broker).isEmpty()) {
      addFolder(all, broker);
      addFolder(all, broker.resolve("meshes"));
    }
    return all;
  }

  private static void addFolder(List<Path> all, Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      all.add(folder);
      try (Stream<Path> files = Files.list(folder)) {
        all.addAll(files.toList());
      }
    }
  }

  private static Optional<String> exposure(Path path) throws IOException {
    try {
      return SecretFiles.exposure(path);
    } catch (NoSuchFileException gone) { // a daemon's files come and go
      return Optional.empty();
    }
  }

  private static String words(TreeMap<Path, String> exposed) {
    List<String> shown = new ArrayList<>();
    exposed.forEach((path, how) -> shown.add(path + " " + how));
    String more = exposed.size() > SHOWN ? "; and " + (exposed.size() - SHOWN) + " more" : "";
    return String.join("; ", shown.subList(0, Math.min(SHOWN, shown.size()))) + more;
  }

  private String advice(TreeMap<Path, String> exposed) {
    Path first = exposed.firstKey();
    if (exposed.get(first).startsWith("belongs")) {
      return "make it yours: sudo chown -R \"$(id -un)\" " + quoted(first);
    }
    List<String> paths =
        exposed.size() > SHOWN
            ? List.of("-R", "go=", quoted(config.path()), quoted(daemon.path()), quoted(broker))
            : Stream.concat(Stream.of("go="), exposed.keySet().stream().map(each -> quoted(each)))
                .toList();
    return "take others' share away: chmod "
        + String.join(" ", paths)
        + "; if others could read config.json, join anew, since they may have your key";
  }

  private static String quoted(Path path) {
    return ShellWords.quoted(path.toString());
  }
}

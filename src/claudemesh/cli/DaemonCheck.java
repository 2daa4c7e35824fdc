package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonException;
import claudemesh.daemon.DaemonFolder;
import claudemesh.json.Json;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code daemon}: whether one runs, of which version, and how its meshes are. */
final class DaemonCheck implements Check {

  private final Map<String, String> environment;
  private final DaemonFolder folder;

  DaemonCheck(Map<String, String> environment, DaemonFolder folder) {
    this.environment = environment;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "daemon";
  }

  @Override
  public Finding look(Deadline deadline) throws IOException {
    Optional<DaemonClient> daemon = DaemonClient.find(environment);
    if (daemon.isEmpty()) {
      return none();
    }
    try {
      Json status = daemon.get().within(deadline.left()).get("/v1/status");
      return judge(daemon.get(), status);
    } catch (DaemonException e) {
      return Finding.fail(
              ExitCode.NO_DAEMON,
              e.getMessage(),
              "look at \"claudemesh daemon logs\", then end it and start it again: claudemesh"
                  + " daemon down, claudemesh daemon up --detach")
          .with(figures(true));
    }
  }

  private Json.Builder figures(boolean runs) {
    return Json.object()
        .put("runs", runs)
        .put("folder", folder.path().toString())
        .put("socket", folder.socket().toString());
  }

  private Finding none() {
    boolean killed = Files.exists(folder.pidFile());
    boolean worked = Files.exists(folder.path().resolve("daemon.db"));
    String start = "start it with \"claudemesh daemon up --detach\"";
    if (killed) {
      return Finding.warn(
              "no daemon runs, and the last one was killed: "
                  + folder.pidFile()
                  + " is still there",
              start + ", which loses nothing that was on disk; its log may say why it ended")
          .with(figures(false));
    }
    if (worked) {
      return Finding.warn(
              "no daemon runs, but one has worked in " + folder.path() + ": mail may wait there",
              start + ", or make it a service with \"claudemesh install\"")
          .with(figures(false));
    }
    return Finding.ok("no daemon runs, none is needed: verbs open connections of their own")
        .with(figures(false));
  }

  private Finding judge(DaemonClient daemon, Json status) throws IOException {
    String version = status.string("version", "unknown");
    Json.Builder figures =
        figures(true).put("version", version).put("pid", status.optionalNumber("pid").orElse(0));
    List<String> away = new ArrayList<>();
    List<Json> meshes = new ArrayList<>();
    for (Json mesh : status.list("meshes")) {
      String state = mesh.string("status", "");
      meshes.add(Json.object().put("mesh", mesh.string("mesh", "")).put("status", state).build());
      if (!state.equals("open")) {
        String why = mesh.string("error", mesh.string("why", ""));
        away.add(mesh.string("mesh", "") + " is " + state + (why.isEmpty() ? "" : ", " + why));
      }
    }
    figures.put("meshes", Json.array(meshes));
    String words =
        "version "
            + version
            + ", process "
            + status.optionalNumber("pid").orElse(0)
            + ", at "
            + daemon.socket();
    return judge(status, words, away, meshes.size()).with(figures);
  }

  private static Finding judge(Json status, String words, List<String> away, int meshes)
      throws IOException {
    Optional<String> config = status.optionalString("config_error");
    if (config.isPresent()) {
      return Finding.warn(
          words + "; it cannot read the config: " + config.get(),
          "mend the config as the check of it says; the daemon reads it again by itself");
    }
    String own = VersionVerb.version();
    if (!status.string("version", own).equals(own)) {
      return Finding.warn(
          words + "; this program is version " + own,
          "start the daemon again, to have one version: claudemesh daemon down, claudemesh daemon"
              + " up --detach");
    }
    return away.isEmpty()
        ? Finding.ok(words + "; meshes open: " + meshes)
        : Finding.warn(
            words + "; " + String.join("; ", away),
            "see the checks of that mesh here, and \"claudemesh why\"");
  }
}

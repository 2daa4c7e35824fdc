package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * Asks the daemon, and turns its refusals into exit codes and words of what to do. On the way of
 * every short verb: it loads nothing but the client. Immutable.
 */
final class DaemonAccess implements MeshAccess {

  private final Call call;
  private final DaemonClient client;

  DaemonAccess(Call call, DaemonClient client) {
    this.call = call;
    this.client = client;
  }

  /**
   * The daemon, for verbs that nobody else can answer.
   *
   * @throws CliException with {@link ExitCode#NO_DAEMON} if none runs
   */
  static DaemonAccess required(Call call) throws CliException {
    Optional<DaemonClient> daemon = MeshAccess.daemon(call);
    if (daemon.isEmpty()) {
      throw noDaemon();
    }
    return new DaemonAccess(call, daemon.get());
  }

  static CliException noDaemon() {
    return new CliException(
        ExitCode.NO_DAEMON, "no daemon runs: start one with \"claudemesh daemon up\"");
  }

  DaemonClient client() {
    return client;
  }

  @Override
  public Json get(String path, String... query) throws CliException {
    try {
      Json answer = client.get(path, query);
      requireJoined(path, answer);
      return answer;
    } catch (DaemonException e) {
      throw failure(e);
    }
  }

  @Override
  public Json post(String path, Json body) throws CliException {
    try {
      return client.post(path, body);
    } catch (DaemonException e) {
      throw failure(e);
    }
  }

  @Override
  public Json delete(String path, String... query) throws CliException {
    try {
      return client.delete(path, query);
    } catch (DaemonException e) {
      throw failure(e);
    }
  }

  /** An empty list may be that of a mesh which was never joined: deployed clients rely on it. */
  private void requireJoined(String path, Json answer) throws CliException, DaemonException {
    if (!path.equals("/v1/peers") || !answer.list("peers").isEmpty() || answer.has("errors")) {
      return;
    }
    String mesh = call.mesh();
    if (client.get("/v1/whoami", "mesh", mesh).list("meshes").isEmpty()) {
      throw notJoined(mesh);
    }
  }

  private CliException notJoined(String mesh) {
    String what = mesh == null ? "no mesh was joined" : "the mesh \"" + mesh + "\" was not joined";
    return new CliException(
        ExitCode.NOT_JOINED,
        what + ": join it with \"claudemesh join LINK\", or see \"claudemesh list\"");
  }

  CliException failure(DaemonException e) {
    String code = e.code();
    if (code.equals("mesh_required")) {
      List<String> meshes = e.body().stringList("meshes");
      return meshes.isEmpty()
          ? notJoined(null)
          : new UsageException(
              "several meshes are joined ("
                  + String.join(", ", meshes)
                  + "): say which with --mesh");
    }
    if (code.equals("mesh_not_attached")) {
      return notJoined(e.body().string("mesh", ""));
    }
    return new CliException(exitCode(e), e.getMessage(), e);
  }

  private static ExitCode exitCode(DaemonException e) {
    if (e.status() == DaemonException.NONE) {
      return e.code().equals(DaemonException.UNREACHABLE)
          ? ExitCode.NO_DAEMON
          : ExitCode.UNREACHABLE;
    }
    String code = e.code();
    return switch (e.status()) {
      case 400 -> ExitCode.USAGE;
      case 403 -> ExitCode.REFUSED;
      case 502 ->
          code.equals("route_failed")
              ? ExitCode.FAILED
              : code.endsWith("_timeout") || code.endsWith("_failed")
                  ? ExitCode.UNREACHABLE
                  : ExitCode.REFUSED;
      default -> ExitCode.FAILED;
    };
  }
}

package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import claudemesh.json.Log;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Asks the daemon, and turns its refusals into exit codes and words of what to do. On the way of
 * every short verb: it loads nothing but the client. Immutable.
 */
final class DaemonAccess implements MeshAccess {

  private static final int UNAUTHORIZED = 401;

  private final Call call;
  private final DaemonClient client;

  private DaemonAccess(Call call, DaemonClient client) {
    this.call = call;
    this.client = client;
  }

  /**
   * Access for a call whose {@code --mesh}, if there is one, was joined.
   *
   * @throws CliException with {@link ExitCode#NOT_JOINED} and the joined meshes' names if not: the
   *     daemon answers lists of a mesh that it does not know with nothing, as deployed clients
   *     expect, and that would pass for a mesh on which there is nothing
   */
  static DaemonAccess open(Call call, DaemonClient client) throws CliException {
    DaemonAccess access = new DaemonAccess(call, client);
    if (call.mesh() != null) {
      access.requireJoined(call.mesh());
    }
    return access;
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
    return open(call, daemon.get());
  }

  /** The same, for what may take longer than other requests. */
  DaemonAccess within(Duration patience) {
    return new DaemonAccess(call, client.within(patience));
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
      boolean none = path.equals("/v1/peers") && answer.list("peers").isEmpty();
      if (none && !answer.has("errors") && joined().isEmpty()) {
        throw notJoined(null);
      }
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

  private void requireJoined(String mesh) throws CliException {
    boolean known;
    try {
      known = !client.get("/v1/whoami", "mesh", mesh).list("meshes").isEmpty();
    } catch (DaemonException e) {
      if (e.status() == UNAUTHORIZED) {
        return; // an old session's token; the verb's own request says so, if it matters to it
      }
      throw failure(e);
    }
    if (!known) {
      throw notJoined(mesh);
    }
  }

  private CliException notJoined(String mesh) {
    List<String> joined = List.of();
    try {
      joined = joined();
    } catch (DaemonException away) {
      Log.debug("meshes_not_named", "why", away.getMessage());
    }
    return Meshes.notJoined(mesh, joined);
  }

  /** The names of all joined meshes, whichever session asks. */
  private List<String> joined() throws DaemonException {
    return client.get("/v1/health").get("brokers").map(Json::names).orElse(List.of());
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

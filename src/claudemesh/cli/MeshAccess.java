package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import claudemesh.json.Log;
import java.time.Duration;
import java.util.Optional;

/**
 * What verbs ask of meshes: the questions and answers of the daemon's API (protocol.md §8), whoever
 * answers. A verb is written once and works with a daemon and without one:
 *
 * <pre>
 *   verb ──► MeshAccess ──┬── DaemonAccess ──► the daemon's socket      a daemon runs
 *                         └── OwnAccess ─────► a connection of its own  none does
 * </pre>
 *
 * <p>Answers have the same fields in both cases. Lists over several meshes have {@code errors}, a
 * row for each mesh that could not be asked. {@link OwnAccess} is loaded only where it is needed:
 * it brings {@code java.net.http} along, which costs a tenth of a second.
 */
interface MeshAccess {

  /**
   * Asks for something.
   *
   * @param path such as {@code /v1/peers}
   * @param query names and values in turn; a null value leaves its name out
   * @throws CliException if it cannot be had, with the exit code that says why
   */
  Json get(String path, String... query) throws CliException, InterruptedException;

  /** Has something done; as {@link #get}. */
  Json post(String path, Json body) throws CliException, InterruptedException;

  /** Has something removed; as {@link #get}. */
  Json delete(String path, String... query) throws CliException, InterruptedException;

  /**
   * Through the daemon if one runs, else over connections of the call's own; {@code --verbose} says
   * which. A call with certificates of its own is not the daemon's.
   */
  static MeshAccess of(Call call) throws CliException {
    Optional<DaemonClient> daemon = daemon(call);
    if (daemon.isPresent()) {
      Optional<Duration> timeout = call.arguments().duration("timeout");
      return DaemonAccess.open(call, timeout.map(daemon.get()::within).orElseGet(daemon::get));
    }
    return new OwnAccess(call);
  }

  /** The daemon that a call may use, told with {@code --verbose}; empty if none runs. */
  static Optional<DaemonClient> daemon(Call call) {
    if (call.arguments().has("ca") || call.arguments().has("client-cert")) {
      told(call, "a connection of its own", "certificates were given");
      return Optional.empty();
    }
    Optional<DaemonClient> daemon = DaemonClient.find(call.environment());
    if (daemon.isPresent()) {
      told(call, "the daemon", daemon.get().socket().toString());
    } else {
      told(call, "a connection of its own", "no daemon runs");
    }
    return daemon;
  }

  /** Tells, with {@code --verbose}, that a verb always has a connection of its own. */
  static void tellOwn(Call call) {
    told(call, "a connection of its own", "this verb is a session by itself");
  }

  private static void told(Call call, String by, String why) {
    if (call.arguments().has(VerbSpec.VERBOSE.name())) {
      Log.info("answered_by", "by", by, "why", why);
    }
  }
}

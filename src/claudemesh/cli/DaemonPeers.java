package claudemesh.cli;

import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * Asks the daemon who is there. When it goes, that is a row, until there is one again: who was
 * there a while ago would pass for who is there now.
 */
final class DaemonPeers implements PeerSource {

  private final Call call;
  private final DaemonAccess daemon;
  private Optional<DaemonPokes> pokes = Optional.empty();
  private boolean answered;

  DaemonPeers(Call call, DaemonAccess daemon) {
    this.call = call;
    this.daemon = daemon;
  }

  @Override
  public void begin(Runnable poke) {
    pokes = Optional.of(new DaemonPokes(call, daemon, poke));
  }

  @Override
  public Json look() throws CliException {
    try {
      Json answer = daemon.get("/v1/peers", "mesh", call.mesh());
      answered = true;
      return answer;
    } catch (CliException e) {
      if (!answered || !(e.getCause() instanceof DaemonException)) {
        throw e;
      }
      return away(e);
    }
  }

  private static Json away(CliException e) {
    String words =
        e.exitCode() == ExitCode.NO_DAEMON ? "it has gone; waiting for one" : e.getMessage();
    Json row = Json.object().put("mesh", "daemon").put("error", words).build();
    return Json.object()
        .put("peers", Json.array(List.of()))
        .put("errors", Json.array(List.of(row)))
        .build();
  }

  @Override
  public void close() {
    pokes.ifPresent(DaemonPokes::close);
  }
}

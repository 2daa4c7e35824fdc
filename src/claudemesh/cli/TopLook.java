package claudemesh.cli;

import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import java.time.Duration;
import java.util.Optional;

/** Asks the daemon how it is, again and again. Used by one thread. */
final class TopLook {

  private final Call call;
  private final DaemonAccess daemon;
  private final TopRates rates;
  private boolean answered;

  /**
   * Asks nothing yet.
   *
   * @param call whose mesh
   * @param daemon whom to ask
   * @param interval how often it looks; looks that events bring about are for the rest, not rates
   */
  TopLook(Call call, DaemonAccess daemon, Duration interval) {
    this.call = call;
    this.daemon = daemon;
    this.rates = new TopRates(interval.toMillis() / 2);
  }

  /**
   * Looks once.
   *
   * @return what the daemon said; empty if it has gone
   * @throws CliException if it refuses, or never was there
   */
  Optional<TopReading> now() throws CliException {
    try {
      Json status = daemon.get("/v1/status");
      Json connections = daemon.get("/v1/connections", "mesh", call.mesh());
      answered = true;
      return Optional.of(new TopReading(status, connections, rates.update(connections)));
    } catch (CliException e) {
      if (answered && e.getCause() instanceof DaemonException cause && isGone(cause)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isGone(DaemonException cause) {
    return cause.status() == DaemonException.NONE;
  }
}

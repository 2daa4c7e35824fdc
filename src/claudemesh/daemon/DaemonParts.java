package claudemesh.daemon;

import claudemesh.client.ClientOptions;
import claudemesh.protocol.PeerDetails;
import claudemesh.store.InboxStore;
import claudemesh.store.OutboxStore;
import claudemesh.time.Clock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * What every part of one daemon works with.
 *
 * @param options how it runs
 * @param events where everything that happens is told
 * @param outbox what goes out
 * @param inbox what has come in
 */
record DaemonParts(DaemonOptions options, Events events, OutboxStore outbox, InboxStore inbox) {

  Clock clock() {
    return options.clock();
  }

  /** How a client of this daemon connects; the caller says who it is. */
  ClientOptions clientOptions() {
    return options.tuning().apply(ClientOptions.defaults().withClock(options.clock()));
  }

  /** What a member's connection says of itself (protocol.md §3). */
  static PeerDetails memberDetails(String displayName) {
    return new PeerDetails(
        Optional.of(displayName),
        hostname(),
        Optional.of("ai"),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** This machine's name; empty if it has none. */
  static Optional<String> hostname() {
    return HostName.KNOWN;
  }

  /** Looked up once: that may take a while, and there may be thousands of sessions. */
  private static final class HostName {
    static final Optional<String> KNOWN = lookUp();

    private static Optional<String> lookUp() {
      try {
        return Optional.of(InetAddress.getLocalHost().getHostName());
      } catch (UnknownHostException e) {
        return Optional.empty();
      }
    }
  }
}

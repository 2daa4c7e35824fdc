package claudemesh.daemon;

import claudemesh.protocol.PeerSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who is on a mesh, as the broker last said.
 *
 * @param rows one a presence; empty if it was never asked with success
 * @param asOf when the broker said so; empty if never
 * @param error why it could not be asked just now; empty if the rows are as fresh as wanted
 */
record PeerList(List<PeerSummary> rows, Optional<Instant> asOf, Optional<String> error) {

  /** Nothing known yet. */
  static final PeerList NONE = new PeerList(List.of(), Optional.empty(), Optional.empty());

  /** The same rows with the reason why they are no newer. */
  PeerList withError(String why) {
    return new PeerList(rows, asOf, Optional.of(why));
  }
}

package claudemesh.daemon;

import claudemesh.time.Clock;
import java.time.Instant;

/**
 * What the daemon's API answers from.
 *
 * @param parts what every part of the daemon works with
 * @param meshes the joined meshes
 * @param choice which of them a request means
 * @param sessions the registered sessions
 * @param sessionKeys the keys kept for sessions
 * @param sends takes messages for sending
 * @param startedAt when this daemon started
 */
record ApiParts(
    DaemonParts parts,
    Meshes meshes,
    MeshChoice choice,
    Sessions sessions,
    SessionKeys sessionKeys,
    Sends sends,
    Instant startedAt) {

  Clock clock() {
    return parts.clock();
  }
}

package claudemesh.lifecycle;

import java.time.Instant;
import java.util.Optional;

/**
 * A lifecycle's new status.
 *
 * @param status where it stands now; {@link WsLifecycle#status()} says the same already
 * @param cause why; empty for connecting and open
 * @param attempt the number of the attempt that led here, from 1
 * @param nextTry when the next attempt starts, by the wall clock; only while reconnecting
 */
public record StatusChange(
    WsStatus status, Optional<Ending> cause, int attempt, Optional<Instant> nextTry) {}

package claudemesh.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A message in an inbox. Times are kept to the millisecond.
 *
 * @param id its id here, a UUID
 * @param position its place in the order of arrival, above that of every message before it, even of
 *     deleted ones
 * @param message what came in
 * @param receivedAt when it was appended
 * @param seenAt when it was first marked seen
 */
public record InboxRow(
    String id, long position, NewIncoming message, Instant receivedAt, Optional<Instant> seenAt) {}

package claudemesh.store;

import claudemesh.store.MessageStatus.State;
import java.time.Instant;

/**
 * The end of one queued row, to be written.
 *
 * @param entry the row
 * @param state delivered or dead
 * @param since when it ended
 * @param reason why it is dead; null if it is not
 */
record Ending(CachedEntry entry, State state, Instant since, String reason) {}

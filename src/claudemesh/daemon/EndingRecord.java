package claudemesh.daemon;

import claudemesh.lifecycle.Decision;
import claudemesh.lifecycle.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How one attempt of a connection ended, and what was done about it.
 *
 * @param at when, by the wall clock
 * @param ending how
 * @param words the same for people: the peer's own words and what can be done
 * @param decision what was done
 * @param nextTry when the next attempt was to start; empty after {@link Decision#STOP}
 * @param lasted how long it had been open; empty if it never was
 */
record EndingRecord(
    Instant at,
    Ending ending,
    String words,
    Decision decision,
    Optional<Instant> nextTry,
    Optional<Duration> lasted) {}

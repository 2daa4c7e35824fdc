package claudemesh.store;

/**
 * One pending message of the outbox, as far as a claim needs it. Guarded by the lock of {@link
 * PendingOutbox}.
 */
final class OutboxEntry {

  /** Its place in the order of all appends. */
  final long no;

  final String id;
  final Via via;
  final String target;
  final long enqueuedAt;

  /** When it may be claimed; meaningless in flight. */
  long dueNanos;

  /** Whether a connection has it, or had it when it ended. */
  boolean inFlight;

  /** Whether it is over, and is only yet to be written so. */
  boolean ending;

  OutboxEntry(long no, String id, Via via, String target, long enqueuedAt, long dueNanos) {
    this.no = no;
    this.id = id;
    this.via = via;
    this.target = target;
    this.enqueuedAt = enqueuedAt;
    this.dueNanos = dueNanos;
  }
}

package claudemesh.store;

/** Where a message of the outbox stands. The names in lower case are those of the daemon's IPC. */
public enum OutboxStatus {
  /** Waits to be sent, perhaps once more. */
  PENDING,
  /** Taken by a connection and not answered for yet; after a crash it is pending again. */
  INFLIGHT,
  /** The broker has it. */
  DONE,
  /** Given up, with the reason as the last error. */
  DEAD,
  /** Given up because somebody said so. */
  ABORTED
}

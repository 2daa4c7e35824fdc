package claudemesh.lifecycle;

/** What a lifecycle counts, over all its connections. */
public enum WsCounter {
  /** Attempts started. */
  ATTEMPTS,
  /** Hellos acknowledged. */
  OPENED,
  /** Messages handed to the listener. */
  RECEIVED,
  /** Messages taken for sending. */
  SENT,
  /** Messages taken for sending that were not written when the connection ended. */
  UNSENT,
  /** Messages that came before the hello ack and were dropped. */
  EARLY,
  /** Acks that came when none was awaited, and were dropped. */
  STRAY_ACKS,
  /** Binary or unreadable messages, dropped. */
  UNREADABLE,
  /** Exceptions thrown by the listener. */
  LISTENER_FAILURES
}

package claudemesh.daemon;

import claudemesh.lifecycle.WsStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a connection stands, and why.
 *
 * @param word {@code connecting}, {@code open}, {@code reconnecting}, {@code closed} or, where
 *     there cannot be a connection, {@code failed}
 * @param why what ended it, in plain words; empty while it is open
 * @param nextTry when the next attempt starts, by the wall clock; only while reconnecting
 * @param attempt the number of the last attempt, from 1; 0 before the first
 */
record ConnectionStatus(String word, Optional<String> why, Optional<Instant> nextTry, int attempt) {

  /** Before anything has happened. */
  static final ConnectionStatus STARTING =
      new ConnectionStatus(WsStatus.CONNECTING.word(), Optional.empty(), Optional.empty(), 0);

  /** There cannot be a connection. */
  static ConnectionStatus failed(String why) {
    return new ConnectionStatus("failed", Optional.of(why), Optional.empty(), 0);
  }

  /** Whether messages flow. */
  boolean isOpen() {
    return word.equals(WsStatus.OPEN.word());
  }
}

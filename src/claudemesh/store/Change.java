package claudemesh.store;

import java.sql.SQLException;

/**
 * One thing to be written by {@link GroupCommit}, with what follows from it.
 *
 * <pre>
 *   write ─┬─ committed ──┬─► tell
 *          └─ rolledBack ─┘
 * </pre>
 */
interface Change {

  /**
   * Writes it, on the writer's thread, in a transaction with others.
   *
   * @throws SQLException if it cannot be; then nothing of the whole transaction is kept
   */
  void write() throws SQLException;

  /** It is on disk. On the writer's thread; must be short. */
  default void committed() {}

  /**
   * It was not kept. On the writer's thread.
   *
   * @param why for people
   */
  default void rolledBack(String why) {}

  /** Tells whoever asked for it, on the teller's thread, in the order of submission. */
  default void tell() {}
}

package claudemesh.lifecycle;

/**
 * How many lifecycles of a program may be on their way to open at once. One that waits here has not
 * begun its attempt: no deadline of it runs. A thousand that all try at the same moment would eat
 * each other's time up. Thread-safe; {@link #enter} and {@link #leave} come in pairs, from the same
 * thread.
 */
public interface TurnGate {

  /** Lets everybody through. */
  TurnGate OPEN =
      new TurnGate() {
        @Override
        public void enter() {}

        @Override
        public void leave() {}
      };

  /**
   * Waits for a turn; an attempt follows.
   *
   * @throws InterruptedException if the calling thread is interrupted; then it has no turn
   */
  void enter() throws InterruptedException;

  /** The attempt has led to an open connection, or has ended. Never blocks. */
  void leave();
}

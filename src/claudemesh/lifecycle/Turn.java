package claudemesh.lifecycle;

/** One turn at the gate, given back once. Not thread-safe: the loop owns it. */
final class Turn implements AutoCloseable {

  private final TurnGate gate;
  private boolean over;

  private Turn(TurnGate gate) {
    this.gate = gate;
  }

  /** Waits for a turn; ends the attempt if the end was asked for before or meanwhile. */
  static Turn take(TurnGate gate, CloseSignal signal) throws AttemptEnded {
    return signal.interruptibly(
        () -> {
          gate.enter();
          return new Turn(gate);
        });
  }

  /** Gives it back. Idempotent. */
  @Override
  public void close() {
    if (!over) {
      over = true;
      gate.leave();
    }
  }
}

package claudemesh.lifecycle;

/** Carries an ending out of the steps of an attempt; seen by no caller. */
final class AttemptEnded extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Ending ending;

  AttemptEnded(Ending ending) {
    super(ending.words(), null, false, false); // no stack: it is a result, not a fault
    this.ending = ending;
  }

  Ending ending() {
    return ending;
  }
}

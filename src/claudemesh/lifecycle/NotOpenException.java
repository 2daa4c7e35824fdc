package claudemesh.lifecycle;

import java.util.Optional;

/** A lifecycle did not open in time, or never will. */
public final class NotOpenException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Ending ending;

  /** Whether waiting longer is no use. */
  private final boolean closed;

  NotOpenException(String message, Ending ending, boolean closed) {
    super(message);
    this.ending = ending;
    this.closed = closed;
  }

  /**
   * Why the last attempt ended.
   *
   * @return the ending; empty if the first attempt is still under way
   */
  public Optional<Ending> ending() {
    return Optional.ofNullable(ending);
  }

  /**
   * Whether waiting longer is no use.
   *
   * @return true if the lifecycle is closed for good
   */
  public boolean isFinal() {
    return closed;
  }
}

package claudemesh.store;

import java.util.Objects;

/**
 * How much the daemon's stores keep.
 *
 * @param outbox of what goes out
 * @param inbox of what has come in
 */
public record DaemonLimits(OutboxLimits outbox, InboxLimits inbox) {

  /** Both by default. */
  public static final DaemonLimits DEFAULT =
      new DaemonLimits(OutboxLimits.DEFAULT, InboxLimits.DEFAULT);

  /** Checks. */
  public DaemonLimits {
    Objects.requireNonNull(outbox, "outbox");
    Objects.requireNonNull(inbox, "inbox");
  }
}

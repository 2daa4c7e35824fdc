package claudemesh.lifecycle;

import java.util.Locale;

/** Where a lifecycle stands. {@link #CLOSED} is final. */
public enum WsStatus {
  /** The first attempt is under way. */
  CONNECTING,
  /** The hello was acknowledged; messages flow. */
  OPEN,
  /** An attempt has ended; the next one is waiting or under way. */
  RECONNECTING,
  /** It will never connect again. */
  CLOSED;

  /**
   * The word for people, logs and JSON.
   *
   * @return the name in lower case
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a change is legal. A failed attempt leads from reconnecting to reconnecting, with
   * another cause and another next try.
   *
   * @param next the status after this one
   * @return true if it may follow
   */
  boolean mayBecome(WsStatus next) {
    return switch (this) {
      case CONNECTING, RECONNECTING -> next != CONNECTING;
      case OPEN -> next == RECONNECTING || next == CLOSED;
      case CLOSED -> false;
    };
  }
}

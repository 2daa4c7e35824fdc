package claudemesh.lifecycle;

/**
 * What a peer's own words mean for the next attempt. Each protocol brings its own; {@link #PLAIN}
 * is for a WebSocket of which nothing is known. Pure and thread-safe.
 */
public interface RetryRule {

  /** Stops at 1008 (policy violation) and at any refusal, retries everything else. */
  RetryRule PLAIN =
      new RetryRule() {
        @Override
        public Decision onClose(int code, String reason) {
          return code == 1008 ? Decision.STOP : Decision.RETRY;
        }

        @Override
        public Decision onRefusal(String code) {
          return Decision.STOP;
        }
      };

  /**
   * The peer closed the connection.
   *
   * @param code the close code; 1005 for a close frame without one, 1006 for none at all
   * @param reason the reason; empty if there was none
   * @return what to do
   */
  Decision onClose(int code, String reason);

  /**
   * The peer answered the hello with a refusal.
   *
   * @param code the refusal's code
   * @return what to do
   */
  Decision onRefusal(String code);
}

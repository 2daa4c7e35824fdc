package claudemesh.lifecycle;

/** What a lifecycle does about an ending. */
public enum Decision {
  /** Try again after the backoff. */
  RETRY,
  /** Try again, but rarely: nothing will change soon. */
  RETRY_SLOWLY,
  /** Try again after the backoff with everything in the hello made afresh. */
  RENEW,
  /** Never connect again. */
  STOP;

  /**
   * The one place that decides.
   *
   * @param ending why the attempt ended
   * @param rule what the peer's own words mean
   * @return what to do
   */
  static Decision about(Ending ending, RetryRule rule) {
    return switch (ending) {
      case Ending.Requested requested -> STOP;
      case Ending.PeerClosed closed -> rule.onClose(closed.code(), closed.reason());
      case Ending.Refused refused -> rule.onRefusal(refused.code());
      case Ending.UpgradeRefused upgrade -> aboutStatus(upgrade.status());
      case Ending.ConnectFailed failed ->
          switch (failed.kind()) {
            case DNS, CONNECT, TLS -> RETRY;
            case UNTRUSTED, PROXY -> RETRY_SLOWLY;
          };
      case Ending.HelloFailed failed -> RETRY;
      case Ending.TimedOut timedOut -> RETRY;
      case Ending.Violation violation -> RETRY;
      case Ending.Lost lost -> RETRY;
    };
  }

  // 4xx says the request is wrong and will be wrong again, but for the three that ask for patience.
  private static Decision aboutStatus(int status) {
    boolean patience = status == 408 || status == 425 || status == 429;
    return status >= 400 && status < 500 && !patience ? RETRY_SLOWLY : RETRY;
  }
}

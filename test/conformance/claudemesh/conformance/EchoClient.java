package claudemesh.conformance;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A client that answers every message with itself. */
interface EchoClient {

  /** Longer than the slowest case. */
  Duration PATIENCE = Duration.ofMinutes(20);

  /**
   * Connects once, and returns when the connection has ended.
   *
   * @param url where to
   * @throws TimeoutException if it does not end
   */
  void echo(String url) throws InterruptedException, TimeoutException;
}

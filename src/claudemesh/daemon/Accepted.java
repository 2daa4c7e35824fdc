package claudemesh.daemon;

import java.util.Optional;

/** What became of a {@link SendRequest}. */
sealed interface Accepted {

  /**
   * It is on disk and will be sent.
   *
   * @param clientMessageId its identity
   */
  record Queued(String clientMessageId) implements Accepted {}

  /**
   * The same message is there already.
   *
   * @param clientMessageId its identity
   * @param status where the first one stands: {@code pending}, {@code inflight}, {@code done} or
   *     {@code dead}
   * @param brokerMessageId the broker's id, once it has one
   */
  record Duplicate(String clientMessageId, String status, Optional<String> brokerMessageId)
      implements Accepted {}

  /**
   * Another message is there under the same identity.
   *
   * @param status where that one stands
   * @param fingerprintPrefix the first 16 hex digits of what that one asked for, hashed
   * @param brokerMessageId the broker's id for that one, once it has one
   */
  record Conflict(String status, String fingerprintPrefix, Optional<String> brokerMessageId)
      implements Accepted {}

  /**
   * Nothing was kept.
   *
   * @param reason why, for people
   */
  record Refused(String reason) implements Accepted {}
}

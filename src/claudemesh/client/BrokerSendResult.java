package claudemesh.client;

import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.BrokerMessage.Error;
import claudemesh.protocol.ErrorCode;

/** What became of a send (protocol.md §5). */
public sealed interface BrokerSendResult {

  /**
   * The broker has it and answers for it.
   *
   * @param messageId the broker's id for it
   */
  record Accepted(String messageId) implements BrokerSendResult {}

  /**
   * Not taken now; the same send may succeed later.
   *
   * @param reason why
   */
  record Transient(String reason) implements BrokerSendResult {}

  /**
   * Refused for good.
   *
   * @param reason the broker's own words
   */
  record Permanent(String reason) implements BrokerSendResult {}

  /**
   * The connection was lost between the send and its ack: send it again with the same id.
   *
   * @param cause why the connection was lost
   */
  record Unknown(String cause) implements BrokerSendResult {}

  /**
   * Reads an ack. Brokers tell their reasons as the start of a sentence; {@code try_again:} is our
   * broker's, when it could not keep a message or one before it.
   *
   * @param ack the broker's answer
   * @return the result
   */
  static BrokerSendResult of(Ack ack) {
    if (ack.queued() && ack.error().isEmpty()) {
      return new Accepted(ack.messageId());
    }
    String error = ack.error().orElse("the broker did not queue it and gave no reason");
    boolean passes =
        error.startsWith("rate_limit:")
            || error.startsWith("try_again:")
            || error.startsWith("no connected peer for target");
    return passes ? new Transient(error) : new Permanent(error);
  }

  /**
   * Reads an error frame that names the send.
   *
   * @param error the broker's answer
   * @return the result
   */
  static BrokerSendResult of(Error error) {
    String words = error.code() + ": " + error.message();
    return error.code().equals(ErrorCode.INTERNAL) ? new Transient(words) : new Permanent(words);
  }
}

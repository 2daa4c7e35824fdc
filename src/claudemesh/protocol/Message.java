package claudemesh.protocol;

import java.util.Optional;

/** One frame of the mesh protocol, read. {@link MessageCodec} turns it into text and back. */
public sealed interface Message permits ClientMessage, BrokerMessage {

  /**
   * The correlation id that a request carries and its reply repeats (protocol.md §4).
   *
   * @return the {@code _reqId}; empty where none was sent
   */
  default Optional<String> reqId() {
    return Optional.empty();
  }
}

package claudemesh.http;

import java.io.IOException;

/** What happens on one stream of server-sent events. Called on the stream's own thread. */
public interface EventStreamHandler {

  /**
   * The client has the head of the answer; events may be sent from now on, by any thread. What is
   * sent here is written when this returns, or at {@link EventStream#flush}.
   *
   * @param stream the stream, to be kept for sending
   * @throws IOException if the connection breaks; the stream ends
   */
  void onOpen(EventStream stream) throws IOException;

  /**
   * The stream is over; nothing sent from now on arrives. Called once, also after a failed {@link
   * #onOpen}.
   *
   * @param stream the stream
   * @param reason why, in words
   */
  void onClosed(EventStream stream, String reason);
}

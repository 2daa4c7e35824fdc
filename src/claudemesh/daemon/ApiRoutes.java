package claudemesh.daemon;

import java.io.IOException;

/** What can be asked about one subject. Called on each connection's own thread; may block. */
interface ApiRoutes {

  /**
   * Answers a request.
   *
   * @param request what is asked
   * @return the answer
   * @throws ApiRefusal with another answer
   * @throws IOException if something cannot be saved; its message is for people
   * @throws InterruptedException if the daemon ends
   */
  ApiReply answer(ApiRequest request) throws ApiRefusal, IOException, InterruptedException;
}

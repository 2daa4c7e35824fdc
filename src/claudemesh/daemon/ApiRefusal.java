package claudemesh.daemon;

import claudemesh.json.Json;

/** Ends the handling of a request with an answer that says what is wrong with it. */
final class ApiRefusal extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient ApiReply reply;

  ApiRefusal(ApiReply reply) {
    super(reply.body().toString(), null, false, false);
    this.reply = reply;
  }

  ApiRefusal(int status, String error) {
    this(ApiReply.error(status, error));
  }

  ApiRefusal(int status, String error, String detail) {
    this(ApiReply.error(status, error, detail));
  }

  /** What is answered. */
  ApiReply reply() {
    return reply;
  }

  /** The answer's body. */
  Json body() {
    return reply.body();
  }
}

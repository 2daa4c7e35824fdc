package claudemesh.client;

import claudemesh.json.Json;

/**
 * The broker's end of one connection, in the hands of a test. Waits are bounded and fail the test.
 */
abstract class Wire {

  static final String ACK = "{\"type\":\"hello_ack\"}";

  /** An ack like our own broker's, which keeps order and says so. */
  static final String ACK_WITH_LIMITS =
      "{\"type\":\"hello_ack\",\"presenceId\":\"p\",\"limits\":{\"maxMessageBytes\":65536}}";

  /** The next text frame of the client, as it came. */
  abstract String receiveText();

  /** Whether the client has sent anything that was not received yet. */
  abstract boolean hasMore();

  abstract void send(String frame);

  abstract void close(int code, String reason);

  /** Breaks the connection without a close frame. */
  abstract void cut();

  /** Waits until the client has ended the connection. */
  abstract void awaitEnd();

  Json receive() {
    return Json.parseObject(receiveText());
  }

  /** The next frame, which must be of a type. */
  Json receive(String type) {
    Json frame = receive();
    if (!frame.string("type").equals(type)) {
      throw new AssertionError("expected " + type + ", the client sent " + frame);
    }
    return frame;
  }

  void send(Json frame) {
    send(frame.toString());
  }

  /** Takes the hello, whichever it is, and accepts it. */
  Json welcome() {
    return welcome(ACK);
  }

  Json welcome(String ack) {
    Json hello = receive();
    send(ack);
    return hello;
  }

  /** Answers a request by its correlation id. */
  void reply(Json request, String type, Json.Builder rest) {
    send(rest.put("type", type).put("_reqId", request.string("_reqId")).build());
  }

  void accept(Json send, String messageId) {
    send(ack(send, messageId, true).build());
  }

  void refuse(Json send, String error) {
    send(ack(send, "", false).put("error", error).build());
  }

  private static Json.Builder ack(Json send, String messageId, boolean queued) {
    return Json.object()
        .put("type", "ack")
        .put("id", send.string("id"))
        .put("messageId", messageId)
        .put("queued", queued);
  }

  /** Answers a request with an error. */
  void refuseRequest(Json request, String code, String message) {
    reply(request, "error", Json.object().put("code", code).put("message", message));
  }
}

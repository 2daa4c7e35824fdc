package claudemesh.http;

/**
 * A request's line and header fields, checked.
 *
 * @param method the method
 * @param target the request target as sent
 * @param modern whether it is HTTP/1.1, not 1.0
 * @param headers the header fields
 */
record RequestHead(String method, String target, boolean modern, HttpHeaders headers) {

  /** Whether the client means to send more requests on this connection (RFC 9112 §9.3). */
  boolean keepsAlive() {
    return modern
        ? !headers.lists("Connection", "close")
        : headers.lists("Connection", "keep-alive");
  }
}

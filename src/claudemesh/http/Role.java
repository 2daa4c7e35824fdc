package claudemesh.http;

/** Which end of a WebSocket one is. Clients mask what they send, servers do not (RFC 6455 §5.1). */
enum Role {
  CLIENT,
  SERVER;

  boolean masks() {
    return this == CLIENT;
  }

  Role peer() {
    return this == CLIENT ? SERVER : CLIENT;
  }
}

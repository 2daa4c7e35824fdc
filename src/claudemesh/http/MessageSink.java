package claudemesh.http;

/** Takes what a {@link MessageReader} reads. Payload arrays belong to the sink. */
interface MessageSink {

  void text(String text);

  void binary(byte[] payload);

  void ping(byte[] payload);

  void pong();

  /**
   * The peer's close frame; nothing follows.
   *
   * @param code its code, {@link CloseCode#NO_STATUS} if it had none
   * @param reason its reason, may be empty
   */
  void close(int code, String reason);
}

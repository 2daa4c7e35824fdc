package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.broker.Admission.Refused;
import claudemesh.broker.Metrics.Counter;
import claudemesh.http.WsConnection;
import claudemesh.http.WsHandler;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import claudemesh.protocol.BrokerMessage.Error;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.MessageCodec;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * One client's connection, from the upgrade to its end. Used on the connection's own thread only.
 *
 * <pre>
 *   open ─► waiting for the hello ── good hello ──► on the mesh ─► closed
 *               │       │  ▲
 *               │       └──┘ anything else: error no_hello
 *               └── bad hello, or none in time: error, close
 * </pre>
 */
final class BrokerConnection implements WsHandler {

  private static final Set<String> HELLOS = Set.of("hello", "session_hello");
  private static final int MOST_BEFORE_HELLO = 4_096;
  private static final int FRAME_OVERHEAD = 16_384;
  private static final int LEAST_FRAME = 256 << 10;
  private static final int TOO_BIG = 1009;
  private static final int LONGEST_NAME = 128;
  private static final String INTERNAL_WORDS = "the broker failed to do this; its log says why";
  private static final int INTERNAL_CLOSE = 1011;

  private final BrokerParts parts;
  private final Greetings greetings;
  private final Gate gate;
  private final Rooms rooms;

  private int heardChars;
  private MeshRoom room;
  private Presence presence;
  private Conversation conversation;

  BrokerConnection(BrokerParts parts, Greetings greetings, Gate gate, Rooms rooms) {
    this.parts = parts;
    this.greetings = greetings;
    this.gate = gate;
    this.rooms = rooms;
  }

  @Override
  public void onOpen(WsConnection connection) {
    parts.metrics().add(Counter.CONNECTIONS);
    connection.limitMessages(MOST_BEFORE_HELLO);
    if (!greetings.await(connection)) {
      refuse(connection, parts.metrics(), Gate.addressIsFull());
    }
  }

  @Override
  public void onText(WsConnection connection, String text) {
    if (conversation != null) {
      conversation.hear(text);
    } else {
      greet(connection, text);
    }
  }

  @Override
  public void onBinary(WsConnection connection, byte[] payload) {
    sendError(connection, ErrorCode.MALFORMED, "expected text frames, got a binary one");
  }

  @Override
  public void onClosed(WsConnection connection, int code, String reason) {
    if (code == TOO_BIG && presence == null) {
      parts.metrics().add(Counter.REJECTED, Metrics.reason("too_much_before_hello"));
    } else if (reason.startsWith("slow consumer")) {
      parts.metrics().add(Counter.SLOW);
    }
    parts.metrics().add(Counter.BYTES_IN, connection.bytesIn());
    parts.metrics().add(Counter.BYTES_OUT, connection.bytesOut());
    greetings.take(connection);
    if (presence != null) {
      room.detach(presence, connection);
    }
  }

  /** Ends a connection that said no hello in time. */
  static void timeOut(WsConnection connection, Metrics metrics) {
    refuse(
        connection,
        metrics,
        Refused.with(ErrorCode.HELLO_TIMEOUT, "no hello came in time: connect and say it at once"));
  }

  private void greet(WsConnection connection, String text) {
    heardChars += text.length();
    if (heardChars > MOST_BEFORE_HELLO) {
      if (greetings.take(connection)) {
        refuse(connection, parts.metrics(), Gate.tooMuchBeforeHello());
      }
      return;
    }
    Optional<Opening> hello;
    try {
      hello = readHello(text);
    } catch (JsonException e) {
      if (greetings.take(connection)) {
        refuse(
            connection,
            parts.metrics(),
            Refused.with(ErrorCode.MALFORMED, "hello rejected: " + e.getMessage()));
      }
      return;
    }
    if (hello.isEmpty()) {
      sendError(connection, ErrorCode.NO_HELLO, "must send hello first");
    } else if (greetings.take(connection)) {
      admit(connection, hello.get());
    }
  }

  /** Reads a hello; empty if it is something else, an exception if it is a hello with a fault. */
  private static Optional<Opening> readHello(String text) {
    Json frame;
    try {
      frame = Json.parseObject(text);
      if (!HELLOS.contains(frame.string("type", ""))) {
        return Optional.empty();
      }
    } catch (JsonException e) {
      return Optional.empty();
    }
    ClientMessage message = MessageCodec.decodeFromClient(frame);
    if (!(message instanceof Opening hello)) {
      return Optional.empty();
    }
    hello.details().displayName().ifPresent(BrokerConnection::requireShort);
    return Optional.of(hello);
  }

  // Every push of this connection will carry it.
  private static void requireShort(String displayName) {
    if (displayName.length() > LONGEST_NAME) {
      throw new JsonException(
          "displayName: expected at most "
              + LONGEST_NAME
              + " characters, got "
              + displayName.length());
    }
  }

  private void admit(WsConnection connection, Opening hello) {
    try {
      switch (gate.check(hello)) {
        case Refused refused -> refuse(connection, parts.metrics(), refused);
        case Admitted admitted -> enter(connection, admitted);
      }
    } catch (IOException e) {
      Log.error("hello_failed", "mesh", hello.meshId(), "error", e);
      refuse(
          connection,
          parts.metrics(),
          new Refused(ErrorCode.INTERNAL, INTERNAL_WORDS, INTERNAL_CLOSE, ErrorCode.INTERNAL));
    }
  }

  private void enter(WsConnection connection, Admitted admitted) {
    room = rooms.of(admitted.mesh());
    switch (room.attach(admitted, connection)) {
      case Attachment.Attached attached -> {
        presence = attached.presence();
        connection.limitMessages(largestFrame());
        conversation = new Conversation(room, parts, presence, connection);
        Log.info(
            "peer_connected",
            "mesh",
            room.meshId(),
            "pubkey",
            presence.pubkey(),
            "from",
            connection.remoteAddress());
      }
      case Attachment.Rejected rejected -> refuse(connection, parts.metrics(), rejected.refused());
    }
  }

  // Frames over the message limit are read, so that the sender hears why; but not any frame.
  private int largestFrame() {
    return Math.max(LEAST_FRAME, 2 * parts.options().maxMessageChars() + FRAME_OVERHEAD);
  }

  private static void refuse(WsConnection connection, Metrics metrics, Refused refused) {
    metrics.add(Counter.REJECTED, Metrics.reason(refused.counted()));
    Log.info("hello_refused", "code", refused.code(), "from", connection.remoteAddress());
    sendError(connection, refused.code(), refused.message());
    connection.close(refused.closeCode(), refused.closeReason());
  }

  private static void sendError(WsConnection connection, String code, String message) {
    connection.send(
        MessageCodec.encode(new Error(code, message, Optional.empty(), Optional.empty())));
  }
}

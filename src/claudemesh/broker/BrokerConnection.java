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
import claudemesh.protocol.ClientMessage.Hello;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ClientMessage.SessionHello;
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.MessageCodec;
import java.io.IOException;
import java.util.List;
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
    connection.limitMessages(maxHelloBytes());
    greetings.await(connection);
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
    if (conversation == null && hasSaidTooMuch(connection, payload.length)) {
      return;
    }
    sendError(connection, ErrorCode.MALFORMED, "expected text frames, got a binary one");
  }

  @Override
  public void onClosed(WsConnection connection, int code, String reason) {
    if (code == TOO_BIG && presence == null) {
      parts
          .refusals()
          .refused(
              Gate.tooMuchBeforeHello().counted(),
              connection.remoteAddress(),
              Gate.tooMuchBeforeHello().message(),
              List.of());
    } else if (reason.startsWith("slow consumer") || reason.startsWith("a write was stuck")) {
      cutForSlowness(connection, reason);
    }
    parts.metrics().add(Counter.ENDED, Metrics.code(code));
    parts.metrics().add(Counter.BYTES_IN, connection.bytesIn());
    parts.metrics().add(Counter.BYTES_OUT, connection.bytesOut());
    greetings.take(connection);
    if (presence != null) {
      room.detach(presence, connection);
    }
  }

  private void cutForSlowness(WsConnection connection, String reason) {
    parts.metrics().add(Counter.SLOW);
    Log.warn(
        "slow_consumer_cut",
        "from",
        connection.remoteAddress(),
        "pubkey",
        presence == null ? "" : presence.pubkey(),
        "why",
        reason);
  }

  private int maxHelloBytes() {
    return parts.options().socketLimits().maxHelloBytes();
  }

  /** Ends a connection that said no hello in time. */
  static void timeOut(WsConnection connection, BrokerParts parts) {
    refuse(
        connection,
        parts,
        List.of(),
        Refused.with(ErrorCode.HELLO_TIMEOUT, "no hello came in time: connect and say it at once"));
  }

  private boolean hasSaidTooMuch(WsConnection connection, int more) {
    heardChars += more;
    boolean tooMuch = heardChars > maxHelloBytes();
    if (tooMuch && greetings.take(connection)) {
      refuse(connection, parts, List.of(), Gate.tooMuchBeforeHello());
    }
    return tooMuch;
  }

  private void greet(WsConnection connection, String text) {
    if (hasSaidTooMuch(connection, text.length())) {
      return;
    }
    Optional<Opening> hello;
    try {
      hello = readHello(text);
    } catch (JsonException e) {
      if (greetings.take(connection)) {
        refuse(
            connection,
            parts,
            List.of(),
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
        case Refused refused -> refuse(connection, parts, idsOf(hello), refused);
        case Admitted admitted -> enter(connection, hello, admitted);
      }
    } catch (IOException e) {
      Log.error("hello_failed", "mesh", hello.meshId(), "error", e);
      refuse(
          connection,
          parts,
          idsOf(hello),
          new Refused(ErrorCode.INTERNAL, INTERNAL_WORDS, INTERNAL_CLOSE, ErrorCode.INTERNAL));
    }
  }

  private static List<String> idsOf(Opening hello) {
    String key =
        switch (hello) {
          case Hello member -> member.pubkey();
          case SessionHello session -> session.parentMemberPubkey();
        };
    return List.of("mesh", hello.meshId(), "member", key);
  }

  private void enter(WsConnection connection, Opening hello, Admitted admitted) {
    room = rooms.of(admitted.mesh());
    switch (room.attach(admitted, connection)) {
      case Attachment.Attached attached -> {
        presence = attached.presence();
        connection.limitMessages(largestFrame());
        connection.vouchFor();
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
      case Attachment.Rejected rejected ->
          refuse(connection, parts, idsOf(hello), rejected.refused());
    }
  }

  // Frames over the message limit are read, so that the sender hears why; but not any frame.
  private int largestFrame() {
    return Math.max(LEAST_FRAME, 2 * parts.options().maxMessageChars() + FRAME_OVERHEAD);
  }

  private static void refuse(
      WsConnection connection, BrokerParts parts, List<String> ids, Refused refused) {
    // Not the words for the peer, which may quote what it said.
    parts
        .refusals()
        .refused(refused.counted(), connection.remoteAddress(), "the hello was refused", ids);
    sendError(connection, refused.code(), refused.message());
    connection.close(refused.closeCode(), refused.closeReason());
  }

  private static void sendError(WsConnection connection, String code, String message) {
    connection.send(
        MessageCodec.encode(new Error(code, message, Optional.empty(), Optional.empty())));
  }
}

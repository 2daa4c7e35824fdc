package claudemesh.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Turns buffered bytes into whole, valid messages: unmasks, joins fragments, lets control frames
 * pass between them, and checks UTF-8 as it comes (RFC 6455 §5.4 to §5.6). Takes however many bytes
 * there are, so it can be fed one at a time. Memory is taken for bytes that have arrived, never for
 * a length that was merely announced.
 */
final class MessageReader {

  /** What {@link #frameMoved} says between frames. */
  static final long NONE = Long.MIN_VALUE;

  /** So many bytes of payload move a frame on: a trickle of less is a stall. */
  static final int MOVE = 1 << 10;

  private final FrameReader frames;
  private int maxMessage;
  private final LongSupplier now;
  private final Utf8Validator utf8 = new Utf8Validator();

  private FrameHeader frame;
  private int remaining;
  private long frameMoved = NONE;

  /** TEXT or BINARY while a message's frames come in, else null. */
  private Opcode message;

  /** The message's bytes so far; null as long as they are still in the input buffer, or none. */
  private Collected collected;

  private boolean closed;

  /**
   * A reader for one end.
   *
   * @param role the end that reads
   * @param maxMessage longest message, all its fragments together
   * @param now the time, for {@link #frameMoved}
   */
  MessageReader(Role role, int maxMessage, LongSupplier now) {
    this.frames = new FrameReader(role, maxMessage);
    this.maxMessage = maxMessage;
    this.now = now;
  }

  /** Changes how long a message may be, from the next one on. Between two messages only. */
  void limit(int bytes) {
    maxMessage = bytes;
    frames.limit(bytes);
  }

  /** Whether the peer's close frame has been read. What follows it is ignored (§5.5.1). */
  boolean isClosed() {
    return closed;
  }

  /**
   * When the frame that is not whole yet began, or when the last of its full {@link #MOVE} bytes
   * came, if that was later: a long frame on a slow line is no stall. {@link #NONE} if there is
   * none.
   */
  long frameMoved() {
    return frameMoved;
  }

  /**
   * Reads until the buffered bytes run out or the peer's close frame was read.
   *
   * @param in the buffer
   * @param sink takes what is whole
   * @throws WsViolation if the peer broke the protocol or a limit
   */
  void read(InputBuffer in, MessageSink sink) throws WsViolation {
    while (!closed && (frame != null || begin(in))) {
      boolean whole = frame.opcode().isControl() ? control(in, sink) : data(in, sink);
      if (!whole) {
        return;
      }
      frame = null;
      frameMoved = NONE;
    }
  }

  private boolean begin(InputBuffer in) throws WsViolation {
    if (frameMoved == NONE && !in.isEmpty()) {
      frameMoved = now.getAsLong();
    }
    frame = frames.read(in);
    if (frame == null) {
      return false;
    }
    remaining = frame.length();
    if (!frame.opcode().isControl()) {
      requireInOrder(frame.opcode());
      requireRoom();
    }
    return true;
  }

  private void requireInOrder(Opcode opcode) throws WsViolation {
    boolean continues = opcode == Opcode.CONTINUATION;
    if (continues && message == null) {
      throw WsViolation.protocol("continuation without a message");
    }
    if (!continues && message != null) {
      throw WsViolation.protocol("expected a continuation, got a new " + opcode);
    }
    if (!continues) {
      message = opcode;
    }
  }

  private void requireRoom() throws WsViolation {
    long total = (long) frame.length() + (collected == null ? 0 : collected.size());
    if (total > maxMessage) {
      throw new WsViolation(
          CloseCode.TOO_BIG, "message of " + total + " bytes, at most " + maxMessage + " allowed");
    }
  }

  private boolean data(InputBuffer in, MessageSink sink) throws WsViolation {
    byte[] bytes = in.array();
    int from = in.position();
    int length = Math.min(remaining, in.available());
    Masking.apply(bytes, from, length, frame.mask(), frame.length() - remaining);
    if (message == Opcode.TEXT && !utf8.feed(bytes, from, length)) {
      throw notUtf8("text message");
    }
    in.skip(length);
    if (remaining / MOVE != (remaining - length) / MOVE) {
      frameMoved = now.getAsLong();
    }
    remaining -= length;
    boolean last = remaining == 0 && frame.fin();
    if (last && collected == null) {
      deliver(sink, bytes, from, length);
      return true;
    }
    if (collected == null) {
      collected = new Collected();
    }
    collected.write(bytes, from, length);
    if (last) {
      deliver(sink, collected.array(), 0, collected.size());
    }
    return remaining == 0;
  }

  private void deliver(MessageSink sink, byte[] bytes, int from, int length) throws WsViolation {
    boolean text = message == Opcode.TEXT;
    if (text && !utf8.isComplete()) {
      throw notUtf8("text message");
    }
    message = null;
    collected = null;
    if (text) {
      sink.text(new String(bytes, from, length, StandardCharsets.UTF_8));
    } else {
      sink.binary(Arrays.copyOfRange(bytes, from, from + length));
    }
  }

  private boolean control(InputBuffer in, MessageSink sink) throws WsViolation {
    if (in.available() < remaining) {
      return false;
    }
    byte[] payload = in.take(remaining);
    Masking.apply(payload, 0, payload.length, frame.mask(), 0);
    switch (frame.opcode()) {
      case PING -> sink.ping(payload);
      case PONG -> sink.pong();
      default -> close(payload, sink);
    }
    return true;
  }

  private void close(byte[] payload, MessageSink sink) throws WsViolation {
    closed = true;
    if (payload.length == 0) {
      sink.close(CloseCode.NO_STATUS, "");
      return;
    }
    if (payload.length == 1) {
      throw WsViolation.protocol("close frame of 1 byte, expected none or at least 2");
    }
    int code = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    if (!CloseCode.isSendable(code)) {
      throw WsViolation.protocol("close code " + code + " may not be sent");
    }
    if (!Utf8Validator.isValid(payload, 2, payload.length - 2)) {
      throw notUtf8("close reason");
    }
    sink.close(code, new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
  }

  private static WsViolation notUtf8(String what) {
    return new WsViolation(CloseCode.INVALID_PAYLOAD, what + " is not UTF-8");
  }

  /** Spares the copy of a long message that {@code toByteArray} would make. */
  private static final class Collected extends ByteArrayOutputStream {

    byte[] array() {
      return buf;
    }
  }
}

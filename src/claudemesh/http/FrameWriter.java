package claudemesh.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Encodes frames for one end (RFC 6455 §5.2). Stateless and thread-safe. */
final class FrameWriter {

  private static final int MAX_REASON = 123;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Role role;

  FrameWriter(Role role) {
    this.role = role;
  }

  byte[] text(String text) {
    return frame(true, Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A close frame.
   *
   * @param code the code; {@link CloseCode#NO_STATUS} for an empty frame
   * @param reason why; cut at a character's end to what fits
   * @return the frame
   */
  byte[] close(int code, String reason) {
    if (code == CloseCode.NO_STATUS) {
      return frame(true, Opcode.CLOSE, new byte[0]);
    }
    byte[] words = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(words.length, MAX_REASON);
    while (length < words.length && (words[length] & 0xC0) == 0x80) {
      length--;
    }
    ByteBuffer payload = ByteBuffer.allocate(2 + length).putShort((short) code);
    return frame(true, Opcode.CLOSE, payload.put(words, 0, length).array());
  }

  /**
   * Any frame.
   *
   * @param fin whether it is the last of its message
   * @param opcode what it is
   * @param payload its payload; copied, and masked in the copy if this end masks
   * @return header and payload
   */
  byte[] frame(boolean fin, Opcode opcode, byte[] payload) {
    int extended = payload.length < 126 ? 0 : payload.length <= 0xffff ? 2 : 8;
    int masking = role.masks() ? 4 : 0;
    ByteBuffer frame = ByteBuffer.allocate(2 + extended + masking + payload.length);
    frame.put((byte) ((fin ? 0x80 : 0) | opcode.bits()));
    int maskBit = role.masks() ? 0x80 : 0;
    switch (extended) {
      case 0 -> frame.put((byte) (maskBit | payload.length));
      case 2 -> frame.put((byte) (maskBit | 126)).putShort((short) payload.length);
      default -> frame.put((byte) (maskBit | 127)).putLong(payload.length);
    }
    int mask = role.masks() ? RANDOM.nextInt() : 0;
    if (role.masks()) {
      frame.putInt(mask);
    }
    int start = frame.position();
    frame.put(payload);
    Masking.apply(frame.array(), start, payload.length, mask, 0);
    return frame.array();
  }
}

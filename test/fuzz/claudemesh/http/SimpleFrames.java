package claudemesh.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * RFC 6455 §5 once more, as plainly as can be: over a whole array, with the JDK's own decoder, slow
 * and without state. What the real reader finds must be the same.
 */
final class SimpleFrames {

  /** Where a character may go on, on both sides of every border that RFC 3629 §4 draws. */
  private static final int[] CONTINUATIONS = {0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF};

  private final byte[] bytes;
  private final Role role;
  private final int max;
  private final List<String> events = new ArrayList<>();
  private int at;
  private ByteArrayOutputStream message;
  private boolean text;

  private SimpleFrames(byte[] bytes, int from, Role role, int max) {
    this.bytes = bytes;
    this.at = from;
    this.role = role;
    this.max = max;
  }

  static Outcome read(byte[] bytes, int from, Role role, int max) {
    SimpleFrames frames = new SimpleFrames(bytes, from, role, max);
    int violation = 0;
    boolean whole = true;
    while (whole && frames.at < bytes.length && !frames.isClosed()) {
      int result = frames.frame();
      violation = Math.max(0, result);
      whole = result == 0;
    }
    boolean partial = !whole && violation == 0;
    return new Outcome(frames.events, violation, partial);
  }

  private boolean isClosed() {
    return !events.isEmpty() && events.getLast().startsWith("close");
  }

  /** One frame: 0 if it is good, -1 if more bytes are needed, else a close code. */
  private int frame() {
    int left = bytes.length - at;
    int first = bytes[at] & 0xff;
    int opcode = first & 0x0f;
    boolean fin = first >= 0x80;
    if ((first & 0x70) != 0 || opcode > 10 || opcode > 2 && opcode < 8) {
      return 1002;
    }
    if (left < 2) {
      return -1;
    }
    int second = bytes[at + 1] & 0xff;
    boolean masked = second >= 0x80;
    int length7 = second & 0x7f;
    if (masked != (role == Role.SERVER) || opcode >= 8 && (!fin || length7 > 125)) {
      return 1002;
    }
    int extended = length7 == 126 ? 2 : length7 == 127 ? 8 : 0;
    if (left < 2 + extended) {
      return -1;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, at + 2, extended);
    long length =
        extended == 0 ? length7 : extended == 2 ? header.getShort() & 0xffff : header.getLong();
    if (length < 0) { // one that is longer than need be is taken, as other servers do
      return 1002;
    }
    if (length > max) {
      return 1009;
    }
    int start = at + 2 + extended + (masked ? 4 : 0);
    if (bytes.length < start) {
      return -1;
    }
    int end = (int) Math.min(bytes.length, start + length);
    byte[] payload = Arrays.copyOfRange(bytes, start, end);
    for (int i = 0; masked && i < payload.length; i++) {
      payload[i] ^= bytes[start - 4 + i % 4];
    }
    at = end;
    boolean partial = payload.length < length;
    return opcode >= 8
        ? partial ? -1 : control(opcode, payload)
        : data(opcode, fin, payload, length, partial);
  }

  private int data(int opcode, boolean fin, byte[] payload, long length, boolean partial) {
    if (opcode == 0 != (message != null)) {
      return 1002;
    }
    if (opcode != 0) {
      message = new ByteArrayOutputStream();
      text = opcode == 1;
    }
    if (message.size() + length > max) {
      return 1009;
    }
    message.writeBytes(payload);
    byte[] all = message.toByteArray();
    if (text && !isBeginOfText(all)) {
      return 1007;
    }
    if (partial) {
      return -1;
    }
    if (fin) {
      if (text && decode(all) == null) {
        return 1007;
      }
      events.add(
          text ? "text " + decode(all) : "binary " + new String(all, StandardCharsets.ISO_8859_1));
      message = null;
    }
    return 0;
  }

  private int control(int opcode, byte[] payload) {
    if (opcode == 10) {
      events.add("pong");
      return 0;
    }
    if (opcode == 9) {
      events.add("ping " + new String(payload, StandardCharsets.ISO_8859_1));
      return 0;
    }
    if (payload.length == 0) {
      events.add("close 1005 ");
      return 0;
    }
    int code = payload.length == 1 ? 0 : (payload[0] & 0xff) * 256 + (payload[1] & 0xff);
    boolean permitted =
        code >= 3000 && code < 5000
            || code >= 1000 && code < 1015 && code != 1004 && code != 1005 && code != 1006;
    if (!permitted) {
      return 1002;
    }
    String reason = decode(Arrays.copyOfRange(payload, 2, payload.length));
    if (reason == null) {
      return 1007;
    }
    events.add("close " + code + " " + reason);
    return 0;
  }

  private static boolean isBeginOfText(byte[] bytes) {
    if (decode(bytes) != null) {
      return true;
    }
    for (int missing = 1; missing <= 3; missing++) {
      for (int next : CONTINUATIONS) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + missing);
        Arrays.fill(longer, bytes.length, longer.length, (byte) 0x80);
        longer[bytes.length] = (byte) next;
        if (decode(longer) != null) {
          return true;
        }
      }
    }
    return false;
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}

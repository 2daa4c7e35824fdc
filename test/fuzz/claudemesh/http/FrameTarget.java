package claudemesh.http;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The reader of frames and messages, for both ends. It must find the same in bytes that come at
 * once, in parts, and through a second reader that shares no line with it; and what it found,
 * written and read again, must be the same once more.
 *
 * <p>An input's first byte says which end reads (bit 0: the client) and how much it takes (bit 1:
 * 200 bytes, else 1 MiB); the rest is what arrives.
 */
public final class FrameTarget extends Target {

  private static final int CLIENT = 1;
  private static final int SMALL = 2;
  private static final int SMALL_LIMIT = 200;
  private static final int LIMIT = 1 << 20;
  private static final int[] OPCODES = {0, 0, 0, 1, 1, 1, 1, 2, 2, 8, 9, 9, 10};
  private static final int[] CODES = {
    0, 999, 1000, 1001, 1003, 1004, 1005, 1006, 1007, 1011, 1014, 1015, 2999, 3000, 4999, 5000
  };
  private static final String[] TEXTS = {
    "", "hello", "{\"type\":\"hello\"}", "äöü€", "\ud83d\ude00 smile", "κόσμε", "\u0000\u007f\uffff"
  };
  private static final int[][] BAD_TEXTS = {
    {0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xF4, 0x90, 0x80, 0x80}, {0xF5}, {0xE2, 0x82}, {0x80}, {0xFF}
  };

  /** The target. */
  public FrameTarget() {
    super("frames", 400, TEXTS);
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    int flags = random.nextInt(4);
    input.write(flags);
    for (int left = random.nextInt(8); left >= 0; left--) {
      int opcode = OPCODES[random.nextInt(OPCODES.length)];
      boolean fin = opcode >= 8 || random.nextInt(3) > 0;
      boolean mask = (flags & CLIENT) == 0;
      input.writeBytes(frame(random, opcode, fin, mask, payload(random, opcode)));
    }
    return input.toByteArray();
  }

  private static byte[] payload(RandomGenerator random, int opcode) {
    if (opcode == 8 && random.nextInt(4) > 0) {
      byte[] reason = text(random);
      return ByteBuffer.allocate(2 + reason.length)
          .putShort((short) CODES[random.nextInt(CODES.length)])
          .put(reason)
          .array();
    }
    byte[] text = text(random);
    // A fragment may end inside a character.
    return random.nextInt(4) == 0 ? Arrays.copyOf(text, random.nextInt(text.length + 1)) : text;
  }

  private static byte[] text(RandomGenerator random) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int left = random.nextInt(5); left > 0; left--) {
      String part = TEXTS[random.nextInt(TEXTS.length)];
      text.writeBytes(
          part.repeat(random.nextInt(8) == 0 ? 20 : 1).getBytes(StandardCharsets.UTF_8));
    }
    if (random.nextInt(8) == 0) {
      for (int unit : BAD_TEXTS[random.nextInt(BAD_TEXTS.length)]) {
        text.write(unit);
      }
    }
    return text.toByteArray();
  }

  /**
   * A frame, now and then with a wrong bit, a length of its own, or a length that is not minimal.
   */
  private static byte[] frame(
      RandomGenerator random, int opcode, boolean fin, boolean mask, byte[] payload) {
    boolean wrong = random.nextInt(16) == 0;
    int reserved = wrong && random.nextInt(3) == 0 ? 1 << 4 + random.nextInt(3) : 0;
    boolean masks = wrong && random.nextInt(3) == 0 ? !mask : mask;
    long length = wrong && random.nextInt(3) == 0 ? announced(random) : payload.length;
    int form = length >= 0 && length < 126 ? 0 : length > 0 && length < 65_536 ? 2 : 8;
    if (wrong && random.nextInt(3) == 0) {
      form = random.nextBoolean() ? 2 : 8;
    }
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    frame.put((byte) ((fin ? 0x80 : 0) | reserved | opcode));
    int maskBit = masks ? 0x80 : 0;
    switch (form) {
      case 0 -> frame.put((byte) (maskBit | (int) length));
      case 2 -> frame.put((byte) (maskBit | 126)).putShort((short) length);
      default -> frame.put((byte) (maskBit | 127)).putLong(length);
    }
    int key = masks ? random.nextInt() : 0;
    if (masks) {
      frame.putInt(key);
    }
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ key >> 24 - i % 4 * 8));
    }
    return Arrays.copyOf(frame.array(), frame.position());
  }

  private static long announced(RandomGenerator random) {
    return random.nextBoolean()
        ? LIMIT + 1 - random.nextInt(LIMIT / 4)
        : random.nextLong() >> random.nextInt(64);
  }

  @Override
  protected void check(byte[] input) {
    int flags = input.length == 0 ? 0 : input[0];
    Role role = (flags & CLIENT) != 0 ? Role.CLIENT : Role.SERVER;
    int limit = (flags & SMALL) != 0 ? SMALL_LIMIT : LIMIT;
    Outcome whole = read(new ChunkStream(input, 1, null), role, limit);
    RandomGenerator random = new SplittableRandom(Arrays.hashCode(input));
    Outcome split = read(new ChunkStream(input, 1, random), role, limit);
    Failed.unlessEqual("the same bytes in parts", whole, split);
    Failed.unlessEqual(
        "the same bytes by the simple reader",
        SimpleFrames.read(input, Math.min(1, input.length), role, limit),
        whole);
    Outcome again =
        read(new ChunkStream(written(whole.events(), role.peer()), 0, random), role, limit);
    Failed.unlessEqual("what was read, written and read again", whole.events(), again.events());
  }

  private static Outcome read(ChunkStream stream, Role role, int limit) {
    MessageReader reader = new MessageReader(role, limit, () -> 1);
    Events events = new Events();
    InputBuffer buffer = new InputBuffer();
    int violation = 0;
    try {
      do {
        reader.read(buffer, events);
      } while (!reader.isClosed() && buffer.fill(stream) >= 0);
    } catch (WsViolation e) {
      violation = e.code();
      Failed.unless("a violation may be told: " + violation, CloseCode.isSendable(violation));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    boolean partial = violation == 0 && reader.frameMoved() != MessageReader.NONE;
    return new Outcome(events.lines, violation, partial);
  }

  private static byte[] written(List<String> events, Role role) {
    FrameWriter writer = new FrameWriter(role);
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (String event : events) {
      String[] words = event.split(" ", 2);
      byte[] latin1 =
          words.length < 2 ? new byte[0] : words[1].getBytes(StandardCharsets.ISO_8859_1);
      frames.writeBytes(
          switch (words[0]) {
            case "text" -> writer.text(words[1]);
            case "binary" -> writer.frame(true, Opcode.BINARY, latin1);
            case "ping" -> writer.frame(true, Opcode.PING, latin1);
            case "pong" -> writer.frame(true, Opcode.PONG, latin1);
            default ->
                writer.close(Integer.parseInt(words[1].substring(0, 4)), words[1].substring(5));
          });
    }
    return frames.toByteArray();
  }

  /** Writes down what a reader finds. */
  private static final class Events implements MessageSink {

    private final List<String> lines = new ArrayList<>();

    @Override
    public void text(String text) {
      lines.add("text " + text);
    }

    @Override
    public void binary(byte[] payload) {
      lines.add("binary " + new String(payload, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void ping(byte[] payload) {
      lines.add("ping " + new String(payload, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void pong() {
      lines.add("pong");
    }

    @Override
    public void close(int code, String reason) {
      lines.add("close " + code + " " + reason);
    }
  }
}

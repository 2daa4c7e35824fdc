package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameWriterTest {

  private static final FrameWriter SERVER = new FrameWriter(Role.SERVER);

  @Test
  void encodesTheExamplesOfTheRfc() {
    // RFC 6455 §5.7
    assertEquals("810548656c6c6f", hex(SERVER.text("Hello")));
    assertEquals("010348656c", hex(SERVER.frame(false, Opcode.TEXT, latin1("Hel"))));
    assertEquals("80026c6f", hex(SERVER.frame(true, Opcode.CONTINUATION, latin1("lo"))));
    assertEquals("890548656c6c6f", hex(SERVER.frame(true, Opcode.PING, latin1("Hello"))));
    assertEquals("827e0100", start(SERVER.frame(true, Opcode.BINARY, new byte[256]), 4));
    assertEquals(
        "827f0000000000010000", start(SERVER.frame(true, Opcode.BINARY, new byte[65_536]), 10));
  }

  @Test
  void usesTheShortestLength() {
    assertEquals("817d", start(SERVER.text("x".repeat(125)), 2));
    assertEquals("817e007e", start(SERVER.text("x".repeat(126)), 4));
    assertEquals("817effff", start(SERVER.text("x".repeat(65_535)), 4));
  }

  @Test
  void cutsTheReasonOfACloseFrameAtTheEndOfACharacter() {
    byte[] frame = SERVER.close(1000, "x".repeat(122) + "é");
    assertEquals(2 + 2 + 122, frame.length);
    assertEquals("887c03e878", start(frame, 5));
    assertEquals("8800", hex(SERVER.close(CloseCode.NO_STATUS, "ignored")));
  }

  @Test
  void masksAsTheDefinitionSays() {
    Random random = new Random(1);
    for (int length = 0; length < 40; length++) {
      for (int before = 0; before < 8; before++) {
        byte[] bytes = new byte[length + 5];
        random.nextBytes(bytes);
        int mask = random.nextInt();
        byte[] expected = bytes.clone();
        for (int i = 0; i < length; i++) {
          expected[3 + i] ^= (byte) (mask >>> 24 - (before + i) % 4 * 8);
        }
        Masking.apply(bytes, 3, length, mask, before);
        assertArrayEquals(expected, bytes);
      }
    }
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String start(byte[] bytes, int count) {
    return hex(Arrays.copyOf(bytes, count));
  }
}

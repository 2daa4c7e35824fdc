package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InputBufferTest {

  private final InputBuffer input = new InputBuffer();

  @Test
  void restsAtItsSmallSizeWhileLittleComes() throws IOException {
    ScriptedStream stream = new ScriptedStream().bytes(new byte[100]).bytes(new byte[200]);
    input.fill(stream);
    input.skip(100);
    input.fill(stream);
    input.skip(200);
    assertEquals(InputBuffer.RESTING, input.capacity());
    assertEquals(-1, input.fill(stream));
  }

  @Test
  void growsWhileMuchComesAndGoesBackToRestAfterwards() throws IOException {
    ScriptedStream stream = new ScriptedStream().bytes(new byte[100_000]).bytes(new byte[1]);
    int left = 100_000;
    int largest = 0;
    while (left > 0) {
      left -= input.fill(stream);
      largest = Math.max(largest, input.capacity());
      input.skip(input.available());
    }
    assertEquals(InputBuffer.LARGEST, largest);
    assertEquals(1, input.fill(stream));
    assertEquals(InputBuffer.RESTING, input.capacity());
  }

  @Test
  void growsAsFarAsAReaderNeedsThatUsesNothingUp() throws IOException {
    byte[] bytes = new byte[40_000];
    new Random(1).nextBytes(bytes);
    ScriptedStream stream = new ScriptedStream().bytes(bytes);
    while (input.available() < bytes.length) {
      assertTrue(input.fill(stream) > 0);
    }
    assertArrayEquals(bytes, input.take(bytes.length));
  }

  @Test
  void keepsWhatIsUnusedWhenItMovesIt() throws IOException {
    byte[] bytes = new byte[3_000];
    new Random(2).nextBytes(bytes);
    ScriptedStream stream = new ScriptedStream().bytes(bytes);
    for (int at = 0; at < bytes.length; at++) {
      while (input.available() < Math.min(7, bytes.length - at)) {
        input.fill(stream);
      }
      assertEquals(bytes[at] & 0xff, input.peek(0));
      input.skip(1);
    }
    assertTrue(input.isEmpty());
  }
}

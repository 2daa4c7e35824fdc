package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8ValidatorTest {

  @Test
  void agreesWithTheJdkOnEverySequenceOfTwoBytes() {
    for (int pair = 0; pair < 1 << 16; pair++) {
      assertAgrees(new byte[] {(byte) (pair >> 8), (byte) pair});
    }
  }

  @Test
  void agreesWithTheJdkAroundEveryBoundaryOfThreeAndFourBytes() {
    int[] leads = {0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
    int[] units = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (int lead : leads) {
      for (int second : units) {
        for (int third : units) {
          assertAgrees(new byte[] {(byte) lead, (byte) second, (byte) third});
          for (int fourth : units) {
            assertAgrees(new byte[] {(byte) lead, (byte) second, (byte) third, (byte) fourth});
          }
        }
      }
    }
  }

  @Test
  void agreesWithTheJdkOnRandomMixtures() {
    Random random = new Random(1);
    String alphabet = "aé€😀\uFFFF\u0000";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      random.ints(6, 0, 5).forEach(i -> text.appendCodePoint(alphabet.codePoints().toArray()[i]));
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      assertAgrees(bytes);
    }
  }

  @Test
  void failsAtTheFirstByteThatCannotBeRight() {
    // A surrogate, an overlong form, a code point past the end: all wrong at their second byte.
    for (String hex : new String[] {"EDA0", "E080", "F08F", "F490"}) {
      Utf8Validator validator = new Utf8Validator();
      byte[] bytes = HexFormat.of().parseHex(hex);
      assertTrue(validator.feed(bytes, 0, 1), hex);
      assertFalse(validator.feed(bytes, 1, 1), hex);
    }
  }

  @Test
  void acceptsCharactersSplitAnywhere() {
    byte[] bytes = "κόσμε 😀".getBytes(StandardCharsets.UTF_8);
    for (int split = 0; split <= bytes.length; split++) {
      Utf8Validator validator = new Utf8Validator();
      assertTrue(validator.feed(bytes, 0, split));
      assertTrue(validator.feed(bytes, split, bytes.length - split));
      assertTrue(validator.isComplete());
    }
  }

  private static void assertAgrees(byte[] bytes) {
    assertEquals(
        isValidForJdk(bytes),
        Utf8Validator.isValid(bytes, 0, bytes.length),
        () -> HexFormat.of().formatHex(bytes));
  }

  private static boolean isValidForJdk(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}

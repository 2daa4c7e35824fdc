package claudemesh.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.LineReader.LineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  private static LineReader over(String text, int limit) {
    return over(text.getBytes(StandardCharsets.UTF_8), limit);
  }

  private static LineReader over(byte[] bytes, int limit) {
    return new LineReader(new ByteArrayInputStream(bytes), limit);
  }

  private static List<String> all(LineReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = reader.read(); line != null; line = reader.read()) {
      lines.add(line);
    }
    return lines;
  }

  @Test
  void linesEndAtNewlineOrCarriageReturnNewline() throws IOException {
    assertEquals(List.of("a", "b", "", "c"), all(over("a\nb\r\n\nc\n", 10)));
  }

  @Test
  void aLastLineWithoutNewlineCounts() throws IOException {
    assertEquals(List.of("a", "b"), all(over("a\nb", 10)));
    assertEquals(List.of("a"), all(over("a\r", 10)));
  }

  @Test
  void nothingIsNoLineAndTheEndStaysTheEnd() throws IOException {
    LineReader reader = over("", 10);
    assertNull(reader.read());
    assertNull(reader.read());
    assertEquals(0, reader.lineNumber());
  }

  @Test
  void aCarriageReturnInsideALineBelongsToIt() throws IOException {
    assertEquals(List.of("a\rb", "\r"), all(over("a\rb\n\r\r\n", 10)));
  }

  @Test
  void aLineOfTheLimitPassesWithEitherEnding() throws IOException {
    assertEquals(List.of("12345", "12345", "12345"), all(over("12345\n12345\r\n12345", 5)));
  }

  @Test
  void aLineOverTheLimitIsPassedOverAndReadingGoesOn() throws IOException {
    LineReader reader = over("ok\n123456\n" + "x".repeat(100_000) + "\nnext", 5);
    assertEquals("ok", reader.read());
    LineException six = assertThrows(LineException.class, reader::read);
    assertEquals("line 2 is 6 bytes long, the limit is 5", six.getMessage());
    LineException huge = assertThrows(LineException.class, reader::read);
    assertEquals("line 3 is 100000 bytes long, the limit is 5", huge.getMessage());
    assertEquals("next", reader.read());
    assertEquals(4, reader.lineNumber());
    assertNull(reader.read());
  }

  @Test
  void theLimitCountsBytesAndNotCharacters() throws IOException {
    assertEquals(List.of("ü"), all(over("ü\n", 2)));
    assertThrows(LineException.class, () -> over("üx\n", 2).read());
  }

  @Test
  void whatIsNotUtf8IsNamedAndPassedOver() throws IOException {
    byte[] bytes = {
      (byte) 0xff, '\n', 'a', '\n', (byte) 0xc3, '\n', (byte) 0xed, (byte) 0xa0, (byte) 0x80
    };
    LineReader reader = over(bytes, 10);
    assertEquals(
        "line 1 is not UTF-8", assertThrows(LineException.class, reader::read).getMessage());
    assertEquals("a", reader.read());
    assertThrows(LineException.class, reader::read, "a character cut by the newline");
    assertThrows(LineException.class, reader::read, "a surrogate half in UTF-8's clothes");
    assertNull(reader.read());
  }

  @Test
  void charactersThatArriveByteByByteAreWhole() throws IOException {
    byte[] bytes = "a😀\nü".getBytes(StandardCharsets.UTF_8);
    InputStream dripping =
        new ByteArrayInputStream(bytes) {
          @Override
          public int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(1, length));
          }
        };
    assertEquals(List.of("a😀", "ü"), all(new LineReader(dripping, 10)));
  }

  @Test
  void aFailingStreamFails() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }
        };
    IOException thrown = assertThrows(IOException.class, () -> new LineReader(broken, 10).read());
    assertTrue(thrown.getMessage().contains("gone"));
  }

  @Test
  void theLimitMustBePositive() {
    assertThrows(IllegalArgumentException.class, () -> over("", 0));
  }
}

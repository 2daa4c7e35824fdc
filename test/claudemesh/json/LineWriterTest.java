package claudemesh.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineWriterTest {

  /** Notes each write and flush, as a pipe would see them. */
  private static final class Steps extends OutputStream {
    final List<String> steps = new ArrayList<>();

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      steps.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void flush() {
      steps.add("flush");
    }
  }

  @Test
  void eachLineIsOneWriteAndFlushedAtOnce() throws IOException {
    Steps out = new Steps();
    LineWriter writer = new LineWriter(out);
    writer.write("ü😀");
    writer.write(Json.object().put("a", "x\ny").build());
    assertEquals(List.of("ü😀\n", "flush", "{\"a\":\"x\\ny\"}\n", "flush"), out.steps);
  }

  @Test
  void aReaderThatHasGoneIsHeardOf() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThrows(IOException.class, () -> new LineWriter(closed).write("x"));
  }

  @Test
  void linesOfManyThreadsNeverMix() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LineWriter writer = new LineWriter(out);
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              for (int n = 0; n < 200; n++) {
                                writeUnchecked(writer, ("" + i).repeat(50));
                              }
                            }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(1600, lines.size());
    assertTrue(lines.stream().allMatch(line -> line.matches("(.)\\1{49}")));
  }

  private static void writeUnchecked(LineWriter writer, String line) {
    try {
      writer.write(line);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

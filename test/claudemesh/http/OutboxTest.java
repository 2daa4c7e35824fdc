package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Drainers run when the test says so, on the test's thread. */
class OutboxTest {

  private final ScriptedStream stream = new ScriptedStream();
  private final Deque<Runnable> drainers = new ArrayDeque<>();
  private final List<IOException> broken = new ArrayList<>();
  private long now = 1;
  private final Outbox outbox = outbox(1_000, 5);

  @Test
  void startsOneDrainerForAllThatIsAddedMeanwhile() {
    add("a");
    add("b");
    add("c");
    assertEquals(1, drainers.size());
    drainers.remove().run();
    assertEquals("abc", stream.writtenText());
    assertEquals(1, stream.writes());
    assertEquals(3, outbox.bytesWritten());
  }

  @Test
  void startsAnotherDrainerAfterTheFirstHasEnded() {
    add("a");
    drainers.remove().run();
    add("b");
    drainers.remove().run();
    assertEquals("ab", stream.writtenText());
    assertTrue(drainers.isEmpty());
  }

  @Test
  void writesWhatIsAddedWhileItWrites() {
    stream.beforeWrite(
        () -> {
          if (stream.writes() == 0) {
            add("b");
          }
        });
    add("a");
    drainers.remove().run();
    assertEquals("ab", stream.writtenText());
    assertTrue(drainers.isEmpty());
  }

  @Test
  void refusesMoreFramesThanItsBound() {
    for (int i = 0; i < 5; i++) {
      assertEquals(Outbox.Added.QUEUED, add("x"));
    }
    assertEquals(Outbox.Added.FULL, add("x"));
  }

  @Test
  void refusesMoreBytesThanItsBoundButNeverALoneFrame() {
    assertEquals(Outbox.Added.QUEUED, add("x".repeat(5_000)));
    assertEquals(Outbox.Added.FULL, add("x"));
    drainers.remove().run();
    assertEquals(Outbox.Added.QUEUED, add("x".repeat(600)));
    assertEquals(Outbox.Added.QUEUED, add("x".repeat(400)));
    assertEquals(Outbox.Added.FULL, add("x"));
    assertEquals(1_000, outbox.waitingBytes());
  }

  @Test
  void takesALastFrameEvenWhenFullAndNothingAfterIt() {
    for (int i = 0; i < 5; i++) {
      add("x");
    }
    assertEquals(Outbox.Added.QUEUED, outbox.addLast(bytes("!")));
    assertEquals(Outbox.Added.SEALED, add("y"));
    assertEquals(Outbox.Added.SEALED, outbox.addLast(bytes("?")));
    drainers.remove().run();
    assertEquals("xxxxx!", stream.writtenText());
  }

  @Test
  void joinsSmallFramesAndCutsLongOnes() {
    Outbox wide = outbox(1 << 20, 100);
    wide.add(bytes("x".repeat(10_000)));
    wide.add(bytes("x".repeat(6_000)));
    wide.add(bytes("x".repeat(40_000)));
    drainers.remove().run();
    assertEquals(56_000, stream.written().length);
    assertEquals(1 + 3, stream.writes());
  }

  @Test
  void ownerWritesItselfAndOnce() throws IOException {
    outbox.own();
    add("a");
    add("b");
    assertTrue(drainers.isEmpty());
    outbox.flush();
    outbox.flush();
    assertEquals("ab", stream.writtenText());
    assertEquals(1, stream.writes());
  }

  @Test
  void ownerLeavesToADrainerWhatComesWhileItWrites() throws IOException {
    outbox.own();
    stream.beforeWrite(
        () -> {
          if (stream.writes() == 0) {
            add("b");
          }
        });
    add("a");
    outbox.flush();
    assertEquals("a", stream.writtenText());
    drainers.remove().run();
    assertEquals("ab", stream.writtenText());
  }

  @Test
  void ownerThatSendsMuchIsHelpedByADrainer() {
    Outbox wide = outbox(1 << 20, 100);
    wide.own();
    wide.add(bytes("x".repeat(Outbox.BATCH)));
    assertTrue(drainers.isEmpty());
    wide.add(bytes("x"));
    assertEquals(1, drainers.size());
  }

  @Test
  void saysWhenAWriteBegan() {
    List<Long> seen = new ArrayList<>();
    stream.beforeWrite(() -> seen.add(outbox.writeBegan()));
    now = 42;
    add("a");
    assertEquals(Outbox.NONE, outbox.writeBegan());
    drainers.remove().run();
    assertEquals(List.of(42L), seen);
    assertEquals(Outbox.NONE, outbox.writeBegan());
  }

  @Test
  void seesTheProgressOfALongWrite() {
    List<Long> seen = new ArrayList<>();
    stream.beforeWrite(
        () -> {
          seen.add(outbox.writeBegan());
          now++;
        });
    add("x".repeat(3 * Outbox.BATCH));
    drainers.remove().run();
    assertEquals(List.of(1L, 2L, 3L), seen);
  }

  @Test
  void discardsWhatWaitsAndTakesNothingMore() throws IOException {
    add("a");
    outbox.discard();
    assertEquals(Outbox.Added.SEALED, add("b"));
    drainers.remove().run();
    outbox.finish();
    assertEquals("", stream.writtenText());
  }

  @Test
  void tellsThatADrainerCouldNotWrite() throws IOException {
    add("a");
    stream.close();
    drainers.remove().run();
    assertEquals("closed", broken.getFirst().getMessage());
    assertNotEquals(Outbox.Added.QUEUED, add("b"));
    outbox.finish();
  }

  @Test
  void tellsTheOwnerThatItCouldNotWrite() {
    outbox.own();
    add("a");
    stream.close();
    assertThrows(IOException.class, outbox::flush);
    assertEquals(Outbox.Added.SEALED, add("b"));
    assertTrue(broken.isEmpty());
  }

  private Outbox outbox(int maxBytes, int maxFrames) {
    return new Outbox(stream, drainers::add, () -> now, maxBytes, maxFrames, broken::add);
  }

  private Outbox.Added add(String text) {
    return outbox.add(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A scripted peer on the test's own thread: what happens when is part of the script. */
class WsConnectionTest {

  private static final HttpRequest REQUEST =
      new HttpRequest("GET", "/ws", Map.of(), HttpHeaders.EMPTY, "", "script:1");
  private static final WsServerOptions OPTIONS = WsServerOptions.defaults();

  private final ScriptedStream peer = new ScriptedStream();
  private final RecordingHandler handler = new RecordingHandler();
  private WsConnection connection = connection(OPTIONS, handler);
  private long now;

  @Test
  void handsOnMessagesAndAnswersTheCloseFrame() throws Exception {
    peer.bytes(RawClient.text("hello")).bytes(RawClient.close(1000, "done"));
    connection.run();
    assertHeard("open", "text hello", "closed 1000 done");
    assertSaid("close 1000 done");
    assertTrue(peer.isClosed());
    assertFalse(peer.isAborted());
  }

  @Test
  void answersAnEmptyCloseFrameWithAnEmptyOne() throws Exception {
    peer.bytes(RawClient.close(CloseCode.NO_STATUS, ""));
    connection.run();
    assertHeard("open", "closed 1005 ");
    assertSaid("close 1005 ");
  }

  @Test
  void answersPingsWithTheirOwnPayload() throws Exception {
    byte[] payload = "payload".getBytes(StandardCharsets.US_ASCII);
    peer.bytes(RawClient.frame(true, Opcode.PING, payload)).bytes(RawClient.close(1000, ""));
    connection.run();
    assertHeard("open", "ping", "closed 1000 ");
    assertEquals("8a077061796c6f6164" + "880203e8", hex(peer.written()));
  }

  @Test
  void writesTheAnswersToAllThatOneReadBroughtAtOnce() throws Exception {
    connection = connection(OPTIONS, (from, text) -> from.send("re " + text));
    peer.bytes(RawClient.join(RawClient.text("a"), RawClient.text("b"), RawClient.text("c")));
    peer.meanwhile(() -> assertEquals(1, peer.writes())).bytes(RawClient.close(1000, ""));
    connection.run();
    assertSaid("text re a", "text re b", "text re c", "close 1000 ");
  }

  @Test
  void sendsTextBinaryAndPings() throws Exception {
    peer.meanwhile(
            () -> {
              assertTrue(connection.send("text"));
              assertTrue(connection.send(new byte[70_000]));
              assertTrue(connection.ping());
            })
        .bytes(RawClient.text(""))
        .bytes(RawClient.close(1000, ""));
    connection.run();
    assertSaid("text text", "binary 70000", "ping ", "close 1000 ");
    assertEquals(peer.written().length, connection.bytesOut());
    assertEquals(6 + 8, connection.bytesIn());
  }

  @Test
  void closesWhatBreaksTheProtocolAndWaitsForThePeerToLeave() throws Exception {
    peer.bytes(RawClient.join(RawClient.text("good"), new byte[] {(byte) 0x83}))
        .bytes(new byte[50_000]);
    connection.run();
    assertHeard("open", "text good", "closed 1002 reserved opcode 3");
    assertSaid("close 1002 reserved opcode 3");
    assertFalse(peer.isAborted());
    assertEquals(7 + 4 + 1 + 50_000 - 1, connection.bytesIn());
  }

  @Test
  void cutsAPeerThatBrokeTheProtocolAndDoesNotLeave() throws Exception {
    peer.bytes(new byte[] {(byte) 0x83}).meanwhile(() -> pass(2)).text("more");
    connection.run();
    assertHeard("open", "closed 1002 reserved opcode 3");
    assertTrue(peer.isAborted());
  }

  @Test
  void reportsAnEndWithoutACloseFrame() throws Exception {
    peer.bytes(RawClient.text("bye"));
    connection.run();
    assertHeard("open", "text bye", "closed 1006 the peer ended the stream without a close frame");
  }

  @Test
  void reportsABrokenConnection() throws Exception {
    peer.meanwhile(peer::close);
    connection.run();
    assertHeard("open", "closed 1006 closed");
  }

  @Test
  void closesAndWaitsForTheAnswer() throws Exception {
    peer.meanwhile(() -> connection.close(4001, "kicked"))
        .bytes(RawClient.text("too late"))
        .bytes(RawClient.close(1000, "other"));
    connection.run();
    assertHeard("open", "closed 4001 kicked");
    assertSaid("close 4001 kicked");
    assertFalse(peer.isAborted());
  }

  @Test
  void cutsAPeerThatDoesNotAnswerItsClose() throws Exception {
    peer.meanwhile(() -> connection.close(1000, "session_replaced"))
        .meanwhile(() -> pass(1))
        .meanwhile(() -> assertFalse(peer.isAborted()))
        .meanwhile(() -> pass(1))
        .bytes(RawClient.close(1000, ""));
    connection.run();
    assertHeard("open", "closed 1000 session_replaced");
    assertTrue(peer.isAborted());
  }

  @Test
  void takesTheFirstCauseOfItsEnd() throws Exception {
    peer.meanwhile(
        () -> {
          connection.close(4001, "first");
          connection.close(4002, "second");
          connection.abort("third");
        });
    connection.run();
    assertHeard("open", "closed 4001 first");
  }

  @Test
  void sendsNothingMoreOnceItCloses() throws Exception {
    peer.meanwhile(
            () -> {
              connection.send("before");
              connection.close(1000, "");
              assertFalse(connection.isOpen());
              assertFalse(connection.send("after"));
              assertFalse(connection.ping());
            })
        .bytes(RawClient.close(1000, ""));
    connection.run();
    assertSaid("text before", "close 1000 ");
    assertFalse(connection.send("much later"));
  }

  @Test
  void refusesToCloseWithACodeThatMayNotBeSent() {
    assertThrows(IllegalArgumentException.class, () -> connection.close(1006, ""));
    assertTrue(connection.isOpen());
  }

  @Test
  void abortsAtOnce() throws Exception {
    peer.meanwhile(() -> connection.abort("no longer wanted")).bytes(RawClient.text("x"));
    connection.run();
    assertHeard("open", "closed 1006 no longer wanted");
    assertSaid();
    assertTrue(peer.isAborted());
  }

  @Test
  void pingsWhileItIsOpen() throws Exception {
    peer.meanwhile(() -> pass(29))
        .meanwhile(this::assertSaidNothing)
        .meanwhile(() -> pass(1))
        .bytes(RawClient.frame(true, Opcode.PONG, new byte[0]))
        .meanwhile(() -> pass(30))
        .bytes(RawClient.close(1000, ""));
    connection.run();
    assertHeard("open", "pong", "closed 1000 ");
    assertSaid("ping ", "ping ", "close 1000 ");
  }

  @Test
  void cutsAPeerThatIsSilent() throws Exception {
    peer.meanwhile(() -> pass(70)).text("\u0081").meanwhile(() -> pass(29));
    peer.bytes(new byte[] {(byte) 0x80, 0, 0, 0, 0}).meanwhile(() -> pass(74));
    peer.meanwhile(() -> pass(1)).text("\u0081");
    connection.run();
    assertHeard("open", "text ", "closed 1006 nothing was received for 75 s");
    assertTrue(peer.isAborted());
  }

  @Test
  void cutsAPeerThatStallsInsideAFrame() throws Exception {
    peer.text("\u0081").meanwhile(() -> pass(15)).text("\u0085").meanwhile(() -> pass(15));
    connection.run();
    assertHeard("open", "closed 1006 a frame did not move for 30 s");
    assertTrue(peer.isAborted());
  }

  @Test
  void letsALongFrameTakeItsTimeAsLongAsItMoves() throws Exception {
    byte[] frame = RawClient.text("x".repeat(20 << 10));
    for (int at = 0; at < frame.length; at += 64) {
      peer.bytes(Arrays.copyOfRange(frame, at, Math.min(at + 64, frame.length)));
      peer.meanwhile(() -> pass(1)); // 320 s in all
    }
    peer.bytes(RawClient.close(1000, ""));
    connection.run();
    assertHeard("open", "text " + "x".repeat(20 << 10), "closed 1000 ");
  }

  @Test
  void cutsAPeerThatTricklesALongFrame() throws Exception {
    byte[] frame = RawClient.text("x".repeat(20 << 10));
    peer.bytes(Arrays.copyOf(frame, 2 << 10));
    for (int at = 2 << 10; at < 3 << 10; at += 16) {
      peer.meanwhile(() -> pass(1)).bytes(Arrays.copyOfRange(frame, at, at + 16));
    }
    connection.run();
    assertHeard("open", "closed 1006 a frame did not move for 30 s");
    assertTrue(peer.isAborted());
  }

  @Test
  void doesNotBlameThePeerForASlowHandler() throws Exception {
    connection =
        connection(
            OPTIONS,
            new RecordingHandler() {
              @Override
              public void onText(WsConnection from, String text) {
                pass(3_600);
                handler.onText(from, text);
              }
            });
    byte[] both = RawClient.join(RawClient.text("one"), RawClient.text("two"));
    int middle = both.length / 2 + 1;
    peer.bytes(Arrays.copyOf(both, 1)).bytes(Arrays.copyOfRange(both, 1, middle));
    peer.meanwhile(() -> pass(1)).bytes(Arrays.copyOfRange(both, middle, both.length));
    peer.bytes(RawClient.close(1000, ""));
    connection.run();
    assertHeard("text one", "text two");
  }

  @Test
  void cutsAWriteThatIsStuck() throws Exception {
    peer.beforeWrite(() -> pass(10));
    peer.meanwhile(() -> connection.send("x")).bytes(RawClient.text("")).text("more");
    connection.run();
    assertHeard("open", "text ", "closed 1006 a write was stuck for 10 s");
    assertTrue(peer.isAborted());
  }

  @Test
  void cutsASlowConsumer() throws Exception {
    connection = connection(OPTIONS.withMaxQueued(1_000, 3), handler);
    peer.meanwhile(
        () -> {
          assertTrue(connection.send("x"));
          assertTrue(connection.send("x"));
          assertTrue(connection.send("x"));
          assertFalse(connection.send("x"));
        });
    connection.run();
    assertHeard("open", "closed 1006 slow consumer: 9 bytes were waiting to be written");
    assertTrue(peer.isAborted());
  }

  @Test
  void closesAfterAHandlersException() throws Exception {
    connection =
        connection(
            OPTIONS,
            new RecordingHandler() {
              @Override
              public void onText(WsConnection from, String text) {
                throw new IllegalStateException("a defect, on purpose");
              }

              @Override
              public void onClosed(WsConnection from, int code, String reason) {
                handler.onClosed(from, code, reason);
                throw new IllegalStateException("another");
              }
            });
    peer.bytes(RawClient.text("x")).bytes(RawClient.close(1011, ""));
    connection.run();
    assertHeard("closed 1011 internal error");
    assertSaid("close 1011 internal error");
  }

  @Test
  void refusesAMessageLongerThanItsLimit() throws Exception {
    connection = connection(OPTIONS.withMaxMessageBytes(10), handler);
    peer.bytes(RawClient.text("x".repeat(10))).bytes(RawClient.text("x".repeat(11)));
    connection.run();
    String reason = "frame of 11 bytes, at most 10 allowed";
    assertHeard("open", "text xxxxxxxxxx", "closed 1009 " + reason);
    assertSaid("close 1009 " + reason);
  }

  private WsConnection connection(WsServerOptions options, WsHandler with) {
    return new WsConnection(
        REQUEST, peer, new InputBuffer(), options, with, () -> now, Runnable::run, () -> {}, now);
  }

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
    connection.tick(now);
  }

  private void assertHeard(String... expected) throws InterruptedException {
    for (String event : expected) {
      assertEquals(event, handler.next());
    }
    assertEquals(0, handler.unread());
  }

  private void assertSaidNothing() {
    assertEquals(0, peer.written().length);
  }

  private void assertSaid(String... expected) throws IOException, WsViolation {
    RecordingSink sink = new RecordingSink();
    MessageReader reader = new MessageReader(Role.CLIENT, 1 << 20, () -> 0);
    ScriptedStream said = new ScriptedStream().bytes(peer.written());
    InputBuffer input = new InputBuffer();
    while (input.fill(said) >= 0) {
      reader.read(input, sink);
    }
    assertEquals(List.of(expected), List.copyOf(sink.events()));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}

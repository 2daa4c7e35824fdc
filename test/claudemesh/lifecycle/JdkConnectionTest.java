package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.Transport.Event;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JDK's callbacks as events, by calling them. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JdkConnectionTest {

  /** Counts what is asked of it. */
  private static final class StubWebSocket implements WebSocket {
    private final List<String> parts = new ArrayList<>();
    private boolean textEnded;
    private long demand;
    private IOException failure;
    private boolean aborted;

    @Override
    public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
      parts.add(data.toString());
      textEnded = last;
      return written();
    }

    private CompletableFuture<WebSocket> written() {
      return failure == null
          ? CompletableFuture.completedFuture(this)
          : CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
      throw new AssertionError("no binary messages");
    }

    @Override
    public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
      return written();
    }

    @Override
    public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
      throw new AssertionError("the JDK answers pings itself");
    }

    @Override
    public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public void request(long n) {
      demand += n;
    }

    @Override
    public String getSubprotocol() {
      return "";
    }

    @Override
    public boolean isOutputClosed() {
      return false;
    }

    @Override
    public boolean isInputClosed() {
      return false;
    }

    @Override
    public void abort() {
      aborted = true;
    }
  }

  private final StubWebSocket socket = new StubWebSocket();
  private final JdkConnection connection = new JdkConnection(1000);

  @BeforeEach
  void open() {
    connection.onOpen(socket);
  }

  private Event poll() throws InterruptedException {
    return connection.receive(Duration.ZERO);
  }

  private void text(String text, boolean last) {
    socket.demand--;
    connection.onText(socket, text, last);
  }

  @Test
  void aLongTextIsHandedOverInPartsThatPartNoCharacter() {
    String text = "a" + "\ud83d\ude00".repeat(50_000);
    List<Integer> told = new ArrayList<>();
    assertTrue(connection.sendText(text, () -> told.add(socket.parts.size())).isDone());
    assertEquals(List.of(1, 2, 3), told);
    assertEquals(List.of(32_767, 32_768, 32_768, 1_698), lengths(socket.parts));
    assertTrue(socket.parts.stream().noneMatch(p -> Character.isLowSurrogate(p.charAt(0))));
    assertEquals(text, String.join("", socket.parts));
    assertTrue(socket.textEnded);
  }

  @Test
  void aLongTextStopsAtThePartThatFails() {
    socket.failure = new IOException("gone");
    assertTrue(connection.sendText("a".repeat(100_000), () -> {}).isCompletedExceptionally());
    assertEquals(1, socket.parts.size());
  }

  private static List<Integer> lengths(List<String> parts) {
    return parts.stream().map(String::length).toList();
  }

  @Test
  void partsAreJoined() throws InterruptedException {
    text("a", false);
    text("\ud83d", false);
    text("\ude00", true);
    text("b", true);
    assertEquals(new Event.Text("a\ud83d\ude00"), nextText());
    assertEquals(new Event.Text("b"), nextText());
    assertNull(poll());
  }

  private Event nextText() throws InterruptedException {
    Event event = poll();
    while (event instanceof Event.Life) {
      event = poll();
    }
    return event;
  }

  @Test
  void L30_aPartOfALongMessageIsASignOfLife() throws InterruptedException {
    // At 1 KB/s a message of the allowed size takes a quarter of an hour (protocol.md §1: 75 s
    // without any inbound byte).
    text("a", false);
    assertInstanceOf(Event.Life.class, poll());
    connection.onBinary(socket, ByteBuffer.allocate(1), false);
    assertInstanceOf(Event.Life.class, poll());
  }

  @Test
  void demandStopsWhenTheQueueIsFullAndGoesOnWhenItIsRead() throws InterruptedException {
    int delivered = 0;
    while (socket.demand > 0 && delivered < 10_000) {
      text("x", true);
      delivered++;
    }
    assertTrue(delivered >= 100 && delivered <= 1000, delivered + " events wait for nobody");
    for (int i = 0; i < delivered; i++) {
      assertEquals(new Event.Text("x"), poll());
    }
    assertNull(poll());
    assertEquals(1, socket.demand);
  }

  @Test
  void aFailedWriteEndsItUnlessThePeersOwnWordsComeFirst() throws InterruptedException {
    socket.failure = new IOException("broken pipe");
    connection.sendText("x", () -> {});
    connection.onClose(socket, 4002, "banned");
    assertEquals(
        new Event.Ended(new Ending.PeerClosed(4002, "banned")), connection.receive(Live.BOUND));
    assertNull(poll());

    JdkConnection other = new JdkConnection(1000);
    other.onOpen(socket);
    other.sendPing();
    assertEquals(
        new Event.Ended(new Ending.Lost("IOException: broken pipe")), other.receive(Live.BOUND));
    assertNull(other.receive(Duration.ZERO));
  }

  @Test
  void demandStopsWhenTheQueueHoldsMegabytes() throws InterruptedException {
    JdkConnection large = new JdkConnection(1 << 20);
    large.onOpen(socket);
    socket.demand = 1;
    String megabyte = "x".repeat(1 << 20);
    int delivered = 0;
    while (socket.demand > 0 && delivered < 100) {
      socket.demand--;
      large.onText(socket, megabyte, true);
      delivered++;
    }
    assertTrue(delivered <= 8, delivered + " MB wait for nobody");
    for (int i = 0; i < delivered; i++) {
      assertInstanceOf(Event.Text.class, large.receive(Duration.ZERO));
    }
    assertEquals(1, socket.demand);
  }

  @Test
  void L26_aMessageOverTheLimitIsDroppedAndNothingFollows() throws InterruptedException {
    text("x".repeat(600), false);
    text("x".repeat(401), false);
    text("x", true);
    connection.onClose(socket, 1000, "");
    assertInstanceOf(Event.TooLong.class, nextText());
    assertNull(poll());
    assertEquals(0, Math.max(0, socket.demand));
  }

  @Test
  void theEndComesOnceAndLast() throws InterruptedException {
    text("x", true);
    connection.onClose(socket, 1006, "");
    connection.onError(socket, new IOException("reset"));
    connection.onClose(socket, 1000, "again");
    assertEquals(new Event.Text("x"), poll());
    assertEquals(new Event.Ended(new Ending.PeerClosed(1006, "")), poll());
    assertNull(poll());
  }

  @Test
  void theEndFitsIntoAFullQueue() throws InterruptedException {
    for (int i = 0; i < 2000; i++) {
      connection.onPing(socket, ByteBuffer.allocate(0));
    }
    connection.onError(socket, new IOException("reset"));
    Event last = poll();
    for (Event event = last; event != null; event = poll()) {
      last = event;
    }
    assertEquals(new Event.Ended(new Ending.Lost("IOException: reset")), last);
  }

  @Test
  void aSocketThatOpensAfterTheAbortIsAborted() {
    JdkConnection late = new JdkConnection(1000);
    late.abort();
    late.onOpen(socket);
    assertTrue(socket.aborted);
  }

  @Test
  void wakeEndsOneWait() throws InterruptedException {
    connection.wake();
    assertNull(connection.receive(Duration.ofHours(1)));
    text("x", true);
    assertEquals(new Event.Text("x"), connection.receive(Duration.ofHours(1)));
  }
}

package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Waiting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Open connections for real, to peers that behave and to others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OpenSocketsTest {

  private static final Duration SOON = Duration.ofMillis(200);

  @Test
  void L06_aPeerThatNeverAcksIsCutWithoutACloseFrame() throws Exception {
    CompletableFuture<RawPeer.Frame> afterHello = new CompletableFuture<>();
    RawServer.Script neverAcks =
        peer -> {
          peer.upgrade().read();
          afterHello.complete(peer.read());
        };
    try (RawServer server = RawServer.start(neverAcks);
        Live live = new Live(server.url())) {
      live.options.ackTimeout(SOON);
      live.start();
      assertEquals(new Ending.TimedOut(Ending.Phase.ACK, SOON), live.awaitEnding());
      assertNull(afterHello.get(30, TimeUnit.SECONDS), "a frame after the hello");
    }
  }

  @Test
  void L12_theFrameNullAndItsKindAreDropped() throws Exception {
    RawServer.Script hostile =
        peer -> {
          peer.open().text("null").text(Scene.text("one")).text("[]").text("3");
          peer.text(Scene.text("two")).closeAsAsked();
        };
    try (RawServer server = RawServer.start(hostile);
        Live live = new Live(server.url()).open()) {
      live.await("message one");
      live.await("message two");
      assertEquals(3, live.lifecycle().counted(WsCounter.UNREADABLE));
    }
  }

  @Test
  void L16_closeReturnsWhenClosedAndNotBefore() throws Exception {
    CompletableFuture<Thread> closer = new CompletableFuture<>();
    CompletableFuture<Boolean> stillWaiting = new CompletableFuture<>();
    List<String> arrived = new ArrayList<>();
    RawServer.Script answersLate =
        peer -> {
          peer.open();
          RawPeer.Frame frame = peer.read();
          for (; frame.first() != RawPeer.CLOSE; frame = peer.read()) {
            arrived.add(frame.text());
          }
          stillWaiting.complete(waits(closer.get()));
          peer.closeFrame(frame.closeCode(), "");
        };
    try (RawServer server = RawServer.start(answersLate)) {
      Live live = new Live(server.url()).open();
      for (int i = 0; i < 1000; i++) {
        live.lifecycle().send(Scene.text("m" + i));
      }
      Thread closing = Thread.ofPlatform().start(live::close);
      closer.complete(closing);
      closing.join();
      assertEquals(WsStatus.CLOSED, live.lifecycle().status());
      assertTrue(live.lifecycle().awaitClosed(Duration.ZERO));
      assertTrue(stillWaiting.get(30, TimeUnit.SECONDS), "close() had returned before the answer");
      assertEquals(IntStream.range(0, 1000).mapToObj(i -> Scene.text("m" + i)).toList(), arrived);
      assertEquals(0, live.lifecycle().counted(WsCounter.UNSENT));
    }
  }

  // Looks until the thread waits or is over; no time is measured.
  private static boolean waits(Thread thread) {
    while (true) {
      Thread.State state = thread.getState();
      if (state == Thread.State.TERMINATED) {
        return false;
      }
      if (state == Thread.State.TIMED_WAITING || state == Thread.State.WAITING) {
        return true;
      }
      Waiting.step();
    }
  }

  @Test
  void L16_aPeerThatNeverAnswersTheCloseIsCut() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    RawServer.Script ignoresClose =
        peer -> {
          peer.open().awaitEnd();
          cut.countDown();
        };
    try (RawServer server = RawServer.start(ignoresClose)) {
      Live live = new Live(server.url());
      live.options.closeTimeout(SOON);
      live.open();
      live.close();
      assertEquals(WsStatus.CLOSED, live.lifecycle().status());
      assertTrue(cut.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void L16_aListenerThatIsStuckDoesNotHoldCloseForEver() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    RawServer.Script speaks =
        peer -> {
          peer.open().text(Scene.text("work")).awaitEnd();
          cut.countDown();
        };
    try (RawServer server = RawServer.start(speaks)) {
      Live live = new Live(server.url());
      live.options.closeTimeout(SOON);
      live.reacting(
          line -> {
            if (line.startsWith("message")) {
              awaitQuietly(release);
            }
          });
      live.open();
      live.await("message work");
      live.close();
      assertEquals(WsStatus.CLOSED, live.lifecycle().status());
      assertTrue(cut.await(30, TimeUnit.SECONDS), "the socket is left open");
      release.countDown();
    }
  }

  @Test
  void L18_aPeerThatDoesNotReadIsCutAndWhatWaitsIsBounded() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    RawServer.Script neverReads =
        peer -> {
          if (peer.number() == 1) {
            peer.socket().setReceiveBufferSize(4096);
            peer.open();
            over.await();
          }
        };
    try (RawServer server = RawServer.start(neverReads);
        Live live = new Live(server.url())) {
      live.options.writeTimeout(SOON).outboundLimit(1 << 20, 10_000);
      live.open();
      String text = "{\"pad\":\"" + "x".repeat(10_000) + "\"}";
      long taken = 0;
      try {
        while (true) {
          live.lifecycle().send(text);
          taken += text.length();
          assertTrue(taken < 100 << 20, "100 MB taken by a peer that does not read");
        }
      } catch (SendRefusedException full) {
        assertNotEquals(SendRefusedException.Reason.NOT_UNICODE, full.reason());
      }
      assertEquals(new Ending.TimedOut(Ending.Phase.WRITE, SOON), live.awaitEnding());
      assertTrue(live.lifecycle().counted(WsCounter.UNSENT) > 0);
      over.countDown();
    }
  }

  @Test
  void L24_threeBinaryFramesEndIt() throws Exception {
    CompletableFuture<RawPeer.Frame> complaint = new CompletableFuture<>();
    RawServer.Script binary =
        peer -> {
          peer.open();
          peer.frame(RawPeer.BINARY, (byte) 0, (byte) -1).frame(RawPeer.BINARY);
          peer.frame(RawPeer.BINARY & 0x7f, (byte) 1).frame(RawPeer.LAST, (byte) 2);
          complaint.complete(peer.read());
        };
    try (RawServer server = RawServer.start(binary);
        Live live = new Live(server.url()).start()) {
      assertEquals(1003, live.awaitEnding().closeCode());
      // The JDK cannot send 1003; 1008 and words must do.
      assertEquals(1008, complaint.get(30, TimeUnit.SECONDS).closeCode());
    }
  }

  @Test
  void L24_invalidUtf8EndsTheConnection() throws Exception {
    RawServer.Script garbage =
        peer -> {
          peer.open();
          if (peer.number() == 1) {
            peer.frame(RawPeer.TEXT, (byte) 0xc3, (byte) 0x28);
          }
          peer.closeAsAsked();
        };
    try (RawServer server = RawServer.start(garbage);
        Live live = new Live(server.url()).start()) {
      assertInstanceOf(Ending.Lost.class, live.awaitEnding());
      live.lifecycle().awaitOpen(Live.BOUND);
      assertEquals(0, live.lifecycle().counted(WsCounter.RECEIVED));
    }
  }

  @Test
  void L26_anAnnounced100MebibytesAreNotTaken() throws Exception {
    AtomicLong written = new AtomicLong();
    RawServer.Script huge =
        peer -> {
          peer.open();
          peer.write(RawPeer.head(RawPeer.TEXT, 100 << 20));
          byte[] piece = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
          while (written.addAndGet(piece.length) <= 100 << 20) {
            peer.write(piece);
          }
        };
    try (RawServer server = RawServer.start(huge);
        Live live = new Live(server.url()).start()) {
      assertEquals(1009, live.awaitEnding().closeCode());
      assertTrue(written.get() < 50 << 20, written + " bytes were taken");
    }
  }

  @Test
  void L26_theLimitCountsUtf8BytesAndIsExact() throws Exception {
    int limit = 40_000;
    RawServer.Script fills =
        peer -> {
          peer.open().text(sized("é", limit)).text(sized("€", limit)).text(sized("x", limit));
          peer.text(sized("\ud83d\ude00", limit));
          peer.text(sized("é", limit + 1)).awaitEnd();
        };
    try (RawServer server = RawServer.start(fills);
        Live live = new Live(server.url())) {
      live.options.inboundLimit(limit);
      live.start();
      for (int i = 0; i < 4; i++) {
        live.await("message");
      }
      assertEquals(1009, live.awaitEnding().closeCode());
    }
  }

  // A JSON object of exactly so many UTF-8 bytes.
  private static String sized(String filler, int bytes) {
    int room = bytes - Scene.text("").length();
    int width = filler.getBytes(StandardCharsets.UTF_8).length;
    return Scene.text("x".repeat(room % width) + filler.repeat(room / width));
  }

  @Test
  void aLargeMessageInFragmentsIsOneMessage() throws Exception {
    String large = Scene.text("€uro ".repeat(100_000));
    RawServer.Script fragments =
        peer -> {
          peer.open();
          byte[] bytes = large.getBytes(StandardCharsets.UTF_8);
          peer.frame(RawPeer.TEXT_START);
          for (int at = 0; at < bytes.length; at += 9_999) { // cuts characters in two
            int end = Math.min(bytes.length, at + 9_999);
            peer.frame(RawPeer.CONTINUATION, Arrays.copyOfRange(bytes, at, end));
            peer.frame(RawPeer.PING);
          }
          peer.frame(RawPeer.LAST).closeAsAsked();
        };
    try (RawServer server = RawServer.start(fragments);
        Live live = new Live(server.url()).open()) {
      assertEquals(500_000, live.await("message").length() - "message ".length());
      assertEquals(1, live.lifecycle().counted(WsCounter.RECEIVED));
    }
  }

  @Test
  void L30_aPeerThatFallsSilentIsPingedAndGivenUp() throws Exception {
    List<Integer> frames = new ArrayList<>();
    CountDownLatch over = new CountDownLatch(1);
    RawServer.Script fallsSilent =
        peer -> {
          peer.open();
          for (var frame = peer.read(); frame != null; frame = peer.read()) {
            frames.add(frame.first());
          }
          over.countDown();
        };
    try (RawServer server = RawServer.start(fallsSilent)) {
      Live live = new Live(server.url());
      live.options.liveness(Duration.ofMillis(50), Duration.ofMillis(500));
      live.options.backoff(List.of(Live.BOUND));
      try (live) {
        live.start();
        assertEquals(
            new Ending.TimedOut(Ending.Phase.LIFE, Duration.ofMillis(500)), live.awaitEnding());
        assertTrue(over.await(30, TimeUnit.SECONDS));
        assertTrue(frames.contains(RawPeer.PING) && !frames.contains(RawPeer.CLOSE), "" + frames);
      }
    }
  }

  @Test
  void pingsAreAnsweredWhileAListenerIsBusy() throws Exception {
    CountDownLatch ponged = new CountDownLatch(1);
    RawServer.Script pings =
        peer -> {
          peer.open().text(Scene.text("work"));
          for (int i = 0; i < 20; i++) {
            peer.frame(RawPeer.PING, (byte) i);
            var pong = peer.read();
            assertEquals(RawPeer.PONG, pong.first());
            assertEquals(i, pong.text().charAt(0));
          }
          ponged.countDown();
          peer.closeAsAsked();
        };
    try (RawServer server = RawServer.start(pings);
        Live live = new Live(server.url())) {
      live.reacting(
          line -> {
            if (line.startsWith("message")) {
              awaitQuietly(ponged);
            }
          });
      live.open();
      live.await("message work");
      assertTrue(ponged.await(30, TimeUnit.SECONDS), "pings went unanswered");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSlowListenerHoldsBackThePeerAndLosesNothing() throws Exception {
    int count = 5_000;
    CountDownLatch go = new CountDownLatch(1);
    RawServer.Script floods =
        peer -> {
          peer.open();
          for (int i = 0; i < count; i++) {
            peer.text(Scene.text(i + " " + "x".repeat(1000)));
            if (i == 300) { // more than waits for the listener, less than the sockets hold
              go.countDown();
            }
          }
          peer.closeAsAsked();
        };
    try (RawServer server = RawServer.start(floods);
        Live live = new Live(server.url())) {
      live.reacting(
          line -> {
            if (line.startsWith("message")) {
              awaitQuietly(go);
            }
          });
      live.start();
      for (int i = 0; i < count; i++) {
        assertTrue(live.await("message").startsWith("message " + i + " "));
      }
    }
  }
}

package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How connections end for real. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndSocketsTest {

  /** Often, so that a FIN which the JDK loses is found out soon. */
  private static final Duration PING = Duration.ofMillis(10);

  /** How an open connection ends when the peer does this. */
  private static Ending endingAfter(RawServer.Script last) throws Exception {
    RawServer.Script script =
        peer -> {
          peer.open();
          if (peer.number() == 1) {
            last.play(peer);
          } else {
            peer.closeAsAsked();
          }
        };
    try (RawServer server = RawServer.start(script);
        Live live = new Live(server.url())) {
      live.options.liveness(PING, Live.BOUND);
      live.start();
      return live.awaitEnding();
    }
  }

  @Test
  void aFinIsAnEndWithoutACloseFrame() throws Exception {
    for (int i = 0; i < 6; i++) {
      // On the heels of the ack, where the JDK loses every fifth: pings must find that out.
      assertEquals(1006, endingAfter(peer -> {}).closeCode());
    }
  }

  @Test
  void aResetIsALostConnection() throws Exception {
    Ending ending = endingAfter(RawPeer::reset);
    assertInstanceOf(Ending.Lost.class, ending, ending::words);
    assertTrue(!ending.words().contains("null"), ending.words());
  }

  @Test
  void aCloseFrameComesWithItsCodeAndReason() throws Exception {
    for (int code : List.of(1000, 1001, 1011, 1012, 1013, 3000, 4001, 4002, 4999)) {
      assertEquals(
          new Ending.PeerClosed(code, "grund ü"),
          endingAfter(
              peer -> {
                peer.closeFrame(code, "grund ü");
                peer.awaitEnd();
              }));
    }
    assertEquals(
        new Ending.PeerClosed(1005, ""),
        endingAfter(
            peer -> {
              peer.frame(RawPeer.CLOSE);
              peer.awaitEnd();
            }));
  }

  @Test
  void thePeersCloseFrameIsAnswered() throws Exception {
    // RFC 6455 §5.5.1: an endpoint that has not sent one must answer with one.
    for (int i = 0; i < 50; i++) {
      CompletableFuture<RawPeer.Frame> answer = new CompletableFuture<>();
      endingAfter(
          peer -> {
            peer.closeFrame(1001, "going away");
            RawPeer.Frame frame = peer.read();
            while (frame != null && frame.first() == RawPeer.PING) {
              frame = peer.read();
            }
            answer.complete(frame);
          });
      RawPeer.Frame frame = answer.get(30, TimeUnit.SECONDS);
      assertTrue(frame != null && frame.closeCode() == 1001, "answered with " + frame);
    }
  }

  @Test
  void whatCameBeforeTheCloseFrameIsDelivered() throws Exception {
    RawServer.Script lastWords =
        peer -> {
          peer.open().text(Scene.text("last words")).closeFrame(4001, "kicked");
          peer.fin();
          peer.awaitEnd();
        };
    try (RawServer server = RawServer.start(lastWords);
        Live live = new Live(server.url()).start()) {
      live.await("message last words");
      assertEquals("disconnect 4001 kicked", live.await("disconnect"));
    }
  }

  @Test
  void aCutAtEveryByteOfASessionIsSurvived() throws Exception {
    assertEquals(List.of(), cutsAtEveryByte(RawPeer::fin));
    assertEquals(List.of(), cutsAtEveryByte(RawPeer::reset));
  }

  // Answers with one byte more on every connection before it cuts, up to the whole session.
  private static List<String> cutsAtEveryByte(RawServer.Script cut) throws Exception {
    AtomicInteger whole = new AtomicInteger();
    RawServer.Script oneMore =
        peer -> {
          byte[] head = peer.upgradeHead().getBytes(StandardCharsets.US_ASCII);
          byte[] rest = session();
          int length = peer.number() - 1;
          peer.write(Arrays.copyOf(head, Math.min(length, head.length)));
          if (length >= head.length) {
            peer.read(); // the hello, or its ack would be too early
            int more = Math.min(length - head.length, rest.length);
            if (more == rest.length) {
              whole.incrementAndGet(); // before the client can have heard it
            }
            peer.write(Arrays.copyOf(rest, more));
            if (more == rest.length) {
              peer.closeAsAsked();
              return;
            }
          }
          cut.play(peer);
        };
    try (RawServer server = RawServer.start(oneMore)) {
      Live live = new Live(server.url());
      live.options.backoff(List.of(Duration.ZERO)).liveness(PING, Live.BOUND);
      live.options.ackTimeout(Duration.ofMillis(300)); // the JDK loses a FIN before the ack too
      try (live) {
        live.start();
        live.await("message the end");
        // The JDK itself tries once more where nothing at all was answered.
        assertTrue(live.endings().size() < server.accepted(), live.endings()::toString);
        assertEquals(1, whole.get());
        return live.endings().stream()
            .filter(
                ending ->
                    !(ending instanceof Ending.ConnectFailed
                        || ending instanceof Ending.TimedOut
                        || ending instanceof Ending.Lost
                        || ending.closeCode() == 1006))
            .map(Ending::words)
            .toList();
      }
    }
  }

  // What a server writes after the upgrade.
  private static byte[] session() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String text : List.of(Scene.ACK, Scene.text("first"), Scene.text("the end"))) {
      all.writeBytes(RawPeer.frameOf(RawPeer.TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }
    return all.toByteArray();
  }

  @Test
  void closingATransportEndsWhatIsStillOpenAndItsThreads() throws Exception {
    CompletableFuture<Void> over = new CompletableFuture<>();
    RawServer.Script open =
        peer -> {
          peer.open().awaitEnd();
          over.complete(null);
        };
    JdkTransport transport = new JdkTransport(TlsSettings.DEFAULT, Map.of());
    try (RawServer server = RawServer.start(open)) {
      Live live = new Live(server.url());
      live.options.transport(transport);
      live.open();
      transport.close();
      over.get(30, TimeUnit.SECONDS);
      assertTrue(live.lifecycle().awaitClosed(Live.BOUND), "goes on without a transport");
    }
  }

  @Test
  void manyConnectionsLeaveNoThreadBehind() throws Exception {
    try (RawServer server =
        RawServer.start(
            peer -> {
              peer.open();
              peer.reset();
            })) {
      Live live = new Live(server.url());
      live.options.backoff(List.of(Duration.ZERO));
      AtomicInteger opened = new AtomicInteger();
      CompletableFuture<Void> enough = new CompletableFuture<>();
      live.reacting(
          line -> {
            if (line.equals("open") && opened.incrementAndGet() == 200) {
              enough.complete(null);
            }
          });
      long before = platformThreads();
      live.start();
      enough.get(50, TimeUnit.SECONDS);
      live.close();
      assertTrue(platformThreads() <= before + 4, () -> Thread.getAllStackTraces().keySet() + "");
    }
  }

  private static long platformThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.getName().startsWith("ForkJoinPool"))
        .count();
  }
}

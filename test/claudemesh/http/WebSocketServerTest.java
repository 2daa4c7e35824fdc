package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Raw bytes against a server that echoes, over real sockets. */
class WebSocketServerTest {

  private final RecordingHandler handler =
      new RecordingHandler() {
        @Override
        public void onText(WsConnection from, String text) {
          from.send(text);
        }

        @Override
        public void onBinary(WsConnection from, byte[] payload) {
          from.send(payload);
        }
      };
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0).withTickPeriod(Duration.ofMillis(20)),
            exchange -> exchange.upgrade(WsServerOptions.defaults(), handler));
  }

  @AfterEach
  void leavesNoThread() {
    server.close();
    assertTrue(server.isTerminated());
  }

  @Test
  void answersTheUpgradeWithJustWhatIsNeeded() throws IOException {
    try (RawClient client = client()) {
      client.send(RawClient.UPGRADE);
      RawClient.Answer answer = client.answer();
      assertEquals(101, answer.status());
      assertEquals(
          "upgrade: websocket\nconnection: Upgrade\n"
              + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n",
          answer.headers().toString());
    }
  }

  @Test
  void takesRequestAndFramesInOneWrite() throws Exception {
    try (RawClient client = client()) {
      byte[] request = RawClient.UPGRADE.getBytes(StandardCharsets.US_ASCII);
      client.send(RawClient.join(request, RawClient.text("a"), RawClient.text("b")));
      assertEquals(101, client.answer().status());
      assertEquals("text a", client.next());
      assertEquals("text b", client.next());
    }
  }

  @Test
  void takesEverythingByteByByte() throws Exception {
    try (RawClient client = client()) {
      client.sendOneByOne(RawClient.UPGRADE.getBytes(StandardCharsets.US_ASCII));
      assertEquals(101, client.answer().status());
      client.sendOneByOne(RawClient.text("κόσμε"));
      client.sendOneByOne(RawClient.frame(false, Opcode.BINARY, new byte[3]));
      client.sendOneByOne(RawClient.frame(true, Opcode.PING, new byte[] {'p'}));
      client.sendOneByOne(RawClient.frame(true, Opcode.CONTINUATION, new byte[4]));
      client.sendOneByOne(RawClient.close(3000, "bye"));
      assertEquals("text κόσμε", client.next());
      assertEquals("pong", client.next());
      assertEquals("binary 7", client.next());
      assertEquals("close 3000 bye", client.next());
      assertTrue(client.isAtEnd());
    }
    assertEquals("closed 3000 bye", handler.next("closed"));
  }

  @Test
  void echoesAThousandFramesOfOneWrite() throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int i = 0; i < 1_000; i++) {
      frames.writeBytes(RawClient.text("message " + i));
    }
    try (RawClient client = client().upgrade()) {
      client.send(frames.toByteArray());
      for (int i = 0; i < 1_000; i++) {
        assertEquals("text message " + i, client.next());
      }
    }
  }

  @Test
  void echoesMessagesOfEverySize() throws IOException {
    try (RawClient client = client().upgrade()) {
      for (int length : new int[] {0, 125, 126, 250, 256, 2_048, 16_384, 65_536, 1 << 20}) {
        client.sendText("é".repeat(length / 2));
        assertEquals("text " + "é".repeat(length / 2), client.next());
      }
    }
  }

  @Test
  void tellsAPeerWhatItDidWrongAndEndsWithoutAReset() throws Exception {
    try (RawClient client = client().upgrade()) {
      client.send(RawClient.join(RawClient.text("good"), new byte[] {(byte) 0xC1, 0, 0, 0}));
      assertEquals("text good", client.next());
      assertEquals("close 1002 expected reserved bits 0, got 4", client.next());
      client.finish();
      assertTrue(client.isAtEnd());
    }
    assertEquals("closed 1002 expected reserved bits 0, got 4", handler.next("closed"));
  }

  @Test
  void refusesAGibibyteByItsHeaderAlone() throws Exception {
    try (RawClient client = client().upgrade()) {
      client.send(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0});
      assertEquals("close 1009 frame of 1073741824 bytes, at most 1048576 allowed", client.next());
    }
    assertTrue(handler.next("closed").startsWith("closed 1009"));
  }

  @Test
  void noticesAPeerThatResetsOrFinishes() throws Exception {
    RawClient resetting = client().upgrade();
    handler.next("open");
    resetting.reset();
    assertTrue(handler.next("closed").startsWith("closed 1006 "));
    try (RawClient finishing = client().upgrade()) {
      finishing.finish();
      assertEquals(
          "closed 1006 the peer ended the stream without a close frame", handler.next("closed"));
    }
  }

  @Test
  void closesFromThisSide() throws Exception {
    try (RawClient client = client().upgrade()) {
      handler.next("open");
      handler.connection().send("last words");
      handler.connection().close(4001, "kicked");
      assertFalse(handler.connection().send("too late"));
      assertEquals("text last words", client.next());
      assertEquals("close 4001 kicked", client.next());
      client.send(RawClient.close(4001, ""));
      assertTrue(client.isAtEnd());
    }
    assertEquals("closed 4001 kicked", handler.next("closed"));
  }

  @Test
  void endsAConsumerThatDoesNotRead() throws Exception {
    try (RawClient lazy = new RawClient(server.address(), 4_096).upgrade()) {
      handler.next("open");
      lazy.sendText("I speak, but do not listen");
      String message = "x".repeat(60_000);
      int accepted = 0;
      while (handler.connection().send(message)) {
        accepted++;
      }
      assertTrue(accepted >= (8 << 20) / 60_100, "accepted " + accepted);
      assertTrue(handler.next("closed").startsWith("closed 1006 slow consumer"));
    }
  }

  @Test
  void keepsTheOrderOfEachOfManySenders() throws Exception {
    int senders = 8;
    int messages = 1_000;
    try (RawClient client = client().upgrade()) {
      handler.next("open");
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int sender = 0; sender < senders; sender++) {
        String name = sender + ":";
        threads.add(Thread.ofVirtual().start(() -> sendAll(go, name, messages)));
      }
      go.countDown();
      int[] next = new int[senders];
      for (int i = 0; i < senders * messages; i++) {
        String[] text = client.next().substring("text ".length()).split(":");
        assertEquals(next[Integer.parseInt(text[0])]++, Integer.parseInt(text[1]));
      }
      for (Thread thread : threads) {
        assertTrue(thread.join(Duration.ofSeconds(10)));
      }
      assertEquals(0, handler.connection().queuedBytes());
    }
  }

  private void sendAll(CountDownLatch go, String name, int messages) {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
    for (int i = 0; i < messages; i++) {
      assertTrue(handler.connection().send(name + i));
    }
  }

  private RawClient client() throws IOException {
    return new RawClient(server.address());
  }
}

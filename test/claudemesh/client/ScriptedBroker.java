package claudemesh.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A broker on a real socket that does what a test says, frame by frame. It knows just enough of RFC
 * 6455 for that, and nothing of the code under test.
 */
final class ScriptedBroker implements AutoCloseable {

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket server;
  private final BlockingQueue<SocketWire> accepted = new LinkedBlockingQueue<>();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connects = new AtomicInteger();

  ScriptedBroker() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::acceptAll);
  }

  String url() {
    return "ws://127.0.0.1:" + server.getLocalPort() + "/ws";
  }

  /** The next connection; fails the test if none comes. */
  Wire accept() {
    return Awaited.next(accepted, "a connection");
  }

  /** How many connections there have been. */
  int connects() {
    return connects.get();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connects.incrementAndGet();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      upgrade(in, socket.getOutputStream());
      SocketWire wire = new SocketWire(socket, in);
      accepted.add(wire);
      wire.readAll();
    } catch (IOException e) {
      // The client has gone, which is what some tests want.
    }
  }

  private static void upgrade(InputStream in, OutputStream out) throws IOException {
    String head = readHead(in);
    String key =
        head.lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElseThrow();
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + acceptFor(key)
            + "\r\n\r\n";
    out.write(answer.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("no upgrade request");
      }
      head.append((char) b);
    }
    return head.toString();
  }

  private static String acceptFor(String key) {
    try {
      byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One connection's broker side. */
  private static final class SocketWire extends Wire {

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Socket socket;
    private final DataInputStream in;
    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ReentrantLock writing = new ReentrantLock();

    SocketWire(Socket socket, DataInputStream in) {
      this.socket = socket;
      this.in = in;
    }

    void readAll() throws IOException {
      try {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
          readFrame(message);
        }
      } finally {
        ended.countDown();
      }
    }

    private void readFrame(ByteArrayOutputStream message) throws IOException {
      int head = in.readUnsignedByte();
      byte[] payload = readPayload();
      switch (head & 0x0f) {
        case CLOSE -> {
          write(CLOSE, payload);
          throw new IOException("the client closed the connection");
        }
        case PING -> write(PONG, payload);
        case PONG -> {}
        default -> {
          message.write(payload);
          if ((head & 0x80) != 0) {
            frames.add(message.toString(StandardCharsets.UTF_8));
            message.reset();
          }
        }
      }
    }

    private byte[] readPayload() throws IOException {
      int length = in.readUnsignedByte() & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = Math.toIntExact(in.readLong());
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      return payload;
    }

    private void write(int opcode, byte[] payload) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) (0x80 | opcode));
      if (payload.length < 126) {
        frame.put((byte) payload.length);
      } else if (payload.length < 1 << 16) {
        frame.put((byte) 126).putShort((short) payload.length);
      } else {
        frame.put((byte) 127).putLong(payload.length);
      }
      frame.put(payload);
      writing.lock();
      try {
        socket.getOutputStream().write(frame.array(), 0, frame.position());
        socket.getOutputStream().flush();
      } finally {
        writing.unlock();
      }
    }

    @Override
    String receiveText() {
      return Awaited.next(frames, "a frame of the client");
    }

    @Override
    boolean hasMore() {
      return !frames.isEmpty();
    }

    @Override
    void send(String frame) {
      try {
        write(TEXT, frame.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void close(int code, String reason) {
      byte[] words = reason.getBytes(StandardCharsets.UTF_8);
      byte[] payload =
          ByteBuffer.allocate(2 + words.length).putShort((short) code).put(words).array();
      try {
        write(CLOSE, payload);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    // By RST: the JDK's client can lose a FIN that comes while it is busy with the message before.
    @Override
    void cut() {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void awaitEnd() {
      try {
        if (!ended.await(Awaited.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("the client did not end the connection");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}

package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A client that sends any bytes it is told to, and reads answers and frames. */
final class RawClient implements AutoCloseable {

  static final String UPGRADE =
      """
      GET /ws HTTP/1.1\r
      Host: test\r
      Upgrade: websocket\r
      Connection: keep-alive, Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r
      """;

  private static final FrameWriter FRAMES = new FrameWriter(Role.CLIENT);

  /** One answer. */
  record Answer(int status, HttpHeaders headers, String body) {}

  private final ByteStream stream;
  private final InputBuffer input = new InputBuffer();
  private final MessageReader messages = new MessageReader(Role.CLIENT, 1 << 24, () -> 0);
  private final RecordingSink sink = new RecordingSink();

  RawClient(InetSocketAddress server) throws IOException {
    this(server, 0);
  }

  /** With a small receive buffer, if not 0, to be a slow consumer soon. */
  RawClient(InetSocketAddress server, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(10_000);
    socket.connect(server);
    stream = new SocketByteStream(socket);
  }

  /** To a Unix socket. */
  RawClient(Path socketFile) throws IOException {
    stream = new UnixByteStream(SocketChannel.open(UnixDomainSocketAddress.of(socketFile)));
  }

  /** Over a socket that is connected already, such as one of TLS. */
  RawClient(Socket connected) throws IOException {
    connected.setSoTimeout(60_000);
    stream = new SocketByteStream(connected);
  }

  RawClient upgrade() throws IOException {
    send(UPGRADE);
    Answer answer = answer();
    assertEquals(101, answer.status());
    return this;
  }

  void send(String latin1) throws IOException {
    send(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(byte[] bytes) throws IOException {
    stream.write(bytes, 0, bytes.length);
  }

  void sendOneByOne(byte[] bytes) throws IOException {
    for (byte unit : bytes) {
      send(new byte[] {unit});
    }
  }

  void sendText(String text) throws IOException {
    send(FRAMES.text(text));
  }

  static byte[] frame(boolean fin, Opcode opcode, byte[] payload) {
    return FRAMES.frame(fin, opcode, payload);
  }

  static byte[] text(String text) {
    return FRAMES.text(text);
  }

  static byte[] close(int code, String reason) {
    return FRAMES.close(code, reason);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  void finish() throws IOException {
    stream.shutdownOutput();
  }

  void reset() throws IOException {
    stream.abort();
  }

  Answer answer() throws IOException {
    return answer(true);
  }

  /** Reads one answer; {@code withBody} is false after HEAD. */
  Answer answer(boolean withBody) throws IOException {
    try {
      HttpLines lines = new HttpLines(input, stream);
      String[] status = line(lines).split(" ", 3);
      assertEquals("HTTP/1.1", status[0]);
      List<String> fields = new ArrayList<>();
      for (String line = line(lines); !line.isEmpty(); line = line(lines)) {
        fields.addAll(List.of(line.split(": ", 2)));
      }
      HttpHeaders headers = HttpHeaders.of(fields);
      int length = withBody ? headers.first("Content-Length").map(Integer::parseInt).orElse(0) : 0;
      while (input.available() < length) {
        requireMore();
      }
      String body = new String(input.take(length), StandardCharsets.UTF_8);
      return new Answer(Integer.parseInt(status[1]), headers, body);
    } catch (HttpFailure e) {
      throw new IOException("expected an HTTP answer: " + e.getMessage(), e);
    }
  }

  private static String line(HttpLines lines) throws IOException, HttpFailure {
    return lines.next(8_192, () -> new HttpFailure(500, "line too long"));
  }

  private void requireMore() throws IOException {
    if (input.fill(stream) < 0) {
      throw new EOFException("the server ended the connection");
    }
  }

  /** The next line of a body that ends in LF. */
  String line() throws IOException {
    int at = 0;
    while (true) {
      if (at == input.available()) {
        requireMore();
      } else if (input.peek(at) == '\n') {
        String line = new String(input.take(at), StandardCharsets.UTF_8);
        input.skip(1);
        return line;
      } else {
        at++;
      }
    }
  }

  /** The next frame, in words as {@link RecordingSink} has them. */
  String next() throws IOException {
    while (sink.events().isEmpty()) {
      try {
        messages.read(input, sink);
      } catch (WsViolation e) {
        throw new IOException("the server broke the protocol: " + e.getMessage(), e);
      }
      if (sink.events().isEmpty()) {
        requireMore();
      }
    }
    return sink.events().remove();
  }

  /** Whether the server has ended the connection, with nothing more to be read. */
  boolean isAtEnd() throws IOException {
    try {
      return sink.events().isEmpty() && input.isEmpty() && input.fill(stream) < 0;
    } catch (SocketException e) {
      return true; // reset
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}

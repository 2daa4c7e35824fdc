package claudemesh.lifecycle;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** The server's end of one connection: HTTP heads and RFC 6455 frames written by hand. */
final class RawPeer {

  static final int TEXT = 0x81;
  static final int TEXT_START = 0x01;
  static final int CONTINUATION = 0x00;
  static final int LAST = 0x80;
  static final int BINARY = 0x82;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8a;

  /** One frame of the client, unmasked. */
  record Frame(int first, String text, int closeCode) {}

  private final Socket socket;
  private final int number;
  private final DataInputStream in;
  private final OutputStream out;
  private String request;

  RawPeer(Socket socket, int number) throws IOException {
    this.socket = socket;
    this.number = number;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = socket.getOutputStream();
  }

  /** Which connection of the server this is, from 1. */
  int number() {
    return number;
  }

  /** The client's request head, read when first asked for. */
  String request() throws IOException {
    if (request == null) {
      request = readHead();
    }
    return request;
  }

  /** One more head, after whatever was answered. */
  String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the client ended within its request");
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** A field of the request; empty if it is not there. */
  String header(String name) throws IOException {
    return request()
        .lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  void write(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Answers with this status line and head, and a body. */
  void answer(String head, String body) throws IOException {
    request();
    write("HTTP/1.1 " + head + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
  }

  /** The 101 that RFC 6455 asks for. */
  String upgradeHead() throws IOException {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + accept()
        + "\r\n\r\n";
  }

  /** RFC 6455 §4.2.2. */
  String accept() throws IOException {
    String key = header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  RawPeer upgrade() throws IOException {
    write(upgradeHead());
    return this;
  }

  /** The 101 and these texts in one write. */
  void upgradeWith(String... texts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(upgradeHead().getBytes(StandardCharsets.US_ASCII));
    for (String text : texts) {
      all.writeBytes(frameOf(TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }
    write(all.toByteArray());
  }

  /** Upgrades, awaits the hello and acknowledges it. */
  RawPeer open() throws IOException {
    upgrade();
    read();
    return text(Scene.ACK);
  }

  RawPeer text(String text) throws IOException {
    return frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  RawPeer frame(int first, byte... payload) throws IOException {
    write(frameOf(first, payload));
    return this;
  }

  static byte[] frameOf(int first, byte... payload) {
    byte[] head = head(first, payload.length);
    return ByteBuffer.allocate(head.length + payload.length).put(head).put(payload).array();
  }

  /** The head of a frame whose payload may never come. */
  static byte[] head(int first, long length) {
    ByteBuffer head = ByteBuffer.allocate(10).put((byte) first);
    if (length < 126) {
      head.put((byte) length);
    } else if (length < 1 << 16) {
      head.put((byte) 126).putShort((short) length);
    } else {
      head.put((byte) 127).putLong(length);
    }
    return Arrays.copyOf(head.array(), head.position());
  }

  void closeFrame(int code, String reason) throws IOException {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    frame(CLOSE, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
  }

  /** The next frame; null if the client has ended the connection. */
  Frame read() throws IOException {
    try {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte() & 0x7f;
      length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes((int) length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      boolean close = first == CLOSE;
      int code = close && length >= 2 ? ByteBuffer.wrap(payload).getShort() & 0xffff : 1005;
      int from = close && length >= 2 ? 2 : 0;
      return new Frame(
          first, new String(payload, from, payload.length - from, StandardCharsets.UTF_8), code);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** The next text; pings are answered, null at the end. */
  String readText() throws IOException {
    for (Frame frame = read(); frame != null; frame = read()) {
      switch (frame.first()) {
        case PING -> frame(PONG);
        case CLOSE -> {
          return null;
        }
        case PONG -> {}
        default -> {
          return frame.text();
        }
      }
    }
    return null;
  }

  /** Reads frames to the client's close frame, answers it, and reads to its end. */
  void closeAsAsked() throws IOException {
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.first() == CLOSE) {
        closeFrame(frame.closeCode(), "");
        fin();
        awaitEnd();
        return;
      }
    }
  }

  /** Blocks until the client has ended the connection, cleanly or not. */
  void awaitEnd() throws IOException {
    try {
      while (in.read() >= 0) {
        continue;
      }
    } catch (SocketException reset) {
      // Cut with a reset: an end like any other.
    }
  }

  /** Ends our direction. */
  void fin() throws IOException {
    socket.shutdownOutput();
  }

  /** Cuts the connection with an RST. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Socket socket() {
    return socket;
  }
}

package claudemesh.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A WebSocket client that does as little as can be done, so that what is measured is the server:
 * non-blocking, all sockets on the one thread of a {@link LeanLoop}, frames masked with a fixed
 * key, text handed on as bytes. Never for anything but measuring.
 */
final class LeanSocket {

  /** Hears of a socket, on the loop's thread. */
  interface Listener {

    /** The server has agreed to the upgrade. */
    default void onOpen(LeanSocket socket) throws IOException {}

    /** A whole text frame came: these bytes of the array, until the call returns. */
    default void onText(LeanSocket socket, byte[] bytes, int from, int length) throws IOException {}

    /** The connection is over. */
    default void onClosed(LeanSocket socket) {}
  }

  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};
  private static final byte[] NONE = new byte[0];

  private final SocketChannel channel;
  private final Listener listener;
  private SelectionKey key;
  private byte[] held = NONE;
  private int heldLength;
  private byte[] out = NONE;
  private int outFrom;
  private int outTo;
  private boolean open;

  LeanSocket(SocketChannel channel, Listener listener) {
    this.channel = channel;
    this.listener = listener;
  }

  void registered(SelectionKey with) {
    this.key = with;
  }

  boolean isOpen() {
    return open;
  }

  void connected() throws IOException {
    if (channel.finishConnect()) {
      key.interestOps(SelectionKey.OP_READ);
      write(
          ("GET /ws HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                  + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** A text frame, masked, to be written by {@link #write}. */
  static byte[] frame(byte[] text) {
    return frame(0x81, text, 0, text.length);
  }

  private static byte[] frame(int first, byte[] payload, int from, int length) {
    int head = length < 126 ? 6 : length <= 0xffff ? 8 : 14;
    byte[] frame = new byte[head + length];
    ByteBuffer buffer = ByteBuffer.wrap(frame).put((byte) first);
    if (head == 6) {
      buffer.put((byte) (0x80 | length));
    } else if (head == 8) {
      buffer.put((byte) 0xfe).putShort((short) length);
    } else {
      buffer.put((byte) 0xff).putLong(length);
    }
    buffer.put(MASK);
    for (int i = 0; i < length; i++) {
      frame[head + i] = (byte) (payload[from + i] ^ MASK[i & 3]);
    }
    return frame;
  }

  void send(String text) throws IOException {
    write(frame(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Adds bytes to what waits; {@link #flush} writes them. */
  void queue(byte[] bytes) {
    int waiting = outTo - outFrom;
    if (out.length - outTo < bytes.length) {
      byte[] larger =
          waiting + bytes.length <= out.length / 2
              ? out
              : new byte[Math.max(2 * (waiting + bytes.length), 1024)];
      System.arraycopy(out, outFrom, larger, 0, waiting);
      out = larger;
      outFrom = 0;
      outTo = waiting;
    }
    System.arraycopy(bytes, 0, out, outTo, bytes.length);
    outTo += bytes.length;
  }

  void write(byte[] bytes) throws IOException {
    queue(bytes);
    flush();
  }

  /** Writes what {@link #queue} has added since, if anything. */
  void flushQueued() throws IOException {
    if (outFrom < outTo) {
      flush();
    }
  }

  void flush() throws IOException {
    if (outFrom < outTo) {
      outFrom += channel.write(ByteBuffer.wrap(out, outFrom, outTo - outFrom));
    }
    if (outFrom == outTo) {
      outFrom = 0;
      outTo = 0;
      out = out.length > 4096 ? NONE : out;
      key.interestOps(SelectionKey.OP_READ);
    } else {
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  /** Reads what is there and hands on what is whole; what is not is kept. */
  void read(ByteBuffer shared) throws IOException {
    shared.clear();
    shared.put(held, 0, heldLength);
    int count = channel.read(shared);
    if (count < 0) {
      close();
      return;
    }
    int used = consume(shared.array(), shared.position());
    heldLength = shared.position() - used;
    held = heldLength == 0 ? NONE : Arrays.copyOfRange(shared.array(), used, shared.position());
    if (heldLength == shared.capacity()) {
      throw new IOException("a frame longer than " + shared.capacity());
    }
  }

  private int consume(byte[] bytes, int to) throws IOException {
    int at = 0;
    if (!open) {
      at = endOfHead(bytes, to);
      if (at == 0) {
        return 0;
      }
      requireUpgraded(bytes, at);
      open = true;
      listener.onOpen(this);
    }
    while (to - at >= 2) {
      int head = 2;
      long length = bytes[at + 1] & 0x7f;
      if (length == 126) {
        head = 4;
        length =
            to - at < 4 ? Integer.MAX_VALUE : (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
      } else if (length == 127) {
        head = 10;
        length = to - at < 10 ? Integer.MAX_VALUE : ByteBuffer.wrap(bytes).getLong(at + 2);
      }
      if (to - at < head + length) {
        break;
      }
      take(bytes[at] & 0x0f, bytes, at + head, (int) length);
      at += head + (int) length;
    }
    return at;
  }

  private void take(int opcode, byte[] bytes, int from, int length) throws IOException {
    switch (opcode) {
      case 1 -> listener.onText(this, bytes, from, length);
      case 8 -> close();
      case 9 -> write(frame(0x8a, bytes, from, length));
      default -> throw new IOException("unexpected opcode " + opcode);
    }
  }

  private static int endOfHead(byte[] bytes, int to) {
    for (int i = 3; i < to; i++) {
      if (bytes[i] == '\n' && bytes[i - 2] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static void requireUpgraded(byte[] bytes, int length) throws IOException {
    String head = new String(bytes, 0, length, StandardCharsets.US_ASCII);
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new IOException("not upgraded: " + head);
    }
  }

  void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      listener.onClosed(this);
    }
  }
}

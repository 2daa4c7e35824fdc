package claudemesh.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;

/** Runs {@link LeanSocket}s on the calling thread. */
final class LeanLoop implements AutoCloseable {

  private static final long LONGEST_NANOS = 600_000_000_000L;

  private final Selector selector = Selector.open();
  private final ByteBuffer shared = ByteBuffer.allocate(4 << 20);
  private final InetSocketAddress address;

  LeanLoop(int port) throws IOException {
    this.address = new InetSocketAddress("127.0.0.1", port);
  }

  /** Begins to connect. */
  LeanSocket connect(LeanSocket.Listener listener) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    LeanSocket socket = new LeanSocket(channel, listener);
    socket.registered(channel.register(selector, SelectionKey.OP_CONNECT, socket));
    channel.connect(address);
    return socket;
  }

  /** Runs until something is so, or fails after ten minutes. */
  void runUntil(String what, BooleanSupplier isSo) throws IOException {
    long started = System.nanoTime();
    while (!isSo.getAsBoolean()) {
      turn(10);
      if (System.nanoTime() - started > LONGEST_NANOS) {
        throw new IOException("not within ten minutes: " + what);
      }
    }
  }

  /** Handles what is ready, waiting for so many milliseconds at most; 0 does not wait. */
  void turn(long millis) throws IOException {
    if (millis == 0) {
      selector.selectNow(this::handle);
    } else {
      selector.select(this::handle, millis);
    }
  }

  private void handle(SelectionKey key) {
    LeanSocket socket = (LeanSocket) key.attachment();
    try {
      if (key.isConnectable()) {
        socket.connected();
      }
      if (key.isValid() && key.isWritable()) {
        socket.flush();
      }
      if (key.isValid() && key.isReadable()) {
        socket.read(shared);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}

package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * A {@link ByteStream} over a connected Unix socket. A virtual thread that waits here gives its
 * carrier back, on JDK 21 too: channels wait on a lock of {@code java.util.concurrent} and the
 * JDK's poller, and never inside a monitor.
 */
final class UnixByteStream implements ByteStream {

  /** Most bytes handed over at once: a channel copies them, and keeps memory for the largest. */
  private static final int MOST = 64 << 10;

  private final SocketChannel channel;
  private boolean moreIsLikely; // the reading thread's

  /**
   * Takes over a channel.
   *
   * @param channel the channel, in blocking mode, connected or to be; closed with this stream
   */
  UnixByteStream(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects, for as long as the server's backlog is full. */
  void connect(UnixDomainSocketAddress server) throws IOException {
    channel.connect(server);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int most = Math.min(length, MOST);
    int count = channel.read(ByteBuffer.wrap(target, offset, most));
    moreIsLikely = count == most;
    return count;
  }

  /** A channel does not tell; a read that was filled to the brim says that more is there. */
  @Override
  public int available() {
    return moreIsLikely ? 1 : 0;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    int end = offset + length;
    for (int at = offset; at < end; ) {
      at += channel.write(ByteBuffer.wrap(source, at, Math.min(MOST, end - at)));
    }
  }

  @Override
  public void shutdownInput() {
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      // It was closed meanwhile: no read is waiting any more.
      Log.debug("shutdown_input_failed", "peer", remoteAddress(), "error", e.getMessage());
      close();
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      Log.debug("close_failed", "peer", remoteAddress(), "error", e.getMessage());
    }
  }

  /** Closes: what was written is with the peer already, the kernel keeps nothing back. */
  @Override
  public void abort() {
    close();
  }

  @Override
  public String remoteAddress() {
    return "unix";
  }

  @Override
  public Optional<UserPrincipal> peerUser() throws IOException {
    return PeerCredentials.userOf(channel);
  }
}

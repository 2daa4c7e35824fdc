package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A {@link ByteStream} over a TCP or TLS socket. */
final class SocketByteStream implements ByteStream {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /**
   * Takes over a connected socket.
   *
   * @param socket the socket; closed with this stream
   * @throws IOException if the peer has gone already
   */
  SocketByteStream(Socket socket) throws IOException {
    this.socket = socket;
    // Answers are written whole; holding a part back for an acknowledgement only delays them.
    socket.setTcpNoDelay(true);
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return in.read(target, offset, length);
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    out.write(source, offset, length);
  }

  @Override
  public void shutdownInput() {
    try {
      socket.shutdownInput();
    } catch (IOException e) {
      // It was closed meanwhile, or its peer reset it: no read is waiting any more.
      Log.debug("shutdown_input_failed", "peer", remoteAddress(), "error", e.getMessage());
      close();
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      Log.debug("close_failed", "peer", remoteAddress(), "error", e.getMessage());
    }
  }

  @Override
  public void abort() {
    try {
      // Without a linger of zero the kernel would keep unsent bytes for minutes.
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      Log.debug("linger_failed", "peer", remoteAddress(), "error", e.getMessage());
    }
    close();
  }

  @Override
  public String remoteAddress() {
    return socket.getRemoteSocketAddress() instanceof InetSocketAddress peer
        ? peer.getAddress().getHostAddress() + ":" + peer.getPort()
        : "unknown";
  }
}

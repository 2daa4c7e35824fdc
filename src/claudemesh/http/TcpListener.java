package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/** Accepts TCP connections, or TLS ones, by what made the server socket. */
final class TcpListener implements Listener {

  private final ServerSocket socket;

  private TcpListener(ServerSocket socket) {
    this.socket = socket;
  }

  /**
   * Binds.
   *
   * @param options host, port, backlog and the kind of socket
   * @return what accepts
   * @throws IOException if the address cannot be had; the message names it and the cure
   */
  static TcpListener bind(HttpServerOptions options) throws IOException {
    ServerSocket listener = options.socketFactory().createServerSocket();
    try {
      // A restart must not wait for the kernel to forget the connections of the run before.
      listener.setReuseAddress(true);
      InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
      if (address.isUnresolved()) {
        throw new UnknownHostException(options.host());
      }
      listener.bind(address, options.backlog());
      return new TcpListener(listener);
    } catch (IOException e) {
      listener.close();
      throw cannotListen(options, e);
    }
  }

  @Override
  public ByteStream accept() throws IOException {
    while (true) {
      Socket accepted = socket.accept();
      try {
        return new SocketByteStream(accepted);
      } catch (IOException e) {
        Log.debug("connection_dropped", "reason", "the peer is gone", "error", e.getMessage());
        accepted.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public SocketAddress address() {
    return socket.getLocalSocketAddress();
  }

  private static IOException cannotListen(HttpServerOptions options, IOException cause) {
    String words = String.valueOf(cause.getMessage());
    String cure;
    if (cause instanceof UnknownHostException) {
      cure = "this host name is not known; use an address of this machine";
    } else if (words.contains("in use")) {
      cure = "the port is in use; stop the program that holds it or choose another port";
    } else if (words.contains("denied")) {
      cure = "not permitted; choose a port above 1023";
    } else if (words.contains("assign")) {
      cure = "no interface of this machine has that address; use one that it has, or 0.0.0.0";
    } else {
      cure = words;
    }
    IOException failure =
        new BindException(
            "cannot listen on " + options.host() + ":" + options.port() + ": " + cure);
    failure.initCause(cause);
    return failure;
  }
}

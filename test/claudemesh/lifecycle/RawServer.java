package claudemesh.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * A server that does what a script says with every connection, rules or no rules. Each connection
 * has a virtual thread; what a script throws, other than the connection's own end, is thrown again
 * by {@link #close}.
 */
final class RawServer implements AutoCloseable {

  /** What to do with one connection. */
  interface Script {
    /** Plays it; the socket is closed after it. */
    void play(RawPeer peer) throws Exception;
  }

  private final ServerSocket listener;
  private final String scheme;
  private final Script script;
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();

  private RawServer(ServerSocket listener, String scheme, Script script) {
    this.listener = listener;
    this.scheme = scheme;
    this.script = script;
  }

  static RawServer start(Script script) throws IOException {
    return start(ServerSocketFactory.getDefault(), "ws", 0, script);
  }

  /** On a port of the caller's choice. */
  static RawServer start(int port, Script script) throws IOException {
    return start(ServerSocketFactory.getDefault(), "ws", port, script);
  }

  static RawServer startTls(ServerSocketFactory factory, Script script) throws IOException {
    return start(factory, "wss", 0, script);
  }

  private static RawServer start(
      ServerSocketFactory factory, String scheme, int port, Script script) throws IOException {
    ServerSocket listener = factory.createServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
    RawServer server = new RawServer(listener, scheme, script);
    Thread.ofVirtual().name("raw-server").start(server::acceptAll);
    return server;
  }

  /** A port of this machine on which nothing listens. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().name("raw-peer-" + number).start(() -> play(socket, number));
      } catch (IOException e) {
        // Closed, or a TLS socket that could not be made: the next turn tells.
      }
    }
  }

  private void play(Socket socket, int number) {
    try (socket) {
      socket.setSoTimeout(30_000);
      script.play(new RawPeer(socket, number));
    } catch (IOException e) {
      // The client went away, which is what many scripts wait for.
    } catch (Throwable e) {
      faults.add(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  String url() {
    return url("127.0.0.1");
  }

  String url(String host) {
    return scheme + "://" + host + ":" + port() + "/ws";
  }

  /** How many connections were accepted so far. */
  int accepted() {
    return accepted.get();
  }

  /** Ends everything and throws what a script threw. */
  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    if (!faults.isEmpty()) {
      AssertionError error = new AssertionError("a script of the server failed");
      faults.forEach(error::addSuppressed);
      throw error;
    }
  }
}

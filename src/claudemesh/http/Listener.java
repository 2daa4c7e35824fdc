package claudemesh.http;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * Where connections come from: TCP, TLS, or a Unix socket. One thread accepts; any may close.
 *
 * <p>Whoever binds one owns it and closes it.
 */
interface Listener {

  /**
   * Waits for the next connection. One whose peer has gone again already is passed over.
   *
   * @return its bytes
   * @throws IOException if none can be accepted now, or ever again: see {@link #isClosed}
   */
  ByteStream accept() throws IOException;

  /**
   * Stops listening, and makes a waiting {@link #accept} fail. Idempotent.
   *
   * @throws IOException if that fails
   */
  void close() throws IOException;

  /** Whether {@link #close} was called. */
  boolean isClosed();

  /** Where it listens. */
  SocketAddress address();

  /** The file of a Unix socket; empty for other kinds. */
  default Optional<Path> socketFile() {
    return Optional.empty();
  }

  /** Whom the socket belongs to, if it has an owner: the user of this process. */
  default Optional<UserPrincipal> owner() {
    return Optional.empty();
  }

  /** Binds what the options ask for. */
  static Listener bind(HttpServerOptions options) throws IOException {
    return options.socketFile().isPresent()
        ? UnixListener.bind(options.socketFile().get(), options.backlog())
        : TcpListener.bind(options);
  }
}

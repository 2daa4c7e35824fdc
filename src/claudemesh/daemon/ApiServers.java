package claudemesh.daemon;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ways into the daemon's API: its Unix socket, which only its own user can connect to, and, if
 * asked for, TCP on loopback with a secret.
 */
final class ApiServers implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final HttpServer unix;
  private final Optional<HttpServer> tcp;

  private ApiServers(HttpServer unix, Optional<HttpServer> tcp) {
    this.unix = unix;
    this.tcp = tcp;
  }

  /**
   * Starts to answer.
   *
   * @param parts what to answer from
   * @param version this program's version
   * @return the servers
   * @throws IOException if the socket's name or the port cannot be had; the message names it and
   *     the cure
   */
  static ApiServers start(ApiParts parts, String version) throws IOException {
    DaemonFolder folder = parts.parts().options().folder();
    OptionalInt port = parts.parts().options().tcpPort();
    HttpServer unix =
        HttpServer.start(
            HttpServerOptions.listeningOn(folder.socket()),
            new DaemonApi(parts, ApiGuard.ofUnixSocket(), version));
    try {
      Optional<HttpServer> tcp = Optional.empty();
      if (port.isPresent()) {
        ApiGuard guard = ApiGuard.ofTcp(LocalToken.of(folder.localToken()));
        tcp =
            Optional.of(
                HttpServer.start(
                    HttpServerOptions.listeningOn(LOOPBACK, port.getAsInt()),
                    new DaemonApi(parts, guard, version)));
      }
      return new ApiServers(unix, tcp);
    } catch (IOException e) {
      unix.close();
      throw e;
    }
  }

  /** Where it answers over TCP; empty if it does not. */
  Optional<InetSocketAddress> tcpAddress() {
    return tcp.map(HttpServer::address);
  }

  /** Lets nobody new in, and removes the socket's file; requests under way go on. Idempotent. */
  void stopAccepting() {
    unix.stopAccepting();
    tcp.ifPresent(HttpServer::stopAccepting);
  }

  /** Ends both, politely and within their time; streams of events end. Idempotent. */
  @Override
  public void close() {
    stopAccepting();
    unix.close();
    tcp.ifPresent(HttpServer::close);
  }
}

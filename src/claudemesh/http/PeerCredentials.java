package claudemesh.http;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/** Who a process at the other end of a Unix socket is, as the kernel knows it. */
final class PeerCredentials {

  private PeerCredentials() {}

  /**
   * The user that the peer was when it connected. May ask the system's user database, and block.
   *
   * @param channel a connected Unix socket
   * @return the user; empty where the system does not tell (Windows)
   * @throws IOException if the connection is broken
   */
  static Optional<UserPrincipal> userOf(SocketChannel channel) throws IOException {
    return channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)
        ? Optional.of(channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user())
        : Optional.empty();
  }
}

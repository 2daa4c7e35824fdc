package claudemesh.lifecycle;

import java.net.InetSocketAddress;

/**
 * An HTTP proxy that the environment names for an address.
 *
 * @param variable the variable that names it, as it is spelled there
 * @param host its name or address
 * @param port its port
 * @param identifies whether its address has credentials, which are shown to nobody else
 */
public record NamedProxy(String variable, String host, int port, boolean identifies) {

  /**
   * Where it listens.
   *
   * @return its host and port; the host's name is looked up by whoever needs it
   */
  public InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, port);
  }
}

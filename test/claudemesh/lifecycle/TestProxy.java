package claudemesh.lifecycle;

import java.io.IOException;
import java.util.List;

/** A real HTTP proxy for tests of other packages: it knows CONNECT, and Basic credentials. */
public final class TestProxy implements AutoCloseable {

  private final ProxyScript script;
  private final RawServer server;

  private TestProxy(ProxyScript script) throws IOException {
    this.script = script;
    this.server = RawServer.start(script);
  }

  /**
   * Starts one.
   *
   * @param credentials {@code user:password} to ask for; null to let everybody through
   * @return the proxy, on a port of its own
   * @throws IOException if it cannot listen
   */
  public static TestProxy start(String credentials) throws IOException {
    return new TestProxy(new ProxyScript(credentials));
  }

  /**
   * Where it listens.
   *
   * @return a port of 127.0.0.1
   */
  public int port() {
    return server.port();
  }

  /**
   * What it was asked for and has let through.
   *
   * @return targets as {@code host:port}, in order
   */
  public List<String> tunnels() {
    return script.tunnels();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

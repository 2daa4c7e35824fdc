package claudemesh.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy that knows CONNECT and, if told to, asks for Basic credentials (RFC 9110 §11.7).
 */
final class ProxyScript implements RawServer.Script {

  private final String credentials;
  private final List<String> tunnels = new CopyOnWriteArrayList<>();

  /** With {@code user:password}, or null for everybody. */
  ProxyScript(String credentials) {
    this.credentials = credentials;
  }

  /** The targets that were asked for, as {@code host:port}. */
  List<String> tunnels() {
    return List.copyOf(tunnels);
  }

  @Override
  public void play(RawPeer peer) throws Exception {
    String head = peer.request();
    while (credentials != null && !head.contains("Basic " + expected())) {
      peer.write(
          "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
              + "Content-Length: 0\r\n\r\n");
      head = peer.readHead();
    }
    String target = head.split(" ")[1];
    tunnels.add(target);
    int colon = target.lastIndexOf(':');
    try (Socket onward =
        new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
      peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
      Thread back = Thread.ofVirtual().start(() -> copy(onward, peer.socket()));
      copy(peer.socket(), onward);
      back.join();
    }
  }

  private String expected() {
    return Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One of the two has gone; the other copy ends by itself.
    }
  }
}

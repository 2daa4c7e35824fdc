package claudemesh.lifecycle;

import java.net.http.HttpClient;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The system's TLS context, not made before the first {@code wss:} connection: an {@link
 * HttpClient} wants one at once, and making it reads a hundred certificates and loads hundreds of
 * classes, a third of what a short command over {@code ws:} costs. Thread-safe.
 */
final class LateTls extends SSLContextSpi {

  /** RFC 8446 and 5246, as the client itself chooses when it is given no parameters. */
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private static final class Nobody extends Provider {
    private static final long serialVersionUID = 1L;

    Nobody() {
      super("claudemesh", "1", "the system's TLS, later");
    }
  }

  private static final class Context extends SSLContext {
    Context() {
      super(new LateTls(), new Nobody(), "TLS");
    }
  }

  private LateTls() {}

  /**
   * Sets a client's TLS up.
   *
   * @throws IllegalArgumentException if a file of the settings cannot be used; the message names it
   */
  static void prepare(HttpClient.Builder builder, TlsSettings tls) {
    if (tls.equals(TlsSettings.DEFAULT)) {
      builder.sslContext(new Context());
      // Given here, since they would be asked of the context at once otherwise.
      builder.sslParameters(new SSLParameters(null, PROTOCOLS));
    } else {
      builder.sslContext(tls.context());
    }
  }

  private static SSLContext system() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java's TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException("the system's context cannot be set up anew");
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    return system().getSocketFactory();
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    return system().getServerSocketFactory();
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    return system().createSSLEngine();
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    return system().createSSLEngine(host, port);
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return system().getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return system().getClientSessionContext();
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return system().getDefaultSSLParameters();
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return system().getSupportedSSLParameters();
  }
}

package claudemesh.http;

import claudemesh.fuzz.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The two ends of TLS: the server's as it is, under a certificate that is kept for this alone, and
 * the JDK's client, which believes anybody. Shared by all inputs, so that sessions are resumed.
 */
final class TlsEnds {

  private static final Path CERTIFICATE = Target.SEEDS.resolve("server.pem");
  private static final int CLIENT_SESSIONS = 16;
  private static final String HOST = "fuzz.test";

  // One for each version: what is resumed must be of the version that is spoken.
  // And one for each thread: what one connection learns of a session, no other changes meanwhile.
  private static final ThreadLocal<SSLContext> MODERN = ThreadLocal.withInitial(TlsEnds::client);
  private static final ThreadLocal<SSLContext> OLD = ThreadLocal.withInitial(TlsEnds::client);

  /** Records of at most so many bytes, if a client asks for short ones (RFC 6066 §4). */
  private static final int SHORT_RECORD = 700;

  static final ServerTls SERVER = server();

  private TlsEnds() {}

  private static ServerTls server() {
    // Read once by the JDK, before its first engine: clients say it only if they are told to.
    System.setProperty("jsse.enableMFLExtension", "true");
    try {
      return ServerTls.load(CERTIFICATE, CERTIFICATE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLContext client() {
    System.setProperty("jsse.enableMFLExtension", "true");
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Believer()}, null);
      // The JDK would keep 20 480, which is no leak of the server's.
      context.getClientSessionContext().setSessionCacheSize(CLIENT_SESSIONS);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A client's engine.
   *
   * @param old whether it speaks TLS 1.2, and 1.3 otherwise
   * @param shortRecords whether it asks for short records
   * @param peer the same number for connections that may resume each other
   */
  static SSLEngine newClient(boolean old, boolean shortRecords, int peer) {
    // The JDK resumes a session with the record length that it was agreed with.
    int port = 1 + peer + (shortRecords ? SHORT_RECORD : 0);
    SSLEngine engine = (old ? OLD : MODERN).get().createSSLEngine(HOST, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {old ? "TLSv1.2" : "TLSv1.3"});
    if (shortRecords) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setMaximumPacketSize(SHORT_RECORD);
      engine.setSSLParameters(parameters);
    }
    return engine;
  }

  /** Whom a client sees does not matter here. */
  private static final class Believer extends X509ExtendedTrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

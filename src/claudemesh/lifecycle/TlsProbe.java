package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A TLS handshake that remembers what the server showed even where it is not trusted. It trusts
 * exactly what {@link JdkTransport} trusts with the same settings. For one thread.
 */
final class TlsProbe {

  private final String host;
  private final int port;
  private final TlsSettings settings;
  private volatile List<X509Certificate> shown = List.of();

  /** For a host, which the server's certificate must be made out to. */
  TlsProbe(String host, int port, TlsSettings settings) {
    this.host = host;
    this.port = port;
    this.settings = settings;
  }

  /** What came of it: a connection, if there was no trouble. */
  record Secured(Optional<SSLSocket> socket, TlsFacts facts) {}

  /**
   * Does the handshake.
   *
   * @param plain an open connection; closing the secured one closes it too
   * @param deadline when it must be done
   */
  Secured over(Socket plain, Deadline deadline) throws IOException {
    var factory = settings.context(this::listening).getSocketFactory();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    try {
      plain.setSoTimeout(Way.millis(deadline));
      socket.startHandshake();
      SSLSession session = socket.getSession();
      TlsFacts facts =
          new TlsFacts(session.getProtocol(), session.getCipherSuite(), shown, Optional.empty());
      return new Secured(Optional.of(socket), facts);
    } catch (IOException e) {
      return new Secured(Optional.empty(), new TlsFacts("", "", shown, Optional.of(trouble(e))));
    }
  }

  private TlsFacts.Trouble trouble(IOException failure) {
    if (NetworkWords.find(failure, CertificateExpiredException.class) != null) {
      return new TlsFacts.Trouble(TlsFacts.Kind.EXPIRED, "its certificate has expired");
    }
    if (NetworkWords.find(failure, CertificateNotYetValidException.class) != null) {
      return new TlsFacts.Trouble(TlsFacts.Kind.NOT_YET_VALID, "its certificate is not valid yet");
    }
    var certificate = NetworkWords.find(failure, CertificateException.class);
    boolean otherHost = certificate != null && certificate.getCause() == null && !shown.isEmpty();
    if (otherHost) {
      return new TlsFacts.Trouble(
          TlsFacts.Kind.OTHER_HOST,
          "its certificate is not made out to " + host + " (" + certificate.getMessage() + ")");
    }
    if (NetworkWords.isUntrusted(failure)) {
      return new TlsFacts.Trouble(
          TlsFacts.Kind.UNTRUSTED,
          isSelfSigned()
              ? "its certificate is signed by itself, and not trusted here"
              : "nobody trusted here has signed its certificate");
    }
    return new TlsFacts.Trouble(TlsFacts.Kind.NO_HANDSHAKE, noHandshake(failure));
  }

  private boolean isSelfSigned() {
    return shown.size() == 1
        && shown
            .getFirst()
            .getIssuerX500Principal()
            .equals(shown.getFirst().getSubjectX500Principal());
  }

  private static String noHandshake(IOException failure) {
    if (NetworkWords.find(failure, SocketTimeoutException.class) != null) {
      return "no answer to the TLS handshake in time";
    }
    SSLException tls = NetworkWords.find(failure, SSLException.class);
    if (tls != null && String.valueOf(tls.getMessage()).contains("Unsupported or unrecognized")) {
      return "what it answered is no TLS";
    }
    return "the TLS handshake was cut: " + NetworkWords.of(failure);
  }

  private TrustManager listening(TrustManager trust) {
    return trust instanceof X509ExtendedTrustManager judge ? new Listener(judge) : trust;
  }

  /** Takes note of the chain, and leaves judging to the manager it stands before. */
  private final class Listener extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager judge;

    Listener(X509ExtendedTrustManager judge) {
      this.judge = judge;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket over)
        throws CertificateException {
      shown = List.of(chain);
      judge.checkServerTrusted(chain, type, over);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine over)
        throws CertificateException {
      shown = List.of(chain);
      judge.checkServerTrusted(chain, type, over);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      shown = List.of(chain);
      judge.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket over)
        throws CertificateException {
      judge.checkClientTrusted(chain, type, over);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine over)
        throws CertificateException {
      judge.checkClientTrusted(chain, type, over);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return judge.getAcceptedIssuers();
    }
  }
}

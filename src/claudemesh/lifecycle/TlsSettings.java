package claudemesh.lifecycle;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom to trust and how to identify oneself over TLS.
 *
 * @param caFile PEM certificates to trust in place of the system's; empty for the system's
 * @param clientCertificate a PKCS #12 file with this client's key and certificate
 * @param clientPassword that file's password; empty text if it has none
 */
public record TlsSettings(
    Optional<Path> caFile, Optional<Path> clientCertificate, String clientPassword) {

  /** The system's trust and no client certificate. */
  public static final TlsSettings DEFAULT = new TlsSettings(Optional.empty(), Optional.empty(), "");

  /** Never shows the password. */
  @Override
  public String toString() {
    return "tls with ca " + caFile + " and client certificate " + clientCertificate;
  }

  /**
   * Reads the files, so that what is wrong with one is known before anything starts.
   *
   * @throws IllegalArgumentException if one cannot be read or has not what it should; the message
   *     names it
   */
  public void requireUsable() {
    if (!equals(DEFAULT)) { // the system's own takes a while to read
      context();
    }
  }

  /**
   * A context with these settings.
   *
   * @throws IllegalArgumentException if a file cannot be read or has not what it should; the
   *     message names it
   */
  SSLContext context() {
    return context(trust -> trust);
  }

  /** The same, where somebody listens to what is trusted and what is not. */
  SSLContext context(UnaryOperator<TrustManager> around) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager[] trusted = Stream.of(trustManagers()).map(around).toArray(TrustManager[]::new);
      context.init(keyManagers(), trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private TrustManager[] trustManagers() throws GeneralSecurityException {
    if (caFile.isEmpty()) {
      var system = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      system.init((KeyStore) null);
      return system.getTrustManagers();
    }
    Path file = caFile.get();
    try (InputStream in = new FileInputStream(file.toFile())) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : readCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      if (number == 0) {
        throw new IllegalArgumentException(file + " has no PEM certificate in it");
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (IOException | java.security.cert.CertificateException e) {
      throw new IllegalArgumentException(
          "expected PEM certificates in " + file + ": " + e.getMessage(), e);
    }
  }

  private static Collection<? extends Certificate> readCertificates(InputStream in)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509").generateCertificates(in);
  }

  private KeyManager[] keyManagers() throws GeneralSecurityException {
    if (clientCertificate.isEmpty()) {
      return null; // none
    }
    Path file = clientCertificate.get();
    char[] password = clientPassword.toCharArray();
    try (InputStream in = new FileInputStream(file.toFile())) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      return factory.getKeyManagers();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "expected a PKCS #12 file with a key and certificate in "
              + file
              + ", and its password: "
              + e.getMessage(),
          e);
    }
  }
}

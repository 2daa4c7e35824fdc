package claudemesh.http;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate with those that signed it, and its key: checked to belong together.
 *
 * @param chain the server's own first
 * @param key its private key
 */
record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {

  private static final int DNS_NAME = 2;
  private static final int ADDRESS = 7;
  private static final char[] NO_PASSWORD = {};

  static ServerCertificate read(Path certificateFile, Path keyFile) throws IOException {
    return of(PemFile.read(certificateFile), PemFile.read(keyFile));
  }

  static ServerCertificate of(PemFile certificates, PemFile keys) throws IOException {
    Path certificateFile = certificates.file();
    Path keyFile = keys.file();
    List<X509Certificate> chain = certificates.certificates();
    requireSigned(certificateFile, chain);
    PrivateKey key = keys.privateKey();
    if (!belongTogether(keyFile, key, chain.getFirst().getPublicKey())) {
      throw new IOException(
          "the key in "
              + keyFile
              + " is not the one of the first certificate in "
              + certificateFile
              + " ("
              + chain.getFirst().getSubjectX500Principal()
              + "): name the key that this certificate was made for, and put the server's own"
              + " certificate before those that signed it");
    }
    return new ServerCertificate(List.copyOf(chain), key);
  }

  private static void requireSigned(Path file, List<X509Certificate> chain) throws IOException {
    for (int i = 1; i < chain.size(); i++) {
      X500Principal signer = chain.get(i - 1).getIssuerX500Principal();
      X500Principal next = chain.get(i).getSubjectX500Principal();
      if (!signer.equals(next)) {
        throw new IOException(
            file
                + ": expected each certificate to be followed by the one that signed it, but "
                + chain.get(i - 1).getSubjectX500Principal()
                + " is followed by "
                + next);
      }
    }
  }

  private static boolean belongTogether(Path keyFile, PrivateKey secret, PublicKey open)
      throws IOException {
    if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> secret.getAlgorithm();
        };
    try {
      byte[] text = {1};
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(secret);
      signer.update(text);
      byte[] signature = signer.sign();
      signer.initVerify(open);
      signer.update(text);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          keyFile
              + ": the key cannot be used, or is not the certificate's: expected RSA of 1024 bits"
              + " or more, EC or Ed25519",
          e);
    }
  }

  /**
   * What makes connections show it.
   *
   * @param file where it was read, for messages
   */
  SSLContext context(Path file) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          file + ": TLS cannot be set up with the certificate in it: " + e.getMessage(), e);
    }
  }

  Instant expires() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  /** The names and addresses that it is for, as it lists them; none with a star. */
  List<String> names() {
    try {
      Collection<List<?>> all = chain.getFirst().getSubjectAlternativeNames();
      return all == null
          ? List.of()
          : all.stream()
              .filter(
                  name ->
                      Objects.equals(name.get(0), DNS_NAME) || Objects.equals(name.get(0), ADDRESS))
              .map(name -> String.valueOf(name.get(1)))
              .filter(name -> !name.contains("*"))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of(); // its clients will say so
    }
  }

  /** Never shows the key. */
  @Override
  public String toString() {
    return "certificate of " + chain.getFirst().getSubjectX500Principal();
  }
}

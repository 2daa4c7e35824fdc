package claudemesh.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates made for one test, and servers that show them. */
public final class TestCertificates {

  static final String PASSWORD = "changeit";

  private final Path folder;

  /**
   * Certificates in a folder.
   *
   * @param folder where they are put
   */
  public TestCertificates(Path folder) {
    this.folder = folder;
  }

  /**
   * A self-signed EC certificate with its key, in {@code name.p12}; in {@code name.pem} the
   * certificate alone, in {@code name.key} the key alone.
   *
   * @param name its name
   * @param subjectAlternative whom it is for, such as {@code san=dns:host,ip:127.0.0.1}
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path make(String name, String subjectAlternative) throws Exception {
    return make(name, subjectAlternative, "EC");
  }

  /**
   * The same with a key of another kind.
   *
   * @param name its name
   * @param subjectAlternative whom it is for, such as {@code san=dns:host,ip:127.0.0.1}
   * @param algorithm EC, RSA or Ed25519
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path make(String name, String subjectAlternative, String algorithm) throws Exception {
    return write(name, subjectAlternative, algorithm, Instant.now(), 2);
  }

  /**
   * The same, from a time on and for some days.
   *
   * @param name its name
   * @param subjectAlternative whom it is for, such as {@code san=dns:host,ip:127.0.0.1}
   * @param start from when on, {@code -5d} was five days ago
   * @param days for how long
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path makeFrom(String name, String subjectAlternative, String start, int days)
      throws Exception {
    long age = Long.parseLong(start.substring(1, start.length() - 1));
    Instant from = Instant.now().minus(age, ChronoUnit.DAYS);
    return write(name, subjectAlternative, "EC", from, days);
  }

  private Path write(String name, String san, String algorithm, Instant from, int days)
      throws IOException, GeneralSecurityException {
    KeyPair keys = keys(algorithm);
    List<String> alternatives = List.of(san.substring("san=".length()).split(","));
    Instant to = from.plus(days, ChronoUnit.DAYS);
    X509Certificate own = SelfSigned.of(keys, name, alternatives, from, to);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = PASSWORD.toCharArray();
    store.setKeyEntry(name, keys.getPrivate(), password, new X509Certificate[] {own});
    Path file = folder.resolve(name + ".p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password);
    }
    Files.writeString(pem(name), pem("CERTIFICATE", own.getEncoded()));
    Files.writeString(key(name), pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    return file;
  }

  private static KeyPair keys(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (!algorithm.equals("Ed25519")) {
      generator.initialize(algorithm.equals("EC") ? 256 : 2_048);
    }
    return generator.generateKeyPair();
  }

  private static String pem(String label, byte[] content) {
    String base64 = Base64.getMimeEncoder().encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  /**
   * Where a certificate is.
   *
   * @param name its name
   * @return a PEM file
   */
  public Path pem(String name) {
    return folder.resolve(name + ".pem");
  }

  /**
   * Where its key is.
   *
   * @param name the certificate's name
   * @return a PEM file, PKCS #8
   */
  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /**
   * What trusts one certificate and no other.
   *
   * @param name its name
   * @return the client's side of TLS
   * @throws Exception if it cannot be read
   */
  public SSLContext trusting(String name) throws Exception {
    return new TlsSettings(Optional.of(pem(name)), Optional.empty(), "").context();
  }

  /** A server that shows {@code own} and, if {@code clients} is not null, asks for one of those. */
  static ServerSocketFactory server(Path own, Path clients)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(own), PASSWORD.toCharArray());
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(load(clients == null ? own : clients));
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return new Wrapper(context, clients != null);
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    // A trust manager takes certificates, not the key entries they came with.
    for (String alias : Collections.list(store.aliases())) {
      store.setCertificateEntry("trusted-" + alias, store.getCertificate(alias));
    }
    return store;
  }

  private static final class Wrapper extends ServerSocketFactory {
    private final SSLContext context;
    private final boolean needClient;

    Wrapper(SSLContext context, boolean needClient) {
      this.context = context;
      this.needClient = needClient;
    }

    @Override
    public SSLServerSocket createServerSocket() throws IOException {
      var socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
      socket.setNeedClientAuth(needClient);
      return socket;
    }

    @Override
    public SSLServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLServerSocket createServerSocket(int port, int backlog, InetAddress at) {
      throw new UnsupportedOperationException();
    }
  }
}

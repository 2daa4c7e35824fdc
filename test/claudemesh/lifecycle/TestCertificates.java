package claudemesh.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates made for one test run by the JDK's own keytool, and servers that show them. */
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
   * @param subjectAlternative whom it is for, as keytool says it
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path make(String name, String subjectAlternative) throws Exception {
    return make(name, subjectAlternative, "-keyalg", "EC", "-groupname", "secp256r1");
  }

  /**
   * The same with a key of another kind.
   *
   * @param name its name
   * @param subjectAlternative whom it is for, as keytool says it
   * @param algorithm what keytool is told about the key
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path make(String name, String subjectAlternative, String... algorithm) throws Exception {
    List<String> more = new ArrayList<>(List.of(algorithm));
    more.addAll(List.of("-validity", "2"));
    return generate(name, subjectAlternative, more);
  }

  /**
   * The same, from a time on and for some days.
   *
   * @param name its name
   * @param subjectAlternative whom it is for, as keytool says it
   * @param start from when on, as keytool says it: {@code -5d} was five days ago
   * @param days for how long
   * @return the PKCS #12 file
   * @throws Exception if it cannot be made
   */
  public Path makeFrom(String name, String subjectAlternative, String start, int days)
      throws Exception {
    List<String> more =
        List.of("-keyalg", "EC", "-groupname", "secp256r1", "-startdate", start, "-validity");
    List<String> all = new ArrayList<>(more);
    all.add(Integer.toString(days));
    return generate(name, subjectAlternative, all);
  }

  private Path generate(String name, String subjectAlternative, List<String> more)
      throws Exception {
    Path store = folder.resolve(name + ".p12");
    List<String> generate = new ArrayList<>(List.of("-genkeypair"));
    generate.addAll(more);
    generate.addAll(List.of("-alias", name, "-dname", "CN=" + name));
    generate.addAll(List.of("-ext", subjectAlternative, "-ext", "bc=ca:true"));
    keytool(store, generate);
    KeyStore loaded = load(store);
    Files.writeString(pem(name), pem("CERTIFICATE", loaded.getCertificate(name).getEncoded()));
    byte[] key = loaded.getKey(name, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(key(name), pem("PRIVATE KEY", key));
    return store;
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

  private void keytool(Path store, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD, "-J-XX:TieredStopAtLevel=1"));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.txt").toFile())
            .start();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      keytool.destroyForcibly();
      throw new IOException("keytool failed: " + Files.readString(folder.resolve("keytool.txt")));
    }
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

package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;

/**
 * How a server speaks TLS: 1.3 and 1.2 with forward secrecy, under a certificate that is read again
 * when its files change. Connections keep the certificate they began with. Thread-safe, but {@link
 * #reloadIfChanged} is for one thread at a time.
 */
public final class ServerTls {

  /** Sessions that clients may resume; the oldest makes room. The JDK would keep 20 480. */
  static final int MOST_SESSIONS = 2_048;

  /** For how long a session, or a ticket that a client keeps, may be resumed. The JDK: a day. */
  static final Duration SESSIONS_LAST = Duration.ofHours(1);

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** What a file looked like; equal values mean that nobody wrote it meanwhile. */
  private record Stamp(FileTime modified, long size, Object key) {
    static final Stamp MISSING = new Stamp(FileTime.fromMillis(0), -1, null);

    static Stamp of(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
      } catch (IOException e) {
        return MISSING; // reading it will say why
      }
    }
  }

  private record Loaded(ServerCertificate certificate, SSLContext context, String[] suites) {}

  private final Path certificateFile;
  private final Path keyFile;
  private volatile Loaded loaded;
  private List<Stamp> tried;
  private List<Stamp> seen;

  private ServerTls(Path certificateFile, Path keyFile) throws IOException {
    this.certificateFile = Objects.requireNonNull(certificateFile, "certificateFile");
    this.keyFile = Objects.requireNonNull(keyFile, "keyFile");
    // Before reading: what is written meanwhile is then seen as a change.
    this.tried = stamps();
    this.seen = tried;
    this.loaded = load();
  }

  /**
   * Reads a certificate and its key.
   *
   * @param certificateFile PEM: the server's certificate, then those that signed it
   * @param keyFile PEM: its key, PKCS #8, unencrypted; RSA, EC or Ed25519
   * @return the server's side of TLS
   * @throws IOException if one cannot be read or used, or they do not belong together; the message
   *     names the file and what to do
   */
  public static ServerTls load(Path certificateFile, Path keyFile) throws IOException {
    return new ServerTls(certificateFile, keyFile);
  }

  private Loaded load() throws IOException {
    ServerCertificate certificate = ServerCertificate.read(certificateFile, keyFile);
    if (certificate.expires().isBefore(Instant.now())) {
      Log.warn("certificate_expired", "file", certificateFile, "expired", certificate.expires());
    }
    SSLContext context = certificate.context(certificateFile);
    bound(context.getServerSessionContext());
    String[] suites =
        Stream.of(context.getDefaultSSLParameters().getCipherSuites())
            .filter(ServerTls::isModern)
            .toArray(String[]::new);
    return new Loaded(certificate, context, suites);
  }

  // What strangers leave behind is bounded, and so is the time in which a stolen ticket key is any
  // use. A certificate that is replaced ends all of its sessions: the new one has its own context.
  private static void bound(SSLSessionContext sessions) {
    sessions.setSessionCacheSize(MOST_SESSIONS);
    sessions.setSessionTimeout((int) SESSIONS_LAST.toSeconds());
  }

  /** The sessions that can be resumed under the certificate in use, for tests. */
  SSLSessionContext sessions() {
    return loaded.context().getServerSessionContext();
  }

  // Authenticated encryption under a key that no later theft of the certificate's key gives away.
  private static boolean isModern(String suite) {
    boolean sealing = suite.contains("_GCM_") || suite.contains("_CHACHA20_");
    return sealing && (suite.startsWith("TLS_ECDHE_") || !suite.contains("_WITH_"));
  }

  /**
   * Reads the files again if they have changed and have rested since the last look, so that a
   * certificate is not taken before its key is there. New files that cannot be used are logged once
   * and the old certificate stays.
   *
   * @return true if connections from now on get a new certificate
   */
  public boolean reloadIfChanged() {
    List<Stamp> now = stamps();
    boolean resting = now.equals(seen);
    seen = now;
    if (!resting || now.equals(tried)) {
      return false;
    }
    tried = now;
    try {
      loaded = load();
      Log.info("certificate_reloaded", "file", certificateFile, "expires", expires());
      return true;
    } catch (IOException e) {
      Log.error(
          "certificate_not_reloaded",
          "why",
          e.getMessage(),
          "effect",
          "the old one stays in use",
          "expires",
          expires());
      return false;
    }
  }

  private List<Stamp> stamps() {
    return List.of(Stamp.of(certificateFile), Stamp.of(keyFile));
  }

  /**
   * When the certificate in use stops being good.
   *
   * @return the end of its validity
   */
  public Instant expires() {
    return loaded.certificate().expires();
  }

  /**
   * What the certificate in use is for.
   *
   * @return DNS names and addresses as it lists them, without wildcards; may be empty
   */
  public List<String> names() {
    return loaded.certificate().names();
  }

  /** The server's side of one new connection. */
  SSLEngine newEngine() {
    Loaded current = loaded;
    SSLEngine engine = current.context().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setCipherSuites(current.suites());
    parameters.setUseCipherSuitesOrder(true);
    engine.setSSLParameters(parameters);
    return engine;
  }
}

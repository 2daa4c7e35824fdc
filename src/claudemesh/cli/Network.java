package claudemesh.cli;

import claudemesh.lifecycle.JdkTransport;
import claudemesh.lifecycle.TlsSettings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The transports of this process. {@code java.net.http} costs a tenth of a second to load, so only
 * verbs that connect come here, and the others stay fast. Thread-safe.
 */
final class Network {

  static final Flag CA =
      Flag.value("ca", "FILE", "trust the PEM certificates in FILE and not the system's");
  static final Flag CLIENT_CERT =
      Flag.value(
          "client-cert",
          "FILE",
          "identify with the PKCS #12 FILE; its password, if it has one, in "
              + "CLAUDEMESH_CLIENT_CERT_PASSWORD");

  private static final String PASSWORD = "CLAUDEMESH_CLIENT_CERT_PASSWORD";

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Set<JdkTransport> OPEN = new HashSet<>();

  private Network() {}

  /**
   * The transport for a call: the process's shared one, or one with the call's certificates.
   *
   * @throws CliException if a certificate file cannot be used
   */
  static JdkTransport transport(Call call) throws CliException {
    LOCK.lock();
    try {
      JdkTransport.tuneProcess();
      JdkTransport transport = JdkTransport.of(tls(call), call.environment());
      OPEN.add(transport);
      return transport;
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    } finally {
      LOCK.unlock();
    }
  }

  /** Whom a call trusts, and how it identifies itself. */
  static TlsSettings tls(Call call) {
    Optional<Path> ca = call.arguments().value(CA.name()).map(Path::of);
    Optional<Path> certificate = call.arguments().value(CLIENT_CERT.name()).map(Path::of);
    return ca.isEmpty() && certificate.isEmpty()
        ? TlsSettings.DEFAULT
        : new TlsSettings(ca, certificate, call.environment().getOrDefault(PASSWORD, ""));
  }

  /**
   * Stops the HTTP clients' threads, so that the process can leave at once.
   *
   * @return whether there were any
   */
  static boolean shutDown() {
    LOCK.lock();
    try {
      boolean used = !OPEN.isEmpty();
      for (JdkTransport transport : OPEN) {
        transport.close();
      }
      OPEN.clear();
      return used;
    } finally {
      LOCK.unlock();
    }
  }
}

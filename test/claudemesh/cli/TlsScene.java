package claudemesh.cli;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.TlsFiles;
import claudemesh.lifecycle.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A broker in this process that speaks TLS, with one mesh, owned by alice; bob is nobody yet. */
final class TlsScene implements AutoCloseable {

  static final String MESH = "team";

  final TestCli alice;
  final TestCli bob;
  private final Path folder;
  private final TestCertificates certificates;
  private final Broker broker;

  /**
   * Starts it.
   *
   * @param folder the test's folder, with the certificates that {@code certificates} made
   * @param name which of them it shows
   */
  TlsScene(Path folder, TestCertificates certificates, String name) throws IOException {
    this.folder = folder;
    this.certificates = certificates;
    TlsFiles files = new TlsFiles(certificates.pem(name), certificates.key(name));
    this.broker = Broker.start(BrokerOptions.on(folder.resolve("data"), 0).withTls(files));
    this.alice = new TestCli(Files.createDirectory(folder.resolve("alice")));
    this.bob = new TestCli(Files.createDirectory(folder.resolve("bob")));
    TestCli.Result made = alice.run("mesh", "create", MESH, "--name", "alice", "--data", data());
    if (made.code() != 0) {
      throw new AssertionError(made.toString());
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  /** An invite to the mesh, at the broker's own address. */
  String link() {
    return alice.run("invite", "--data", data()).out().strip();
  }

  /** The file that makes a verb trust a certificate. */
  String ca(String name) {
    return certificates.pem(name).toString();
  }

  String url() {
    return broker.url().toString();
  }

  int port() {
    return broker.url().getPort();
  }

  @Override
  public void close() {
    broker.close();
  }
}

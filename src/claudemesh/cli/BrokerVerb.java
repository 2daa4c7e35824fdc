package claudemesh.cli;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.TlsFiles;
import claudemesh.json.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** {@code broker}: the broker alone, until it is interrupted. */
final class BrokerVerb implements Verb {

  static final Flag INSECURE =
      Flag.on("insecure", "listen for others than this machine without encryption");

  private static final Flag TLS_CERT =
      Flag.value(
          "tls-cert",
          "FILE",
          "speak TLS under this PEM certificate, followed by those that signed it; read again when"
              + " it changes");
  private static final Flag TLS_KEY =
      Flag.value("tls-key", "FILE", "the certificate's key: PEM, PKCS #8, unencrypted");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("broker", "run a broker")
        .flags(flags())
        .about(
            "Serves the meshes of its data folder at ws://HOST:PORT/ws (with a certificate wss:)"
                + " until it is interrupted. Meshes and invites made meanwhile by \"mesh create\""
                + " and \"invite\" on the same folder count at once.")
        .examples(
            "claudemesh broker",
            "claudemesh broker --listen 0.0.0.0:7900 --tls-cert chain.pem --tls-key key.pem",
            "claudemesh broker --listen 0.0.0.0:7900 --insecure");
  }

  private static Flag[] flags() {
    List<Flag> flags =
        new ArrayList<>(List.of(Listen.FLAG, TLS_CERT, TLS_KEY, INSECURE, BrokerFolder.DATA));
    flags.addAll(BrokerLimits.FLAGS);
    flags.add(VerbSpec.JSON);
    return flags.toArray(Flag[]::new);
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    try (Broker broker = start(call)) {
      if (call.wantsJson()) {
        call.out()
            .json(
                Json.object()
                    .put("type", "listening")
                    .put("url", broker.url().toString())
                    .put("data", broker.directory().folder().toString())
                    .put("pid", ProcessHandle.current().pid())
                    .build());
      } else {
        call.out().text(words(broker));
      }
      untilInterrupted();
      return ExitCode.OK;
    }
  }

  private static String words(Broker broker) throws IOException {
    int meshes = broker.directory().meshes().size();
    String hint = meshes == 0 ? "\nIt has no mesh yet: claudemesh mesh create NAME" : "";
    return "broker at "
        + broker.url()
        + ", data in "
        + Output.safe(broker.directory().folder().toString())
        + ", meshes: "
        + meshes
        + hint;
  }

  /** Starts a broker as the call's flags say. */
  static Broker start(Call call) throws CliException, IOException {
    Listen listen = Listen.of(call.arguments());
    Optional<TlsFiles> tls = tls(call.arguments());
    if (tls.isEmpty()) {
      requireLoopback(listen, call.arguments());
    }
    Path data = BrokerFolder.of(call);
    BrokerOptions plain = BrokerOptions.on(data, listen.port()).withHost(listen.host());
    BrokerOptions options = tls.map(plain::withTls).orElse(plain);
    try {
      return Broker.start(BrokerLimits.apply(call.arguments(), options));
    } catch (BindException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot listen on "
              + listen.host()
              + ":"
              + listen.port()
              + " ("
              + e.getMessage()
              + "): choose another port with --listen HOST:PORT, or end what listens there",
          e);
    }
  }

  private static Optional<TlsFiles> tls(Arguments given) throws UsageException {
    Optional<Path> certificate = given.value(TLS_CERT.name()).map(Path::of);
    Optional<Path> key = given.value(TLS_KEY.name()).map(Path::of);
    if (certificate.isPresent() != key.isPresent()) {
      throw new UsageException(
          "--tls-cert and --tls-key go together: a certificate and the key that belongs to it");
    }
    return certificate.map(file -> new TlsFiles(file, key.get()));
  }

  // Broadcasts, names and who speaks with whom would be open to the network.
  private static void requireLoopback(Listen listen, Arguments given) throws CliException {
    boolean reachable;
    try {
      reachable = !InetAddress.getByName(listen.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return; // said by whoever tries to listen there
    }
    if (reachable && !given.has(INSECURE.name())) {
      throw new CliException(
          ExitCode.FAILED,
          "will not listen on "
              + listen.host()
              + " without encryption: give it a certificate with --tls-cert and --tls-key, listen"
              + " on 127.0.0.1, or say --insecure if the network is yours");
    }
  }

  /** Waits for the interrupt that SIGINT and SIGTERM become. */
  static void untilInterrupted() throws InterruptedException {
    new CountDownLatch(1).await();
  }
}

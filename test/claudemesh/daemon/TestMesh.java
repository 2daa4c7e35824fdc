package claudemesh.daemon;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.JoinResult;
import claudemesh.broker.MemberRole;
import claudemesh.broker.Mesh;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.protocol.Invite;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** A broker in this process, on a real port and real files, with one mesh. */
final class TestMesh implements AutoCloseable {

  private static final int RATE = 100_000;

  final String slug;
  private final Path data;
  private final UnaryOperator<BrokerOptions> tuning;
  private final Mesh mesh;
  private Broker broker;

  TestMesh(Path data, String slug) throws IOException {
    this(data, slug, options -> options);
  }

  TestMesh(Path data, String slug, UnaryOperator<BrokerOptions> tuning) throws IOException {
    this.slug = slug;
    this.data = data;
    this.tuning = tuning;
    this.broker = start(0);
    String owner = Ed25519KeyPair.generate().publicHex();
    this.mesh = broker.directory().createMesh(slug, "owner", owner);
  }

  private Broker start(int port) throws IOException {
    BrokerOptions options = BrokerOptions.on(data, port).withRate(RATE, RATE);
    return Broker.start(tuning.apply(options));
  }

  String id() {
    return mesh.id();
  }

  String url() {
    return broker.url().toString();
  }

  /** Makes somebody a member, and an entry of their config. */
  JoinedMesh join(ConfigFolder config, String name) throws IOException {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    Instant until = Instant.now().plus(Duration.ofHours(1));
    Invite invite =
        broker.directory().createInvite(mesh.id(), broker.url(), MemberRole.MEMBER, 1, until);
    if (!(broker.directory().join(invite, keys.publicHex(), name)
        instanceof JoinResult.Joined in)) {
      throw new AssertionError(name + " could not join");
    }
    JoinedMesh joined =
        JoinedMesh.of(
            mesh.id(), in.memberId(), slug, keys, url(), mesh.rootKey(), name, Instant.now());
    Config.update(config, before -> before.with(joined));
    return joined;
  }

  /** Ends the broker; clients see it go. */
  void stop() {
    broker.close();
  }

  /** Starts it again where it was. */
  void restart() throws IOException {
    int port = broker.url().getPort();
    broker.close();
    broker = start(port);
  }

  @Override
  public void close() {
    broker.close();
  }
}

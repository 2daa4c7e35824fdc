package claudemesh.cli;

import claudemesh.client.SessionBrokerClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.lifecycle.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One mesh that {@code doctor} looks at, and what the checks of it hand on to those behind them: by
 * which address the way goes, and the session that the broker has accepted. For one thread; {@link
 * #close} ends the session.
 */
final class MeshExam implements AutoCloseable {

  private static final List<String> NAMES =
      List.of("proxy", "dns", "tcp", "tls", "upgrade", "clock", "hello", "round_trip");

  private final Call call;
  private final JoinedMesh mesh;
  private Way way;
  private SessionBrokerClient session;

  /** A mesh whose broker's address is one. */
  MeshExam(Call call, JoinedMesh mesh) {
    this.call = call;
    this.mesh = mesh;
    this.way = Way.to(mesh.brokerUrl(), Network.tls(call), call.environment());
  }

  /** Its checks, in the order in which a connection is made. */
  List<Check> checks() {
    return List.of(
        new ProxyCheck(this),
        new DnsCheck(this),
        new TcpCheck(this),
        new TlsCheck(this),
        new UpgradeCheck(this),
        new ClockCheck(this),
        new HelloCheck(this),
        new RoundTripCheck(this));
  }

  /** The same checks of a mesh that cannot be looked at, for a reason that all of them tell. */
  static List<Check> checksOfNone(Finding why) {
    List<Check> skipped = new ArrayList<>();
    for (String name : NAMES) {
      skipped.add(new SkippedCheck(name, why));
    }
    return skipped;
  }

  Call call() {
    return call;
  }

  JoinedMesh mesh() {
    return mesh;
  }

  /** The way to the broker, as far as it is known by now. */
  Way way() {
    return way;
  }

  void goBy(Way better) {
    way = better;
  }

  void opened(SessionBrokerClient accepted) {
    session = accepted;
  }

  Optional<SessionBrokerClient> session() {
    return Optional.ofNullable(session);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}

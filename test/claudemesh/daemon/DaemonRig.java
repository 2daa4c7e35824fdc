package claudemesh.daemon;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.JoinResult;
import claudemesh.broker.MemberRole;
import claudemesh.broker.Mesh;
import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.Membership;
import claudemesh.client.SessionBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import claudemesh.protocol.ParentAttestation;
import claudemesh.protocol.PeerDetails;
import claudemesh.time.Waiting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A real broker with meshes, alpha's config and her real daemon on its Unix socket; bravo is a
 * member of each mesh too, and comes with sessions of his own.
 */
final class DaemonRig implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(50);

  final Path folder;
  final Broker broker;
  final ConfigFolder config;
  private final List<SessionBrokerClient> open = new ArrayList<>();
  private final int port;
  Daemon daemon;

  private DaemonRig(Path folder, int tcpPort, String... meshes) throws IOException {
    this.folder = folder;
    this.port = tcpPort;
    this.broker = Broker.start(BrokerOptions.on(folder.resolve("broker"), 0));
    this.config = new ConfigFolder(folder.resolve("alpha"));
    for (String mesh : meshes) {
      join(mesh);
    }
  }

  /** A running daemon on these meshes, which is open on each. */
  static DaemonRig start(Path folder, String... meshes) throws Exception {
    DaemonRig rig = prepare(folder, meshes);
    rig.startDaemon();
    return rig;
  }

  /** All but the daemon. */
  static DaemonRig prepare(Path folder, String... meshes) throws IOException {
    return new DaemonRig(folder, 0, meshes);
  }

  void startDaemon() throws Exception {
    daemon = Daemon.start(options());
    for (Json mesh : client().get("/v1/status").list("meshes")) {
      String slug = mesh.string("mesh");
      await(
          slug + " to be open",
          () ->
              client().get("/v1/health").get("brokers").orElseThrow().string(slug).equals("open"));
    }
  }

  DaemonOptions options() {
    return DaemonOptions.of(config, DaemonFolder.in(config)).withTcpPort(port);
  }

  /** A mesh of which alpha is the owner and bravo a member, in alpha's config. */
  void join(String mesh) throws IOException {
    Ed25519KeyPair alpha = Ed25519KeyPair.generate();
    Mesh made = broker.directory().createMesh(mesh, "alpha", alpha.publicHex());
    JoinedMesh joined =
        JoinedMesh.of(
            made.id(),
            made.member(alpha.publicHex()).orElseThrow().memberId(),
            made.slug(),
            alpha,
            broker.url().toString(),
            made.rootKey(),
            "alpha",
            Instant.now());
    Config.update(config, before -> before.with(joined));
  }

  /** Somebody else's place in a mesh. */
  Membership member(String mesh, String name) throws IOException {
    Mesh of = broker.directory().bySlug(mesh).orElseThrow();
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    Invite invite =
        broker
            .directory()
            .createInvite(
                of.id(),
                URI.create(broker.url().toString()),
                MemberRole.MEMBER,
                1,
                Instant.now().plusSeconds(600));
    JoinResult.Joined joined =
        (JoinResult.Joined) broker.directory().join(invite, keys.publicHex(), name);
    return new Membership(of.id(), mesh, joined.memberId(), keys, broker.url().toString());
  }

  /** A session of somebody else, there already. */
  SessionBrokerClient session(Membership of, String name, ClientListener listener)
      throws Exception {
    ClientOptions options =
        ClientOptions.defaults()
            .withDetails(PeerDetails.NONE.withDisplayName(name))
            .withSessionId("session-of-" + name)
            .withCwd("/home/" + name);
    SessionBrokerClient session =
        SessionBrokerClient.start(of, Ed25519KeyPair.generate(), options, listener);
    open.add(session);
    session.awaitOpen(PATIENCE);
    return session;
  }

  Path socket() {
    return DaemonFolder.in(config).socket();
  }

  /** Asks as the member. */
  DaemonClient client() {
    return DaemonClient.at(socket(), Optional.empty());
  }

  /** Asks as a session. */
  DaemonClient client(String token) {
    return DaemonClient.at(socket(), Optional.of(token));
  }

  JoinedMesh mesh(String slug) throws IOException {
    return Config.load(config).mesh(slug).orElseThrow();
  }

  /** What a program hands in to be registered with a key pair of its own. */
  Json registration(String token, String mesh, String name, Ed25519KeyPair keys)
      throws IOException {
    ParentAttestation minted =
        ParentAttestation.mint(mesh(mesh).keys(), keys.publicHex(), Instant.now());
    Json attestation =
        Json.object()
            .put("session_pubkey", minted.sessionPubkey())
            .put("parent_member_pubkey", minted.parentMemberPubkey())
            .put("expires_at", minted.expiresAt())
            .put("signature", minted.signature())
            .build();
    return registration(token, mesh, name)
        .put(
            "presence",
            Json.object()
                .put("session_pubkey", keys.publicHex())
                .put("session_secret_key", keys.secretHex())
                .put("parent_attestation", attestation)
                .build())
        .build();
  }

  /** The same without a presence, to be built on. */
  Json.Builder registration(String token, String mesh, String name) {
    return Json.object()
        .put("token", token)
        .put("session_id", "id-of-" + name)
        .put("mesh", mesh)
        .put("display_name", name)
        .put("pid", ProcessHandle.current().pid())
        .put("cwd", "/home/alpha");
  }

  /** Registers a session whose key the daemon keeps, and waits until it is there; its key. */
  String register(String token, String mesh, String name) throws Exception {
    Json managed = Json.object().put("managed", true).build();
    Json reply =
        client()
            .post(
                "/v1/sessions/register",
                registration(token, mesh, name).put("presence", managed).build());
    String key = reply.string("session_pubkey");
    awaitPeer(mesh, key);
    return key;
  }

  /** Waits until the broker lists a key. */
  void awaitPeer(String mesh, String key) throws Exception {
    await(
        key + " to be listed",
        () ->
            client().get("/v1/peers", "mesh", mesh).list("peers").stream()
                .anyMatch(row -> row.string("pubkey").equals(key)));
  }

  /** Waits for something to be so. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    Waiting.until(what, condition);
  }

  static String token(int digit) {
    return Integer.toString(digit).repeat(64);
  }

  /** Every file under the daemon's folder. */
  List<Path> files() throws IOException {
    try (var all = Files.walk(DaemonFolder.in(config).path())) {
      return all.toList();
    }
  }

  @Override
  public void close() throws IOException {
    open.forEach(SessionBrokerClient::close);
    if (daemon != null) {
      daemon.close();
    }
    broker.close();
  }
}

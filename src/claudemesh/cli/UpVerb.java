package claudemesh.cli;

import claudemesh.broker.Broker;
import claudemesh.broker.JoinResult;
import claudemesh.broker.MemberRole;
import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.client.ClientListener;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code up}: a live mesh in one process, until it is interrupted. */
final class UpVerb implements Verb {

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration INVITE_LIFE = Duration.ofMinutes(5);
  private static final String ECHO = "echo";
  private static final Flag MESH =
      Flag.value("mesh", "NAME", "the mesh, created on first start; \"local\" unless given")
          .or("m");
  private static final Flag NAME =
      Flag.value("name", "NAME", "the name others see of you; your login name unless given")
          .or("n");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("up", "start a live mesh here: broker, your connection, an echo")
        .flags(
            MESH,
            NAME,
            Listen.FLAG,
            BrokerVerb.INSECURE,
            BrokerFolder.DATA,
            BrokerLimits.RATE,
            VerbSpec.JSON)
        .about(
            "One process, in the foreground until it is interrupted: a broker, your member"
                + " connection to it, and a session called echo that sends every message to it back"
                + " to its sender. On first start it creates the mesh and joins it as you.",
            "It takes no certificate, since its own connections would have to trust it too: for"
                + " other machines, use \"broker --tls-cert FILE --tls-key FILE\".")
        .examples("claudemesh up", "claudemesh up --listen :0 --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    try (Broker broker = BrokerVerb.start(call)) {
      JoinedMesh mesh = ensureJoined(call, broker);
      String name = Meshes.displayName(call, NAME.name(), Optional.of(mesh));
      try (DaemonBrokerClient member =
              Connections.member(mesh, Connections.options(call, name), new ClientListener() {});
          Echo echo =
              new Echo(
                  hears -> Connections.session(mesh, Connections.options(call, ECHO), hears))) {
        Deadline deadline = Deadline.in(OPEN_TIMEOUT);
        Connections.awaitOpen(call, mesh, member::awaitOpen, deadline);
        Connections.awaitOpen(call, mesh, echo.session()::awaitOpen, deadline);
        announce(call, broker, mesh, echo.session().publicKey());
        BrokerVerb.untilInterrupted();
        return ExitCode.OK;
      }
    }
  }

  /** The mesh of that name in the broker's folder, with this user as a member. */
  private static JoinedMesh ensureJoined(Call call, Broker broker)
      throws CliException, IOException {
    String wanted = call.arguments().value(MESH.name()).orElse("local");
    MeshDirectory directory = broker.directory();
    Optional<Mesh> there = directory.bySlug(wanted);
    requireSameMesh(call, wanted, there, directory);
    String url = BrokerFolder.localUrl(broker.url());
    JoinedMesh joined;
    if (there.isEmpty()) {
      Optional<JoinedMesh> none = Optional.empty();
      String owner = Meshes.displayName(call, NAME.name(), none);
      joined = MeshCreateVerb.create(directory, wanted, owner, url);
    } else {
      Optional<JoinedMesh> known = call.config().mesh(there.get().id());
      joined = known.isPresent() ? known.get().withBrokerUrl(url) : join(call, broker, there.get());
    }
    Config.update(call.configFolder(), config -> config.with(joined));
    return joined;
  }

  private static void requireSameMesh(
      Call call, String wanted, Optional<Mesh> there, MeshDirectory directory) throws CliException {
    Optional<JoinedMesh> known = call.config().mesh(wanted);
    boolean same =
        known.isEmpty() || there.isPresent() && there.get().id().equals(known.get().meshId());
    if (!same) {
      throw new CliException(
          ExitCode.FAILED,
          "you have joined another mesh called "
              + wanted
              + ", at "
              + known.get().brokerUrl()
              + ", which is not the one in "
              + directory.folder()
              + ": start one of another name with --mesh NAME, or forget that one with"
              + " \"claudemesh leave "
              + wanted
              + "\"");
    }
  }

  /** Into a mesh of this machine whose key this config has lost: the folder's owner may. */
  private static JoinedMesh join(Call call, Broker broker, Mesh mesh)
      throws CliException, IOException {
    Optional<JoinedMesh> none = Optional.empty();
    String name = Meshes.displayName(call, NAME.name(), none);
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    Instant now = Instant.now();
    String url = BrokerFolder.localUrl(broker.url());
    Invite invite =
        broker
            .directory()
            .createInvite(mesh.id(), URI.create(url), MemberRole.ADMIN, 1, now.plus(INVITE_LIFE));
    return switch (broker.directory().join(invite, keys.publicHex(), name)) {
      case JoinResult.Joined joined ->
          JoinedMesh.of(
              mesh.id(), joined.memberId(), mesh.slug(), keys, url, mesh.rootKey(), name, now);
      case JoinResult.Refused refused ->
          throw new CliException(ExitCode.REFUSED, "cannot join: " + refused.error());
    };
  }

  private static void announce(Call call, Broker broker, JoinedMesh mesh, String echoKey)
      throws IOException {
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("type", "ready")
                  .put("mesh", mesh.slug())
                  .put("url", broker.url().toString())
                  .put("data", broker.directory().folder().toString())
                  .put("echo", echoKey)
                  .put("pid", ProcessHandle.current().pid())
                  .build());
      return;
    }
    String command = ShellWords.command(call.environment());
    call.out()
        .text(
            String.join(
                "\n",
                List.of(
                    Output.safe("mesh " + mesh.slug() + " is up at " + broker.url())
                        + " (Ctrl-C ends it)",
                    "",
                    "Paste into a second shell:",
                    "",
                    "  " + command + " peer list",
                    "  " + command + " rtt " + ECHO,
                    "  echo '{\"to\":\"echo\",\"body\":\"hello\"}' | "
                        + command
                        + " connect --only message --count 1",
                    "")));
  }
}

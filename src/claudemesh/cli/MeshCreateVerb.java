package claudemesh.cli;

import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** {@code mesh create}: makes a mesh in a broker's data folder, with this user as its owner. */
final class MeshCreateVerb implements Verb {

  private static final Flag NAME =
      Flag.value("name", "NAME", "the name others see of you; your login name unless given")
          .or("n");
  private static final Flag URL =
      Flag.value(
          "url",
          "URL",
          "where the broker listens (ws:// or wss://); known by itself while it runs here");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("mesh create", "create a mesh that you own")
        .operands("NAME", 1, 1)
        .flags(NAME, URL, BrokerFolder.DATA, VerbSpec.JSON)
        .about(
            "Works on the data folder of a broker on this machine, whether it runs or not, and"
                + " joins the new mesh as its owner. Invite others with \"claudemesh invite\".")
        .examples("claudemesh mesh create team", "claudemesh mesh create team --name alice");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    Optional<JoinedMesh> none = Optional.empty();
    String owner = Meshes.displayName(call, NAME.name(), none);
    MeshDirectory directory = BrokerFolder.open(call);
    JoinedMesh joined =
        create(directory, call.arguments().operand(0), owner, brokerUrl(call, directory));
    Config.update(call.configFolder(), config -> config.with(joined));
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("slug", joined.slug())
                  .put("meshId", joined.meshId())
                  .put("memberId", joined.memberId())
                  .put("brokerUrl", joined.brokerUrl())
                  .build());
    } else {
      call.out().text(Output.safe("created " + joined.slug() + ", owned by " + owner));
    }
    return ExitCode.OK;
  }

  /** Makes a mesh with a fresh owner. */
  static JoinedMesh create(MeshDirectory directory, String name, String owner, String brokerUrl)
      throws CliException, IOException {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    try {
      Mesh mesh = directory.createMesh(name, owner, keys.publicHex());
      String memberId = mesh.member(keys.publicHex()).orElseThrow().memberId();
      return JoinedMesh.of(
          mesh.id(), memberId, mesh.slug(), keys, brokerUrl, mesh.rootKey(), owner, Instant.now());
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  private static String brokerUrl(Call call, MeshDirectory directory)
      throws CliException, IOException {
    Optional<String> given = call.arguments().value(URL.name());
    if (given.isPresent()) {
      return BrokerFolder.requireSocketAddress(given.get()).toString();
    }
    Optional<URI> running = directory.runningBroker();
    return running
        .map(BrokerFolder::localUrl)
        .orElse("ws://" + BrokerFolder.DEFAULT_LISTEN + "/ws");
  }
}

package claudemesh.cli;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Config;
import claudemesh.daemon.Join;
import claudemesh.daemon.JoinException;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.json.LineReader;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.protocol.Invite;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** {@code join}: becomes a member of a mesh by an invite link. */
final class JoinVerb implements Verb {

  private static final int MAX_LINK_BYTES = 16 << 10;
  private static final Flag NAME =
      Flag.value("name", "NAME", "the name others see; your login name unless given").or("n");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("join", "join a mesh by an invite link")
        .operands("LINK|-", 1, 1)
        .flags(NAME, Network.CA, Network.CLIENT_CERT, VerbSpec.JSON)
        .about(
            "LINK is ic://join/TOKEN, https://…/join/TOKEN or the token alone; - reads it from"
                + " standard input, where no list of processes shows it. Its shape, expiry and"
                + " signature are checked before anything is sent. Joining a mesh again keeps your"
                + " key.",
            "It goes the way that other verbs go: through the proxy that the environment names, and"
                + " with --ca to a broker whose certificate your own CA signed.")
        .examples(
            "claudemesh join ic://join/eyJ2Ijox… --name alice", "claudemesh join - <link.txt");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    JoinedMesh mesh = join(call, link(call), Instant.now());
    Config.update(call.configFolder(), config -> config.with(mesh));
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("slug", mesh.slug())
                  .put("meshId", mesh.meshId())
                  .put("memberId", mesh.memberId())
                  .put("displayName", mesh.displayName())
                  .put("brokerUrl", mesh.brokerUrl())
                  .build());
    } else {
      call.out()
          .text(
              Output.safe(
                  "joined " + mesh.slug() + " as " + mesh.displayName().orElse(mesh.memberId())));
    }
    return ExitCode.OK;
  }

  private static JoinedMesh join(Call call, String link, Instant now)
      throws CliException, InterruptedException {
    try {
      Invite invite = Join.requireGood(link, now);
      Optional<JoinedMesh> known = call.config().mesh(invite.meshId());
      Ed25519KeyPair keys =
          known.isPresent() ? Meshes.membership(known.get()).keys() : Ed25519KeyPair.generate();
      String name = Meshes.displayName(call, NAME.name(), known);
      JdkTransport transport = Network.transport(call);
      return Progress.during(
          call.streams(),
          () -> "asking " + invite.brokerUrl() + " …",
          () -> Join.join(link, keys, name, now, transport));
    } catch (JoinException e) {
      ExitCode code =
          switch (e.kind()) {
            case BAD_INVITE -> ExitCode.FAILED;
            case UNREACHABLE -> ExitCode.UNREACHABLE;
            case REFUSED -> ExitCode.REFUSED;
          };
      throw new CliException(code, e.getMessage(), e);
    }
  }

  private static String link(Call call) throws CliException, IOException {
    String link = call.arguments().operand(0);
    if (link.equals("-")) {
      link = new LineReader(call.streams().in(), MAX_LINK_BYTES).read();
    }
    if (link == null || link.isBlank()) {
      throw new UsageException("expected an invite link, found nothing");
    }
    return link;
  }
}

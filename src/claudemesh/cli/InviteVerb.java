package claudemesh.cli;

import claudemesh.broker.IssuedInvite;
import claudemesh.broker.MemberRole;
import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** {@code invite}: makes a link by which others join a mesh. */
final class InviteVerb implements Verb {

  private static final Duration DEFAULT_EXPIRES = Duration.ofDays(7);
  private static final int MOST_USES = 1_000_000;
  private static final Flag USES =
      Flag.value("uses", "N", "how many may join with it; 1 unless given");
  private static final Flag EXPIRES =
      Flag.value("expires", "DURATION", "how long it is good for, such as 12h; 7d unless given");
  private static final Flag ROLE =
      Flag.value("role", "ROLE", "what those who join may do: member (unless given) or admin")
          .among("member", "admin");
  private static final Flag URL =
      Flag.value(
          "url",
          "URL",
          "where others reach the broker (ws:// or wss://); its own address unless given");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("invite", "print a link by which others join a mesh")
        .flags(VerbSpec.MESH, USES, EXPIRES, ROLE, URL, BrokerFolder.DATA, VerbSpec.JSON)
        .about(
            "Works on the data folder of a broker on this machine, which holds the key that signs"
                + " invites. Whoever has the link can join: hand it on with care. invite list shows"
                + " what became of it, invite revoke calls it back.")
        .examples("claudemesh invite", "claudemesh invite --mesh team --uses 5 --expires 12h");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    Arguments arguments = call.arguments();
    int uses = arguments.number(USES.name(), 1, MOST_USES).orElse(1);
    Instant expires =
        Instant.now().plus(arguments.duration(EXPIRES.name()).orElse(DEFAULT_EXPIRES));
    MemberRole role = role(arguments.value(ROLE.name()).orElse("member"));
    MeshDirectory directory = BrokerFolder.open(call);
    Mesh mesh = BrokerFolder.mesh(call, directory);
    Invite invite =
        directory.createInvite(mesh.id(), brokerUrl(call, directory, mesh), role, uses, expires);
    if (call.wantsJson()) {
      call.out().json(row(invite, uses));
    } else {
      call.out().text(invite.link());
    }
    return ExitCode.OK;
  }

  private static Json row(Invite invite, int uses) {
    return Json.object()
        .put("id", IssuedInvite.idOf(invite))
        .put("link", invite.link())
        .put("mesh", invite.meshSlug())
        .put("role", invite.role())
        .put("uses", uses)
        .put("brokerUrl", invite.brokerUrl())
        .put("expiresAt", Instant.ofEpochSecond(invite.expiresAt()).toString())
        .build();
  }

  private static MemberRole role(String word) throws UsageException {
    return switch (word) {
      case "member" -> MemberRole.MEMBER;
      case "admin" -> MemberRole.ADMIN;
      default -> throw new UsageException("--role: expected member or admin, found " + word);
    };
  }

  private static URI brokerUrl(Call call, MeshDirectory directory, Mesh mesh)
      throws CliException, IOException {
    Optional<String> given = call.arguments().value(URL.name());
    if (given.isPresent()) {
      return BrokerFolder.requireSocketAddress(given.get());
    }
    Optional<URI> running = directory.runningBroker();
    if (running.isPresent()) {
      return running.get();
    }
    return call.config()
        .mesh(mesh.id())
        .map(JoinedMesh::brokerUrl)
        .map(URI::create)
        .orElseThrow(
            () ->
                new UsageException(
                    "no broker runs on this folder now: say where others reach it with --url"));
  }
}

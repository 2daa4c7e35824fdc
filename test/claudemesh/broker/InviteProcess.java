package claudemesh.broker;

import claudemesh.time.Clock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A process of its own that creates invites: {@code FOLDER MESH COUNT}. */
final class InviteProcess {

  private InviteProcess() {}

  public static void main(String[] args) throws Exception {
    MeshDirectory directory = MeshDirectory.open(Path.of(args[0]), Clock.SYSTEM);
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      directory.createInvite(
          args[1],
          URI.create("ws://127.0.0.1:1/ws"),
          MemberRole.MEMBER,
          1,
          Clock.SYSTEM.wallTime().plus(Duration.ofDays(1)));
    }
  }
}

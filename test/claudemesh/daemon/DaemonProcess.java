package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.store.InboxFilter;
import claudemesh.store.OutboxStatus;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A daemon in a process of its own, to be killed: {@code HOME NAME}. It runs on the config that is
 * there, takes commands as JSON lines, and answers in JSON lines.
 *
 * <pre>
 *   {"send":ID,"mesh":MESHID,"via":KEY?,"to":TARGET,"text":…}  ─►  {"taken":ID} once it is on disk
 *   {"counts":true}                                            ─►  {"pending":N,"dead":N,"inbox":N}
 *   end of input                                               ─►  closes, and ends
 * </pre>
 */
final class DaemonProcess {

  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

  private DaemonProcess() {}

  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcessForThousands();
    TestUser user = new TestUser(Path.of(args[0]), args[1]);
    try (Daemon daemon = user.start();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      say(Json.object().put("ready", true));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        obey(daemon, Json.parseObject(line));
      }
    }
  }

  private static void obey(Daemon daemon, Json command) {
    Optional<String> id = command.optionalString("send");
    if (id.isEmpty()) {
      say(counts(daemon));
      return;
    }
    SendRequest request =
        TestUser.message(
            command.string("mesh"),
            command.optionalString("via"),
            command.string("to"),
            id.get(),
            command.string("text"));
    daemon.sends().accept(request).thenAccept(accepted -> answer(id.get(), accepted));
  }

  private static void answer(String id, Accepted accepted) {
    switch (accepted) {
      case Accepted.Queued queued -> say(Json.object().put("taken", id));
      case Accepted.Duplicate duplicate -> say(Json.object().put("taken", id));
      default -> say(Json.object().put("refused", id).put("why", accepted.toString()));
    }
  }

  private static Json.Builder counts(Daemon daemon) {
    Map<OutboxStatus, Long> outbox = daemon.parts().outbox().counts();
    long pending =
        outbox.getOrDefault(OutboxStatus.PENDING, 0L)
            + outbox.getOrDefault(OutboxStatus.INFLIGHT, 0L);
    return Json.object()
        .put("pending", pending)
        .put("dead", outbox.getOrDefault(OutboxStatus.DEAD, 0L))
        .put("inbox", daemon.parts().inbox().count(InboxFilter.ALL));
  }

  private static void say(Json.Builder line) {
    try {
      OUT.write((line.build() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

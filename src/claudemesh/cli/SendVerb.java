package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** {@code send} and {@code topic send}: one message, from the session or the member. */
final class SendVerb implements Verb {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** The daemon itself waits for the broker, and then answers: until then it is not given up. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private static final int MAX_TEXT_BYTES = 1 << 20;
  private static final Flag PRIORITY =
      Flag.value("priority", "P", "now, next (unless given) or low").among("now", "next", "low");
  private static final Flag REPLY_TO =
      Flag.value("reply-to", "ID", "the id of the message that this one answers");
  private static final Flag ID =
      Flag.value("id", "ID", "the message's identity (a UUID): sent again, it is the same message");
  private static final Flag TIMEOUT =
      Flag.value("timeout", "S", "wait S seconds for the broker; 10 unless given").or("t");

  private static final Flag NO_WAIT =
      Flag.on("no-wait", "return as soon as the daemon has it on disk; needs a daemon");

  private final boolean topic;

  SendVerb(boolean topic) {
    this.topic = topic;
  }

  @Override
  public VerbSpec spec() {
    VerbSpec spec =
        topic
            ? VerbSpec.of("topic send", "send one message to a topic")
                .operands("TOPIC TEXT|-", 2, 2)
                .examples("claudemesh topic send deploys started")
            : VerbSpec.of("send", "send one message")
                .operands("TARGET TEXT|-", 2, 2)
                .examples("claudemesh send echo hello", "git log -1 | claudemesh send @team -");
    return spec.flags(
            VerbSpec.MESH,
            PRIORITY,
            REPLY_TO,
            ID,
            TIMEOUT,
            NO_WAIT,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.VERBOSE,
            VerbSpec.JSON)
        .about(
            "TARGET is a name of the peer list, a key or the first six or more digits of one, * for"
                + " everybody or @GROUP. TEXT - reads the text from standard input, without its"
                + " last line break. Messages to one peer are encrypted end to end; those to *,"
                + " @GROUP and topics are not.",
            "While a receiver's status is \"working\" or \"dnd\", its mail, that of topics too,"
                + " stays queued until it is \"idle\" again; only --priority now is handed on at"
                + " once.",
            "Inside \"claudemesh launch\" the session sends it, else you as a member. For a"
                + " conversation use \"claudemesh connect\".",
            "If a daemon runs, the message is on its disk first, and is sent however long the"
                + " broker is away: \"queued\" with exit code 0 if that takes longer than"
                + " --timeout. Without one, exit code 4 says that it was not sent.");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Duration timeout = call.arguments().duration(TIMEOUT.name()).orElse(DEFAULT_TIMEOUT);
    boolean wait = !call.arguments().has(NO_WAIT.name());
    Json.Builder body = body(call);
    Optional<DaemonClient> daemon = MeshAccess.daemon(call);
    if (daemon.isEmpty() && !wait) {
      throw DaemonAccess.noDaemon();
    }
    Json sent;
    if (daemon.isEmpty()) {
      sent = OwnSend.send(call, body.build(), timeout);
    } else {
      body.put("mesh", call.mesh()).put("wait_ms", wait ? Math.max(1, timeout.toMillis()) : 0);
      DaemonClient waiting = daemon.get().within(timeout.plus(MARGIN));
      sent = DaemonAccess.open(call, waiting).post("/v1/send", body.build());
    }
    if (sent.string("status", "").equals("dead")) {
      throw new CliException(
          ExitCode.REFUSED, "the broker refused: " + sent.string("last_error", "no reason"));
    }
    report(call, sent);
    return ExitCode.OK;
  }

  private Json.Builder body(Call call) throws CliException, IOException {
    Arguments given = call.arguments();
    String priority = given.value(PRIORITY.name()).orElse("next");
    if (!PRIORITY.choices().contains(priority)) {
      throw new UsageException("--priority: expected now, next or low, found " + priority);
    }
    Optional<String> id = given.value(ID.name());
    return Json.object()
        .put("to", target(given))
        .put("message", text(call))
        .put("priority", priority)
        .put("reply_to_id", given.value(REPLY_TO.name()))
        .put("client_message_id", id.isPresent() ? id.get() : UUID.randomUUID().toString());
  }

  private String target(Arguments given) {
    String word = given.operand(0);
    return topic ? "#" + TopicVerb.bare(word) : word;
  }

  private static String text(Call call) throws CliException, IOException {
    String operand = call.arguments().operand(1);
    if (!operand.equals("-")) {
      return operand;
    }
    byte[] bytes = call.streams().in().readNBytes(MAX_TEXT_BYTES + 1);
    if (bytes.length > MAX_TEXT_BYTES) {
      throw new CliException(
          ExitCode.FAILED, "the text is longer than " + MAX_TEXT_BYTES + " bytes");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCode.FAILED, "standard input is not UTF-8 text", e);
    }
  }

  private void report(Call call, Json sent) throws IOException {
    String to = sent.string("to", target(call.arguments()));
    boolean openly = to.startsWith("*") || to.startsWith("@") || to.startsWith("#");
    String status = sent.has("broker_message_id") ? "done" : "queued";
    if (call.wantsJson()) {
      Json.Builder line = Json.object().put("id", sent.string("client_message_id"));
      line.put("message_id", sent.string("broker_message_id", null));
      line.put("to", to).put("encrypted", !openly).put("status", status);
      call.out().json(line.put("why", sent.string("last_error", null)).build());
      return;
    }
    String shown = Output.safe(target(call.arguments()));
    String end = openly ? ", not encrypted" : "";
    if (status.equals("done")) {
      String id = Output.safe(sent.string("broker_message_id"));
      call.out().text("sent to " + shown + " as " + id + end);
    } else {
      String why = sent.string("last_error", "");
      String because = why.isEmpty() ? "" : " (" + why + ")";
      call.out().text("queued for " + shown + Output.safe(because) + end);
    }
  }
}

package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.PeerDirectory;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** {@code send}: one message, from this user as a member. */
final class SendVerb implements Verb {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_TEXT_BYTES = 1 << 20;
  private static final Flag PRIORITY =
      Flag.value("priority", "P", "now, next (unless given) or low").among("now", "next", "low");
  private static final Flag REPLY_TO =
      Flag.value("reply-to", "ID", "the id of the message that this one answers");
  private static final Flag ID =
      Flag.value("id", "ID", "the message's identity (a UUID): sent again, it is the same message");
  private static final Flag TIMEOUT =
      Flag.value("timeout", "S", "give up after S seconds; 10 unless given").or("t");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("send", "send one message")
        .operands("TARGET TEXT|-", 2, 2)
        .flags(
            VerbSpec.MESH,
            PRIORITY,
            REPLY_TO,
            ID,
            TIMEOUT,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.JSON)
        .about(
            "TARGET is a name of the peer list, a key or the first six or more digits of one, * for"
                + " everybody or @GROUP. TEXT - reads the text from standard input, without its"
                + " last line break. Messages to one peer are encrypted end to end; those to * and"
                + " @GROUP are not.",
            "It is sent as you, the member: answers come to your member connection. For a"
                + " conversation use \"claudemesh connect\".",
            "With --json: {\"id\",\"message_id\",\"to\",\"encrypted\"}.")
        .examples("claudemesh send echo hello", "git log -1 | claudemesh send @team -");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Deadline deadline =
        Deadline.in(call.arguments().duration(TIMEOUT.name()).orElse(DEFAULT_TIMEOUT));
    Priority priority = priority(call.arguments());
    JoinedMesh mesh = Meshes.one(call);
    String text = text(call);
    String name = Meshes.displayName(call, mesh);
    try (DaemonBrokerClient client =
        Connections.member(mesh, Connections.options(call, name), new ClientListener() {})) {
      Connections.awaitOpen(call, mesh, client::awaitOpen, deadline);
      Target target = target(call, client, mesh, deadline);
      OutgoingMessage message =
          new OutgoingMessage(
              call.arguments().value(ID.name()).orElseGet(() -> UUID.randomUUID().toString()),
              target,
              text,
              priority,
              call.arguments().value(REPLY_TO.name()),
              List.of());
      report(call, message, send(client, message, deadline));
      return ExitCode.OK;
    }
  }

  private static Priority priority(Arguments arguments) throws UsageException {
    try {
      return Priority.of(arguments.value(PRIORITY.name()).orElse("next"));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
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

  private static Target target(
      Call call, DaemonBrokerClient client, JoinedMesh mesh, Deadline deadline)
      throws CliException, InterruptedException {
    List<PeerSummary> peers = Connections.answer(client.listPeers(), deadline);
    try {
      return PeerDirectory.resolve(call.arguments().operand(0), peers, mesh.pubkey());
    } catch (UnknownPeerException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  /** Sends until the broker has decided, or time is up. */
  private static String send(DaemonBrokerClient client, OutgoingMessage message, Deadline deadline)
      throws CliException, InterruptedException {
    CompletableFuture<BrokerSendResult> decided = new CompletableFuture<>();
    try (OrderedSender sender =
        new OrderedSender(client, 1, (sent, result) -> decided.complete(result))) {
      sender.submit(message);
      return switch (Connections.answer(decided, deadline)) {
        case BrokerSendResult.Accepted accepted -> accepted.messageId();
        case BrokerSendResult.Permanent refused ->
            throw new CliException(ExitCode.REFUSED, "the broker refused: " + refused.reason());
        case BrokerSendResult.Transient later ->
            throw new CliException(ExitCode.UNREACHABLE, later.reason());
        case BrokerSendResult.Unknown lost ->
            throw new CliException(ExitCode.UNREACHABLE, lost.cause());
      };
    }
  }

  private static void report(Call call, OutgoingMessage message, String messageId)
      throws IOException {
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("id", message.id())
                  .put("message_id", messageId)
                  .put("to", message.target().spec())
                  .put("encrypted", message.target().isBoxed())
                  .build());
    } else {
      String openly = message.target().isBoxed() ? "" : ", not encrypted";
      String to = Output.safe(call.arguments().operand(0));
      call.out().text("sent to " + to + " as " + Output.safe(messageId) + openly);
    }
  }
}

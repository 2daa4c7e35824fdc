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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends one message over a member connection of the call's own, where no daemon runs. */
final class OwnSend {

  private OwnSend() {}

  /**
   * Sends and waits until the broker has decided.
   *
   * @param body what the daemon would be asked: to, message, client_message_id, priority
   * @return what became of it: {@code status} done, {@code broker_message_id}, {@code to}
   */
  static Json send(Call call, Json body, Duration timeout)
      throws CliException, InterruptedException {
    Deadline deadline = Deadline.in(timeout);
    FirstUse.ofCryptography();
    JoinedMesh mesh = Meshes.one(call);
    String name = Meshes.displayName(call, mesh);
    try (DaemonBrokerClient client =
        Connections.member(mesh, Connections.options(call, name), new ClientListener() {})) {
      Connections.awaitOpen(call, mesh, client::awaitOpen, deadline);
      Target target = target(body.string("to"), client, mesh, deadline);
      OutgoingMessage message =
          new OutgoingMessage(
              body.string("client_message_id"),
              target,
              body.string("message"),
              Priority.of(body.string("priority")),
              body.optionalString("reply_to_id"),
              List.of());
      return Json.object()
          .put("client_message_id", message.id())
          .put("status", "done")
          .put("broker_message_id", send(client, message, deadline))
          .put("to", target.spec())
          .build();
    }
  }

  private static Target target(
      String to, DaemonBrokerClient client, JoinedMesh mesh, Deadline deadline)
      throws CliException, InterruptedException {
    List<PeerSummary> peers = Connections.answer(client.listPeers(), deadline);
    try {
      return PeerDirectory.resolve(to, peers, mesh.pubkey());
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
}

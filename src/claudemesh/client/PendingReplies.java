package claudemesh.client;

import claudemesh.lifecycle.SendRefusedException;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.ClientMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends and requests that wait for the broker's answer. Each settles exactly once: by its answer,
 * by the end of the connection, or by its time. Thread-safe.
 */
final class PendingReplies {

  /** Writes a frame, or says why not. */
  interface Writer {
    void write() throws SendRefusedException;
  }

  /** Writes a request with a correlation id. */
  interface RequestWriter {
    void write(String reqId) throws SendRefusedException;
  }

  /** Makes a request with a correlation id. */
  interface Request {
    ClientMessage with(Optional<String> reqId);
  }

  private record Reply(Class<?> type, CompletableFuture<BrokerMessage> future) {}

  private final Duration timeout;
  private final AtomicLong lastReqId = new AtomicLong();
  private final Map<String, CompletableFuture<BrokerSendResult>> sends = new ConcurrentHashMap<>();
  private final Map<String, Reply> requests = new ConcurrentHashMap<>();

  PendingReplies(Duration timeout) {
    this.timeout = timeout;
  }

  /** Sends once; a second call with the id of a send under way joins it. */
  CompletableFuture<BrokerSendResult> send(String id, Writer writer) {
    CompletableFuture<BrokerSendResult> mine = new CompletableFuture<>();
    CompletableFuture<BrokerSendResult> earlier = sends.putIfAbsent(id, mine);
    if (earlier != null) {
      return earlier;
    }
    String late = "no ack within " + timeout.toSeconds() + " s";
    mine.completeOnTimeout(
        new BrokerSendResult.Transient(late), timeout.toNanos(), TimeUnit.NANOSECONDS);
    mine.whenComplete((result, failure) -> sends.remove(id, mine));
    try {
      writer.write();
    } catch (SendRefusedException e) {
      mine.complete(
          e.reason() == SendRefusedException.Reason.NOT_UNICODE
              ? new BrokerSendResult.Permanent(e.getMessage())
              : new BrokerSendResult.Transient(e.getMessage()));
    }
    return mine;
  }

  <R extends BrokerMessage> CompletableFuture<R> request(RequestWriter writer, Class<R> replyType) {
    String reqId = "r" + lastReqId.incrementAndGet();
    CompletableFuture<BrokerMessage> future = new CompletableFuture<>();
    requests.put(reqId, new Reply(replyType, future));
    try {
      writer.write(reqId);
    } catch (SendRefusedException e) {
      future.completeExceptionally(notSent(e));
    }
    return future
        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .handle(
            (reply, failure) -> {
              requests.remove(reqId);
              if (failure != null) {
                throw new CompletionException(cause(failure));
              }
              return replyType.cast(reply);
            });
  }

  private Throwable cause(Throwable failure) {
    return failure instanceof TimeoutException
        ? new RequestException(
            RequestException.Cause.TIMEOUT,
            "",
            "the broker did not answer within " + timeout.toSeconds() + " s")
        : failure;
  }

  /** Settles a send, or the request that the ack answers. */
  void settle(BrokerMessage.Ack ack) {
    CompletableFuture<BrokerSendResult> send = sends.get(ack.id());
    if (send != null) {
      send.complete(BrokerSendResult.of(ack));
    } else {
      settle((BrokerMessage) ack);
    }
  }

  /** Settles the request that a reply answers; a reply of another type is no answer. */
  void settle(BrokerMessage reply) {
    Reply waiting = reply.reqId().map(requests::get).orElse(null);
    if (waiting != null && waiting.type().isInstance(reply)) {
      waiting.future().complete(reply);
    }
  }

  /** Settles what an error frame names; false if it names nothing that waits. */
  boolean settle(BrokerMessage.Error error) {
    CompletableFuture<BrokerSendResult> send = error.id().map(sends::get).orElse(null);
    if (send != null) {
      return send.complete(BrokerSendResult.of(error));
    }
    Reply waiting = error.reqId().map(requests::get).orElse(null);
    return waiting != null
        && waiting
            .future()
            .completeExceptionally(
                new RequestException(
                    RequestException.Cause.REFUSED,
                    error.code(),
                    "the broker refused: " + error.code() + ", " + error.message()));
  }

  /** The connection is gone: nothing that waits on it can be answered any more. */
  void disconnected(String cause) {
    for (var send : List.copyOf(sends.values())) {
      send.complete(new BrokerSendResult.Unknown(cause));
    }
    for (Reply waiting : List.copyOf(requests.values())) {
      waiting.future().completeExceptionally(notConnected(cause));
    }
  }

  /** A request that was not even taken for sending. */
  static RequestException notSent(SendRefusedException refused) {
    return refused.reason() == SendRefusedException.Reason.NOT_OPEN
        ? notConnected(refused.getMessage())
        : new RequestException(RequestException.Cause.NOT_SENT, "", refused.getMessage());
  }

  private static RequestException notConnected(String words) {
    return new RequestException(RequestException.Cause.DISCONNECTED, "", words);
  }
}

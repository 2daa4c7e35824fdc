package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.LineReader;
import claudemesh.json.Log;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * JSON-RPC 2.0 over lines: one message a line each way, as MCP's stdio transport has it. Requests
 * are answered on a virtual thread each, in whatever order they are done; notifications on the
 * thread that reads, in their order.
 */
final class JsonRpc {

  private static final int LONGEST_LINE = 4 << 20;
  private static final long LAST_ANSWERS_SECONDS = 10;

  static final int PARSE_ERROR = -32_700;
  static final int INVALID_REQUEST = -32_600;
  static final int NO_METHOD = -32_601;
  static final int INVALID_PARAMS = -32_602;
  static final int INTERNAL = -32_603;

  /** What a call of a method does. */
  interface Handler {
    /**
     * Answers a request; on a thread of its own, which is interrupted if the caller cancels.
     *
     * @param method its name
     * @param params its parameters, an empty object if it has none
     * @return the result
     * @throws RpcException to answer with an error
     */
    Json request(String method, Json params) throws RpcException, InterruptedException;

    /**
     * Takes a notification.
     *
     * @param method its name
     * @param params its parameters, an empty object if it has none
     */
    void notification(String method, Json params);
  }

  /** An answer that is an error. */
  static final class RpcException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The error's number. */
    private final int code;

    RpcException(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  private final LineReader in;
  private final Output out;
  private final Handler handler;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Json, Future<?>> underWay = new ConcurrentHashMap<>();

  JsonRpc(InputStream in, Output out, Handler handler) {
    this.in = new LineReader(in, LONGEST_LINE);
    this.out = out;
    this.handler = handler;
  }

  /**
   * Serves until the input ends; what is under way then is still answered. To be called once.
   *
   * @throws BrokenPipeException if the reader of the answers has gone
   */
  void serve() throws IOException, InterruptedException {
    for (String line = next(); line != null; line = next()) {
      if (!line.isBlank()) {
        take(line);
      }
    }
    calls.shutdown();
    if (!calls.awaitTermination(LAST_ANSWERS_SECONDS, TimeUnit.SECONDS)) {
      calls.shutdownNow();
    }
  }

  private String next() throws IOException {
    while (true) {
      try {
        return in.read();
      } catch (LineReader.LineException e) {
        fail(null, PARSE_ERROR, e.getMessage());
      }
    }
  }

  /** Tells the client something that it did not ask for. */
  void tell(String method, Json params) throws BrokenPipeException {
    out.json(envelope().put("method", method).put("params", params).build());
  }

  private void take(String line) throws BrokenPipeException {
    Json message;
    try {
      message = Json.parse(line);
    } catch (JsonException e) {
      fail(null, PARSE_ERROR, e.getMessage());
      return;
    }
    Json id = message.isObject() ? message.get("id").orElse(null) : null;
    try {
      take(message, id);
    } catch (JsonException e) {
      fail(id, INVALID_REQUEST, e.getMessage());
    }
  }

  private void take(Json message, Json id) throws BrokenPipeException {
    if (!message.isObject() || !message.string("jsonrpc", "").equals("2.0")) {
      fail(id, INVALID_REQUEST, "expected one JSON-RPC 2.0 object a line");
      return;
    }
    if (!message.has("method")) {
      return; // an answer; nothing was asked
    }
    String method = message.string("method");
    Json params = message.get("params").filter(Json::isObject).orElse(Json.object().build());
    if (id == null) {
      notified(method, params);
    } else {
      Future<?> call = calls.submit(() -> answer(id, method, params));
      underWay.put(id, call);
      if (call.isDone()) { // before it could be found there
        underWay.remove(id, call);
      }
    }
  }

  private void notified(String method, Json params) {
    if (method.equals("notifications/cancelled")) {
      params.get("requestId").map(underWay::remove).ifPresent(call -> call.cancel(true));
    } else {
      handler.notification(method, params);
    }
  }

  private Void answer(Json id, String method, Json params) throws BrokenPipeException {
    try {
      out.json(envelope().put("id", id).put("result", handler.request(method, params)).build());
    } catch (RpcException e) {
      fail(id, e.code, e.getMessage());
    } catch (InterruptedException cancelled) {
      Log.debug("request_cancelled", "method", method); // and gets no answer
    } catch (JsonException e) {
      fail(id, INVALID_PARAMS, e.getMessage());
    } catch (RuntimeException e) {
      Log.error("request_failed", "method", method, "why", e.toString());
      fail(id, INTERNAL, "this is a fault of claudemesh: " + e);
    } finally {
      underWay.remove(id);
    }
    return null;
  }

  private void fail(Json id, int code, String message) throws BrokenPipeException {
    Json error = Json.object().put("code", code).put("message", message).build();
    Json.Builder answer = envelope();
    if (id == null) {
      answer.putNull("id");
    } else {
      answer.put("id", id);
    }
    out.json(answer.put("error", error).build());
  }

  private static Json.Builder envelope() {
    return Json.object().put("jsonrpc", "2.0");
  }

  /** A result's parts that a client may show as they are. */
  static Json text(String words) {
    Json part = Json.object().put("type", "text").put("text", words).build();
    return Json.array(List.of(part));
  }
}

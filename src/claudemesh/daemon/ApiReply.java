package claudemesh.daemon;

import claudemesh.json.Json;
import java.util.List;

/**
 * What the daemon answers to a request.
 *
 * @param status the HTTP status
 * @param body the JSON body; no secrets
 */
record ApiReply(int status, Json body) {

  static ApiReply ok(Json.Builder body) {
    return new ApiReply(200, body.build());
  }

  /** {@code {"name":[rows]}}. */
  static ApiReply list(String name, List<Json> rows) {
    return ok(Json.object().put(name, Json.array(rows)));
  }

  /** {@code {"error":word}}. */
  static ApiReply error(int status, String word) {
    return new ApiReply(status, Json.object().put("error", word).build());
  }

  /** {@code {"error":word,"detail":words}}: one word for programs, a sentence for people. */
  static ApiReply error(int status, String word, String detail) {
    return new ApiReply(status, Json.object().put("error", word).put("detail", detail).build());
  }

  static ApiReply notFound() {
    return error(404, "not found");
  }
}

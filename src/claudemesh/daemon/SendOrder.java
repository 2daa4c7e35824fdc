package claudemesh.daemon;

import claudemesh.crypto.RequestFingerprint;
import claudemesh.json.Json;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * What a {@code POST /v1/send} asks for, before anybody knows whom its name means.
 *
 * @param to whom, as the caller wrote it
 * @param message the text
 * @param priority how urgent
 * @param meta the caller's own object, in canonical form; part of what makes a request the same
 * @param replyToId the message it answers
 * @param mesh the mesh it names
 * @param clientMessageId its identity: the caller's, else a fresh one
 */
record SendOrder(
    String to,
    String message,
    Priority priority,
    Optional<String> meta,
    Optional<String> replyToId,
    Optional<String> mesh,
    String clientMessageId) {

  private static final int LONGEST_ID = 256;
  private static final int KEY_LENGTH = 64;

  /**
   * Reads a request.
   *
   * @param request the request
   * @throws ApiRefusal if something is missing or of the wrong form, in the recorded order
   */
  static SendOrder decode(ApiRequest request) throws ApiRefusal {
    Json body = request.body();
    String to = ApiRequest.required(body, "to").strip();
    String message = body.get("message").filter(Json::isString).map(Json::asString).orElse("");
    if (message.isEmpty()) {
      throw new ApiRefusal(400, "missing 'message'");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(message)) {
      throw new ApiRefusal(400, "message must be Unicode text, but has half a surrogate pair");
    }
    return new SendOrder(
        to,
        message,
        priority(body),
        meta(body),
        body.optionalString("reply_to_id"),
        body.optionalString("mesh").map(String::strip).filter(mesh -> !mesh.isEmpty()),
        clientMessageId(body, request));
  }

  private static Priority priority(Json body) throws ApiRefusal {
    Optional<Json> given = body.get("priority");
    try {
      return given.isEmpty() ? Priority.NEXT : Priority.of(given.get().asString());
    } catch (IllegalArgumentException e) {
      throw new ApiRefusal(400, "priority must be 'now' | 'next' | 'low'");
    }
  }

  private static Optional<String> meta(Json body) throws ApiRefusal {
    Optional<Json> meta = body.get("meta");
    if (meta.isPresent() && !meta.get().isObject()) {
      throw new ApiRefusal(400, "'meta' must be an object");
    }
    return meta.map(SendOrder::canonical).map(Json::toString);
  }

  /** The same with its fields in order, at every depth. */
  private static Json canonical(Json json) {
    if (!json.isObject()) {
      return json;
    }
    List<String> names = new ArrayList<>(json.names());
    Collections.sort(names);
    Json.Builder sorted = Json.object();
    for (String name : names) {
      sorted.putNull(name).put(name, json.get(name).map(SendOrder::canonical).orElse(null));
    }
    return sorted.build();
  }

  private static String clientMessageId(Json body, ApiRequest request) throws ApiRefusal {
    String id =
        body.get("client_message_id")
            .filter(Json::isString)
            .map(given -> given.asString().strip())
            .filter(given -> !given.isEmpty())
            .or(() -> request.header("Idempotency-Key").filter(given -> !given.isEmpty()))
            .orElseGet(() -> UUID.randomUUID().toString());
    if (id.length() > LONGEST_ID) {
      throw new ApiRefusal(
          400,
          "client_message_id must have at most " + LONGEST_ID + " characters, has " + id.length());
    }
    return id;
  }

  /**
   * What is asked, hashed: the same request again has the same, whomever the name means by then.
   */
  String fingerprint() {
    boolean one = !to.equals("*") && !to.startsWith("@") && !to.startsWith("#");
    return RequestFingerprint.of(
        one ? "dm" : "topic",
        to,
        replyToId.orElse(null),
        priority.word(),
        meta.orElse(null),
        message);
  }

  /** The target, if {@link #to} is one as it stands; empty if it is a name to be looked up. */
  Optional<Target> target() {
    String spec = to.length() == KEY_LENGTH ? to.toLowerCase(Locale.ROOT) : to;
    try {
      return Optional.of(Target.parse(spec));
    } catch (IllegalArgumentException name) {
      return Optional.empty();
    }
  }
}

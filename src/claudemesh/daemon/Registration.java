package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Keys;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.Group;
import claudemesh.protocol.ParentAttestation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a program hands in to be registered (protocol.md §8).
 *
 * <pre>
 *   {token, session_id, mesh, display_name, pid, cwd?, role?, groups?: ["g", "g:role", {name, role?}],
 *    presence?: {session_pubkey, session_secret_key, parent_attestation: {session_pubkey,
 *                parent_member_pubkey, expires_at, signature}}
 *            or {managed: true}}
 * </pre>
 *
 * <p>With {@code managed} the daemon keeps the session's key pair itself ({@link SessionKeys}).
 *
 * @param token the token it wants to show, 64 lowercase hex digits
 * @param sessionId its own id
 * @param mesh the mesh's short name or id
 * @param displayName the name others see
 * @param pid its process
 * @param cwd its working directory
 * @param role the user's own word for what it does
 * @param groups groups it is in from the start
 * @param presence how it wants to be present; empty if it does not
 */
record Registration(
    String token,
    String sessionId,
    String mesh,
    String displayName,
    long pid,
    Optional<String> cwd,
    Optional<String> role,
    List<Group> groups,
    Optional<Json> presence) {

  private static final String TOKEN_FORM = "token must be 64 hex chars";

  /**
   * Reads a request.
   *
   * @param body the request's object
   * @return what it asks for
   * @throws JsonException if something is missing or of the wrong form; its message is for the
   *     caller
   */
  static Registration decode(Json body) {
    Optional<String> token = body.get("token").filter(Json::isString).map(Json::asString);
    if (token.filter(Keys::isPublicHex).isEmpty()) {
      throw new JsonException(TOKEN_FORM);
    }
    return new Registration(
        token.get(),
        text(body, "session_id"),
        text(body, "mesh"),
        text(body, "display_name"),
        pid(body),
        body.optionalString("cwd"),
        body.optionalString("role"),
        groups(body),
        body.get("presence"));
  }

  private static String text(Json body, String field) {
    return body.optionalString(field)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> new JsonException("missing '" + field + "'"));
  }

  private static long pid(Json body) {
    long pid = body.optionalNumber("pid").orElseThrow(() -> new JsonException("missing 'pid'"));
    if (pid < 1) {
      throw new JsonException("pid must be a process id, found " + pid);
    }
    return pid;
  }

  private static List<Group> groups(Json body) {
    List<Group> groups = new ArrayList<>();
    for (Json group : body.list("groups")) {
      groups.add(group.isObject() ? Group.decode(group) : group(group.asString()));
    }
    return groups;
  }

  private static Group group(String word) {
    int colon = word.indexOf(':');
    return colon < 0
        ? new Group(word, Optional.empty())
        : new Group(word.substring(0, colon), Optional.of(word.substring(colon + 1)));
  }

  /** Whether the daemon is to keep the session's key pair. */
  boolean isManaged() {
    return presence.filter(asked -> asked.bool("managed", false)).isPresent();
  }

  /**
   * The key pair that was handed in, once it is sure that the member vouches for it. When is not
   * asked: the connection mints an attestation of its own each time.
   *
   * @param memberPubkey the member's stable key on the mesh
   * @return the pair
   * @throws JsonException if it is none, or the attestation is for other keys or not signed by the
   *     member; the message says which and repeats no secret
   */
  Ed25519KeyPair handedIn(String memberPubkey) {
    Json given = presence.orElseThrow(() -> new JsonException("missing 'presence'"));
    Ed25519KeyPair keys;
    try {
      keys = Ed25519KeyPair.fromSecretHex(given.string("session_secret_key"));
    } catch (IllegalArgumentException e) {
      throw new JsonException("session_secret_key: " + e.getMessage());
    }
    if (!given.string("session_pubkey").equals(keys.publicHex())) {
      throw new JsonException("session_pubkey: expected the key of session_secret_key");
    }
    ParentAttestation attestation = attestation(given);
    long expiresAt = attestation.expiresAt().orElse(0);
    Instant whileGood = Instant.ofEpochMilli(expiresAt).minus(Duration.ofMinutes(1));
    Optional<String> fault = attestation.fault(keys.publicHex(), memberPubkey, whileGood);
    if (fault.isPresent()) {
      throw new JsonException("parent_attestation: " + fault.get());
    }
    return keys;
  }

  /** The attestation that was handed in, as replies show it. */
  Optional<Json> shownAttestation() {
    return presence
        .filter(given -> given.has("parent_attestation"))
        .map(Registration::attestation)
        .map(ParentAttestation::encode);
  }

  private static ParentAttestation attestation(Json presence) {
    Json given =
        presence
            .get("parent_attestation")
            .orElseThrow(() -> new JsonException("missing 'parent_attestation'"));
    return new ParentAttestation(
        given.string("session_pubkey"),
        given.string("parent_member_pubkey"),
        OptionalLong.of(given.number("expires_at")),
        given.string("signature"));
  }

  /**
   * The session asked for.
   *
   * @param slug the mesh's short name
   * @param keys its key pair; empty if it is not to be present
   * @param start which process it is
   * @param now when it is registered
   * @return the session
   */
  RegisteredSession toSession(
      String slug, Optional<Ed25519KeyPair> keys, Optional<ProcessStart> start, Instant now) {
    return new RegisteredSession(
        token,
        sessionId,
        slug,
        displayName,
        pid,
        start,
        cwd,
        role,
        groups,
        keys,
        keys.isPresent() ? shownAttestation() : Optional.empty(),
        now);
  }
}

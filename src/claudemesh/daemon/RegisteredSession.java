package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.Group;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One session that the daemon knows (protocol.md §8): a program of this user on one mesh, for as
 * long as its process lives.
 *
 * @param token what its program shows to speak in its name, 64 lowercase hex digits; a secret
 * @param sessionId the program's own id, stable when it is resumed
 * @param mesh the mesh's short name
 * @param displayName the name others see
 * @param pid its process
 * @param start which process of that number; empty if there was none when it was registered
 * @param cwd its working directory
 * @param role the user's own word for what it does
 * @param groups groups it is in from the start
 * @param keys its key pair, if it is to be present on the mesh itself; otherwise it sends as the
 *     member
 * @param attestation what was handed in with the key, as replies show it; only shown, since each
 *     connect mints its own
 * @param registeredAt when
 */
public record RegisteredSession(
    String token,
    String sessionId,
    String mesh,
    String displayName,
    long pid,
    Optional<ProcessStart> start,
    Optional<String> cwd,
    Optional<String> role,
    List<Group> groups,
    Optional<Ed25519KeyPair> keys,
    Optional<Json> attestation,
    Instant registeredAt) {

  private static final int PREFIX = 8;

  /** Keeps a copy of the groups. */
  public RegisteredSession {
    groups = List.copyOf(groups);
  }

  /**
   * The key that others send to.
   *
   * @return 64 lowercase hex digits; empty if it is not present on the mesh itself
   */
  public Optional<String> pubkey() {
    return keys.map(Ed25519KeyPair::publicHex);
  }

  /**
   * What may be shown of the token.
   *
   * @return its first eight digits
   */
  public String tokenPrefix() {
    return prefixOf(token);
  }

  static String prefixOf(String token) {
    return token.substring(0, Math.min(PREFIX, token.length()));
  }

  /** The session for a reply: as recorded, but without the secret key (protocol.md §8). */
  Json shown() {
    Json.Builder shown =
        Json.object()
            .put("sessionId", sessionId)
            .put("mesh", mesh)
            .put("displayName", displayName)
            .put("pid", pid)
            .put("cwd", cwd)
            .put("role", role);
    if (!groups.isEmpty()) {
      shown.put("groups", encodedGroups());
    }
    pubkey().ifPresent(key -> shown.put("presence", presence(key)));
    return shown
        .put("registeredAt", registeredAt.toEpochMilli())
        .put("startTime", start.flatMap(ProcessStart::shown))
        .put("token_prefix", tokenPrefix())
        .build();
  }

  private Json presence(String pubkey) {
    return Json.object()
        .put("sessionPubkey", pubkey)
        .put("parentAttestation", attestation.orElse(null))
        .build();
  }

  /** The session with its secrets, for the private file. */
  Json encode() {
    Json.Builder row =
        Json.object()
            .put("token", token)
            .put("session_id", sessionId)
            .put("mesh", mesh)
            .put("display_name", displayName)
            .put("pid", pid)
            .put("cwd", cwd)
            .put("role", role)
            .put("groups", encodedGroups())
            .put("secret_key", keys.map(Ed25519KeyPair::secretHex))
            .put("attestation", attestation.orElse(null))
            .put("registered_at", registeredAt.toString());
    start.ifPresent(
        begun -> row.put("process_start", begun.mark()).put("process_started", begun.shown()));
    return row.build();
  }

  /**
   * Reads a session of the private file.
   *
   * @throws JsonException if a field is missing or damaged; repeats no secret
   */
  static RegisteredSession decode(Json row) {
    try {
      return new RegisteredSession(
          row.string("token"),
          row.string("session_id"),
          row.string("mesh"),
          row.string("display_name"),
          row.number("pid"),
          row.optionalString("process_start")
              .map(mark -> new ProcessStart(mark, row.optionalString("process_started"))),
          row.optionalString("cwd"),
          row.optionalString("role"),
          row.list("groups").stream().map(Group::decode).toList(),
          row.optionalString("secret_key").map(Ed25519KeyPair::fromSecretHex),
          row.get("attestation"),
          Instant.parse(row.string("registered_at")));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new JsonException("a session: " + e.getMessage());
    }
  }

  private Json encodedGroups() {
    return Json.array(groups.stream().map(Group::encode).toList());
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "session " + sessionId + " of " + mesh + ", token " + tokenPrefix() + "…, pid " + pid;
  }
}

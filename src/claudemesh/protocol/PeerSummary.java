package claudemesh.protocol;

import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * One row of the peer list: one presence (protocol.md §4).
 *
 * @param pubkey the session key, or the member key of a member connection
 * @param memberPubkey the member's stable key
 * @param displayName the name others see
 * @param status {@code idle}, {@code working} or {@code dnd}
 * @param summary one line of what it is doing
 * @param groups groups it is in
 * @param sessionId the program's own id for the connection
 * @param connectedAt since when, ISO 8601
 * @param cwd its working directory
 * @param role {@code control-plane}, {@code session}, {@code service}, or a word of a newer broker
 * @param hostname the machine
 * @param peerType {@code ai}, {@code human} or {@code connector}
 * @param channel which program
 * @param model which model drives it
 * @param stats its counters
 * @param visible whether others see it
 * @param profile avatar, title, bio, role, capabilities
 * @param away whether its connection is closed and the row stands only until the grace is over;
 *     deployed brokers do not say
 */
public record PeerSummary(
    String pubkey,
    String memberPubkey,
    String displayName,
    String status,
    Optional<String> summary,
    List<Group> groups,
    String sessionId,
    String connectedAt,
    String cwd,
    String role,
    Optional<String> hostname,
    Optional<String> peerType,
    Optional<String> channel,
    Optional<String> model,
    Optional<Json> stats,
    boolean visible,
    Optional<Json> profile,
    boolean away) {

  /** The role of member connections: infrastructure, hidden unless asked for. */
  public static final String CONTROL_PLANE = "control-plane";

  /** The role of session connections, and of every row that names none. */
  public static final String SESSION = "session";

  /** The role of services. */
  public static final String SERVICE = "service";

  /**
   * Whether this row is infrastructure.
   *
   * @return true for a member connection
   */
  public boolean isControlPlane() {
    return role.equals(CONTROL_PLANE);
  }

  /**
   * Reads a row. Only the key is required: a row is never dropped for lack of anything else.
   *
   * @param row one element of {@code peers}
   * @return the row
   * @throws claudemesh.json.JsonException if it has no key or a field of the wrong type
   */
  public static PeerSummary decode(Json row) {
    String pubkey = row.string("pubkey");
    return new PeerSummary(
        pubkey,
        row.string("memberPubkey", pubkey),
        row.string("displayName", ""),
        row.string("status", "idle"),
        row.optionalString("summary"),
        row.list("groups").stream().map(Group::decode).toList(),
        row.string("sessionId", ""),
        row.string("connectedAt", ""),
        row.string("cwd", ""),
        row.optionalString("role").or(() -> row.optionalString("peerRole")).orElse(SESSION),
        row.optionalString("hostname"),
        row.optionalString("peerType"),
        row.optionalString("channel"),
        row.optionalString("model"),
        row.get("stats"),
        row.bool("visible", true),
        row.get("profile"),
        row.bool("away", false));
  }

  /**
   * Writes a row, with the role under both of its deployed names.
   *
   * @return one element of {@code peers}
   */
  public Json encode() {
    Json.Builder row =
        Json.object()
            .put("pubkey", pubkey)
            .put("memberPubkey", memberPubkey)
            .put("displayName", displayName)
            .put("status", status)
            .putNull("summary")
            .put("summary", summary)
            .put("groups", Json.array(groups.stream().map(Group::encode).toList()))
            .put("sessionId", sessionId)
            .put("connectedAt", connectedAt)
            .put("cwd", cwd)
            .put("role", role)
            .put("peerRole", role)
            .put("hostname", hostname)
            .put("peerType", peerType)
            .put("channel", channel)
            .put("model", model)
            .put("stats", stats.orElse(null))
            .put("visible", visible)
            .put("profile", profile.orElse(null));
    return (away ? row.put("away", true) : row).build();
  }
}

package claudemesh.protocol;

import claudemesh.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * What a client says of itself in its hello; all of it optional (protocol.md §3).
 *
 * @param displayName the name others see
 * @param hostname the machine
 * @param peerType {@code ai}, {@code human} or {@code connector}
 * @param channel which program
 * @param model which model drives it
 * @param groups groups it is in from the start
 * @param role the user's own word for what it does; not the peer role
 */
public record PeerDetails(
    Optional<String> displayName,
    Optional<String> hostname,
    Optional<String> peerType,
    Optional<String> channel,
    Optional<String> model,
    List<Group> groups,
    Optional<String> role) {

  /** Nothing said. */
  public static final PeerDetails NONE =
      new PeerDetails(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty());

  /**
   * The same with another name.
   *
   * @param name the name others see
   * @return a copy
   */
  public PeerDetails withDisplayName(String name) {
    return new PeerDetails(Optional.of(name), hostname, peerType, channel, model, groups, role);
  }

  static PeerDetails decode(Json json) {
    return new PeerDetails(
        json.optionalString("displayName"),
        json.optionalString("hostname"),
        json.optionalString("peerType"),
        json.optionalString("channel"),
        json.optionalString("model"),
        json.list("groups").stream().map(Group::decode).toList(),
        json.optionalString("role"));
  }

  void encodeInto(Json.Builder frame) {
    frame
        .put("displayName", displayName)
        .put("hostname", hostname)
        .put("peerType", peerType)
        .put("channel", channel)
        .put("model", model)
        .put("role", role);
    if (!groups.isEmpty()) {
      frame.put("groups", Json.array(groups.stream().map(Group::encode).toList()));
    }
  }
}

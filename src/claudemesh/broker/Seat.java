package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.Group;
import claudemesh.store.MeshFact;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a mesh remembers of a member key or session key beyond one presence: it has a mailbox, stays
 * in its groups while away, and finds its things again when it returns. Guarded by the room's lock.
 */
final class Seat {

  final String pubkey;
  final String memberPubkey;
  final String mailbox;

  String displayName;
  final Map<String, Group> groups = new LinkedHashMap<>();
  String summary;
  Json stats;
  Json profile;
  boolean visible = true;

  /** How many listed presences sit here. */
  int presences;

  /** When a presence here last closed; null if none ever did. */
  Instant lastSeenAt;

  Seat(String meshId, Member member, String pubkey) {
    this(meshId, member.pubkey(), pubkey, member.displayName());
  }

  private Seat(String meshId, String memberPubkey, String pubkey, String displayName) {
    this.pubkey = pubkey;
    this.memberPubkey = memberPubkey;
    this.mailbox = Mailboxes.ofSeat(meshId, pubkey, isMemberSeat());
    this.displayName = displayName;
  }

  /** As it was kept. If nobody saw it closed, its presence ended with the broker. */
  static Seat decode(MeshFact fact) {
    Json value = Json.parseObject(fact.value());
    Seat seat = new Seat(fact.mesh(), fact.by(), fact.key(), value.string("name"));
    for (Json group : value.list("groups")) {
      String name = group.string("name");
      seat.groups.put(name, new Group(name, group.optionalString("role")));
    }
    seat.summary = value.optionalString("summary").orElse(null);
    seat.stats = value.get("stats").orElse(null);
    seat.profile = value.get("profile").orElse(null);
    seat.visible = value.bool("visible", true);
    OptionalLong seen = value.optionalNumber("lastSeen");
    seat.lastSeenAt = seen.isPresent() ? Instant.ofEpochMilli(seen.getAsLong()) : fact.at();
    return seat;
  }

  /** What is kept of it. */
  String encode() {
    Json.Builder value = Json.object().put("name", displayName).put("visible", visible);
    value.put("groups", Json.array(groups.values().stream().map(HelloAcks::encode).toList()));
    value.put("summary", Optional.ofNullable(summary));
    if (stats != null) {
      value.put("stats", stats);
    }
    if (profile != null) {
      value.put("profile", profile);
    }
    if (lastSeenAt != null && presences == 0) {
      value.put("lastSeen", lastSeenAt.toEpochMilli());
    }
    return value.build().toString();
  }

  boolean isMemberSeat() {
    return pubkey.equals(memberPubkey);
  }
}

package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.Group;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

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
    this.pubkey = pubkey;
    this.memberPubkey = member.pubkey();
    this.mailbox = Mailboxes.ofSeat(meshId, pubkey, isMemberSeat());
    this.displayName = member.displayName();
  }

  boolean isMemberSeat() {
    return pubkey.equals(memberPubkey);
  }
}

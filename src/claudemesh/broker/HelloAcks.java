package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.HelloAck;
import claudemesh.protocol.Group;
import claudemesh.protocol.MessageCodec;
import java.util.List;
import java.util.Optional;

/**
 * The hello ack as deployed brokers send it, with ours behind it: {@code limits}, by which our
 * clients know a broker that acknowledges in order and slows senders down instead of refusing.
 */
final class HelloAcks {

  private static final Json EMPTY_ARRAY = Json.array(List.of());

  // What the member is beyond its presences; nobody can set any of it here.
  private static final Json MEMBER_PROFILE =
      Json.object()
          .putNull("roleTag")
          .put("groups", EMPTY_ARRAY)
          .put("messageMode", "push")
          .build();

  private static final Json MESH_POLICY =
      Json.object()
          .put(
              "selfEditable",
              Json.object()
                  .put("groups", true)
                  .put("roleTag", true)
                  .put("displayName", true)
                  .put("messageMode", true)
                  .build())
          .build();

  private HelloAcks() {}

  /** Called before the presence goes live: what it was before still shows. */
  static String encode(Presence presence, boolean takenUp, BrokerParts parts) {
    Seat seat = presence.seat;
    boolean restored = takenUp || seat.lastSeenAt != null;
    HelloAck ack =
        new HelloAck(
            Optional.of(presence.presenceId),
            Optional.of(presence.displayName()),
            restored,
            Optional.of(limits(parts.options())));
    Json.Builder frame =
        Json.parseObject(MessageCodec.encode(ack)).toBuilder()
            .put("memberProfile", MEMBER_PROFILE)
            .put("meshPolicy", MESH_POLICY);
    if (!presence.session) {
      frame.put("services", EMPTY_ARRAY);
    }
    if (restored) {
      putRestored(frame, presence);
    } else {
      frame.remove("restored");
    }
    return frame.build().toString();
  }

  private static void putRestored(Json.Builder frame, Presence presence) {
    Seat seat = presence.seat;
    if (seat.lastSeenAt != null) {
      frame.put("lastSeenAt", Stamps.iso(seat.lastSeenAt));
    }
    frame
        .put("lastSummary", seat.summary)
        .put("restoredGroups", groups(presence))
        .put("restoredStats", seat.stats);
  }

  private static Json groups(Presence presence) {
    return Json.array(presence.groups().stream().map(HelloAcks::encode).toList());
  }

  static Json encode(Group group) {
    return Json.object().put("name", group.name()).put("role", group.role()).build();
  }

  private static Json limits(BrokerOptions options) {
    return Json.object()
        .put("maxMessageBytes", options.maxMessageChars())
        .put("sendsPerSecond", options.sendsPerSecond())
        .put("burst", options.burst())
        .build();
  }
}

package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.HelloAck;
import claudemesh.protocol.Group;
import claudemesh.protocol.MessageCodec;
import claudemesh.protocol.StatedLimits;
import claudemesh.protocol.StatedLimits.Limit;
import claudemesh.store.MailboxLimits;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
    MailboxLimits boxes = options.mailboxLimits();
    Map<Limit, Long> limits = new EnumMap<>(Limit.class);
    limits.put(Limit.MESSAGE, (long) options.maxMessageChars());
    limits.put(Limit.RATE, (long) options.sendsPerSecond());
    limits.put(Limit.BURST, (long) options.burst());
    limits.put(Limit.MESH_CONNECTIONS, (long) options.maxSocketsPerMesh());
    limits.put(Limit.MEMBER_CONNECTIONS, (long) options.maxSocketsPerMember());
    limits.put(Limit.MAILBOX, (long) boxes.maxPerMailbox());
    limits.put(Limit.RETENTION, boxes.retention().toSeconds());
    limits.put(Limit.LEASE, options.lease().toSeconds());
    limits.put(Limit.ID, (long) Sending.LONGEST_ID);
    limits.put(Limit.SUMMARY, (long) Conversation.LONGEST_SUMMARY);
    limits.put(Limit.STATS, (long) Conversation.LONGEST_STATS);
    limits.put(Limit.PROFILE, (long) Conversation.LONGEST_PROFILE);
    limits.put(Limit.GROUPS, (long) Conversation.MOST_GROUPS);
    limits.put(Limit.GROUP, (long) Conversation.LONGEST_GROUP);
    limits.put(Limit.STATE_KEY, (long) MeshState.LONGEST_KEY);
    limits.put(Limit.STATE_VALUE, (long) MeshState.LONGEST_VALUE);
    limits.put(Limit.MEMORY, (long) MeshMemory.LONGEST_TEXT);
    limits.put(Limit.TAGS, (long) MeshMemory.MOST_TAGS);
    limits.put(Limit.TAG, (long) MeshMemory.LONGEST_TAG);
    limits.put(Limit.TOPIC_HISTORY, (long) boxes.maxPerLog());
    return StatedLimits.of(limits).encode();
  }
}

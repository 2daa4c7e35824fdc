package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.ClientMessage.JoinGroup;
import claudemesh.protocol.ClientMessage.LeaveGroup;
import claudemesh.protocol.ClientMessage.Remember;
import claudemesh.protocol.ClientMessage.Send;
import claudemesh.protocol.ClientMessage.SetProfile;
import claudemesh.protocol.ClientMessage.SetState;
import claudemesh.protocol.ClientMessage.SetStats;
import claudemesh.protocol.ClientMessage.SetSummary;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The {@code limits} of a hello ack, by which a client can refuse early what the broker would
 * refuse. Our own word: deployed brokers state none, and what is not stated is not known. Lengths
 * are in UTF-16 units. Immutable.
 */
public final class StatedLimits {

  /** Nothing is known. */
  public static final StatedLimits NONE = new StatedLimits(Map.of());

  /** What may be limited, with its name on the wire. */
  public enum Limit {
    /** Ciphertext, nonce and target of one send together, in characters. */
    MESSAGE("maxMessageBytes"),
    /** Sends a second of one member, sustained. */
    RATE("sendsPerSecond"),
    /** Sends of one member at once, after a rest. */
    BURST("burst"),
    /** Connections of one mesh. */
    MESH_CONNECTIONS("maxConnectionsPerMesh"),
    /** Connections of one member. */
    MEMBER_CONNECTIONS("maxConnectionsPerMember"),
    /** Messages that wait in one mailbox. */
    MAILBOX("maxMailboxMessages"),
    /** How long a message waits before it is dead, in seconds. */
    RETENTION("retentionSeconds"),
    /** How long a receiver has to acknowledge before a message comes again, in seconds. */
    LEASE("leaseSeconds"),
    /** Each id of a send. */
    ID("maxIdChars"),
    /** A summary. */
    SUMMARY("maxSummaryChars"),
    /** Counters, as JSON. */
    STATS("maxStatsChars"),
    /** A profile, as JSON. */
    PROFILE("maxProfileChars"),
    /** Groups of one presence. */
    GROUPS("maxGroups"),
    /** A group's name, and a role in it. */
    GROUP("maxGroupChars"),
    /** The name of a shared value. */
    STATE_KEY("maxStateKeyChars"),
    /** A shared value, as JSON. */
    STATE_VALUE("maxStateValueChars"),
    /** A remembered text. */
    MEMORY("maxMemoryChars"),
    /** Tags of a remembered text. */
    TAGS("maxMemoryTags"),
    /** One of these tags. */
    TAG("maxTagChars"),
    /** Messages of a topic that are kept for its history. */
    TOPIC_HISTORY("maxTopicHistory");

    private final String word;

    Limit(String word) {
      this.word = word;
    }
  }

  // A process has thousands of connections, but few brokers: their limits are held once.
  private static volatile StatedLimits lastRead = NONE;

  private final Map<Limit, Long> values;

  private StatedLimits(Map<Limit, Long> values) {
    this.values = values;
  }

  /**
   * The limits that a broker has.
   *
   * @param values by limit
   * @return them
   */
  public static StatedLimits of(Map<Limit, Long> values) {
    return new StatedLimits(Map.copyOf(values));
  }

  /**
   * Reads what a broker states. What is not a number above 0 is taken as not stated.
   *
   * @param json the {@code limits} of its hello ack
   * @return what is known
   */
  public static StatedLimits decode(Json json) {
    if (!json.isObject()) {
      return NONE;
    }
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      number(json, limit.word).ifPresent(value -> values.put(limit, value));
    }
    StatedLimits last = lastRead;
    if (last.values.equals(values)) {
      return last;
    }
    StatedLimits read = new StatedLimits(values);
    lastRead = read;
    return read;
  }

  private static OptionalLong number(Json json, String field) {
    try {
      OptionalLong found = json.optionalNumber(field);
      return found.isPresent() && found.getAsLong() > 0 ? found : OptionalLong.empty();
    } catch (JsonException notANumber) {
      return OptionalLong.empty();
    }
  }

  /**
   * Writes them.
   *
   * @return one field for each limit that is stated
   */
  public Json encode() {
    Json.Builder json = Json.object();
    for (Limit limit : Limit.values()) {
      get(limit).ifPresent(value -> json.put(limit.word, value));
    }
    return json.build();
  }

  /**
   * One limit.
   *
   * @param limit which
   * @return its value; empty if it is not stated
   */
  public OptionalLong get(Limit limit) {
    Long value = values.get(limit);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /**
   * Why the broker would refuse a message.
   *
   * @param message what is to be sent
   * @return one sentence for people; empty if no stated limit is exceeded
   */
  public Optional<String> fault(ClientMessage message) {
    return switch (message) {
      case Send m -> over(Limit.MESSAGE, "the message", size(m));
      case SetSummary m -> over(Limit.SUMMARY, "the summary", m.summary().length());
      case SetStats m -> over(Limit.STATS, "the stats", m.stats().toString().length());
      case SetProfile m -> over(Limit.PROFILE, "the profile", m.profile().toString().length());
      case JoinGroup m ->
          over(Limit.GROUP, "the group's name", m.group().name().length())
              .or(() -> over(Limit.GROUP, "the role", m.group().role().orElse("").length()));
      case LeaveGroup m -> over(Limit.GROUP, "the group's name", m.name().length());
      case SetState m ->
          over(Limit.STATE_KEY, "the key", m.key().length())
              .or(() -> over(Limit.STATE_VALUE, "the value", m.value().toString().length()));
      case Remember m -> faultOf(m);
      default -> Optional.empty();
    };
  }

  private Optional<String> faultOf(Remember text) {
    int longestTag = text.tags().stream().mapToInt(String::length).max().orElse(0);
    OptionalLong most = get(Limit.TAGS);
    if (most.isPresent() && text.tags().size() > most.getAsLong()) {
      return Optional.of(
          "there are " + text.tags().size() + " tags; the broker takes " + most.getAsLong());
    }
    return over(Limit.MEMORY, "the text", text.content().length())
        .or(() -> over(Limit.TAG, "a tag", longestTag));
  }

  private Optional<String> over(Limit limit, String what, int chars) {
    OptionalLong most = get(limit);
    return most.isPresent() && chars > most.getAsLong()
        ? Optional.of(what + " has " + chars + " characters; the broker takes " + most.getAsLong())
        : Optional.empty();
  }

  /**
   * What {@link Limit#MESSAGE} counts.
   *
   * @param send a send
   * @return characters of ciphertext, nonce and target together
   */
  public static int size(Send send) {
    return send.ciphertext().length() + send.nonce().length() + send.targetSpec().length();
  }

  /** The fields as on the wire. */
  @Override
  public String toString() {
    return encode().toString();
  }
}

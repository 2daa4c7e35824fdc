package claudemesh.protocol;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The message codec in both directions, and the JSON below it. Only {@link JsonException} may come
 * out, and it must not repeat what it read; whatever is read must be the same when it is written
 * and read again, and the writing the same, too.
 */
public final class CodecTarget extends Target {

  /** A value that no failure's message may hold. */
  private static final String SECRET = "s3cr3t";

  /** Each type with the fields it must have, numbers with a hash. */
  private static final String[] TYPES = {
    "hello meshId memberId pubkey sessionId pid# cwd timestamp# signature",
    "session_hello meshId sessionId pid# cwd timestamp# signature sessionPubkey",
    "send id targetSpec ciphertext nonce",
    "client_ack",
    "list_peers",
    "set_status status",
    "set_summary summary",
    "set_stats stats",
    "set_visible",
    "set_profile",
    "join_group name",
    "leave_group name",
    "set_state key value",
    "get_state key",
    "list_state",
    "remember content",
    "recall query",
    "forget memoryId",
    "kick target",
    "disconnect target",
    "ban target",
    "unban target",
    "list_bans",
    "message_status messageId",
    "hello_ack",
    "error",
    "ack",
    "push messageId senderPubkey ciphertext",
    "inbound messageId senderPubkey ciphertext",
    "peers_list",
    "state_result key",
    "state_list",
    "state_change key",
    "memory_stored id",
    "memory_results",
    "kick_ack",
    "disconnect_ack",
    "ban_ack banned",
    "unban_ack unbanned",
    "list_bans_result",
    "message_status_result messageId",
    "",
    "other"
  };

  private static final String[] FIELDS = {
    "_reqId",
    "id",
    "client_message_id",
    "clientMessageId",
    "brokerMessageId",
    "status",
    "summary",
    "stats",
    "visible",
    "name",
    "role",
    "key",
    "value",
    "content",
    "tags",
    "query",
    "memoryId",
    "target",
    "messageId",
    "meshId",
    "memberId",
    "pubkey",
    "sessionId",
    "pid",
    "cwd",
    "timestamp",
    "signature",
    "sessionPubkey",
    "parentMemberId",
    "parentMemberPubkey",
    "parentAttestation",
    "expiresAt",
    "displayName",
    "hostname",
    "peerType",
    "channel",
    "model",
    "groups",
    "request_fingerprint",
    "targetSpec",
    "priority",
    "nonce",
    "ciphertext",
    "mentions",
    "replyToId",
    "bodyVersion",
    "presenceId",
    "memberDisplayName",
    "restored",
    "limits",
    "code",
    "message",
    "queued",
    "error",
    "subtype",
    "event",
    "eventData",
    "createdAt",
    "senderPubkey",
    "senderMemberPubkey",
    "senderMemberId",
    "senderName",
    "topic",
    "peers",
    "entries",
    "memories",
    "bans",
    "kicked",
    "affected",
    "skipped_control_plane",
    "banned",
    "unbanned",
    "recipients",
    "delivered",
    "deliveredAt",
    "updatedBy",
    "updatedAt",
    "rememberedBy",
    "rememberedAt",
    "revokedAt",
    "peerRole",
    "memberPubkey",
    "connectedAt",
    "profile",
    "type"
  };
  private static final String[] VALUES = {
    "\"\"",
    "\"a\"",
    "\"system\"",
    "\"now\"",
    "\"next\"",
    "\"low\"",
    "\"s3cr3t\"",
    "\"\\ud83d\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"",
    "\"ä€😀\"",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1e3",
    "1E-400",
    "9223372036854775807",
    "9223372036854775808",
    "123456789012345678901234567890",
    "[]",
    "{}",
    "[null]",
    "[\"a\",\"b\"]",
    "[1,\"s3cr3t\"]",
    "[{\"name\":\"g\"}]",
    "[{\"name\":\"g\",\"role\":null}]",
    "{\"a\":{\"b\":[]}}",
    "[{\"key\":\"k\",\"value\":1}]",
    "[{\"pubkey\":\"p\"}]",
    "[{\"id\":\"i\",\"tags\":[\"t\"]}]"
  };
  private static final String[] BROKEN = {
    "nul",
    "\"",
    "\"\\",
    "\"\\u12\"",
    "[",
    "{",
    "01",
    "+1",
    ".5",
    "1.",
    "'a'",
    "\u0007",
    "\ufeff",
    "\"\n\"",
    "[1,]",
    "{\"a\":1,}",
    "{\"a\"}",
    "//"
  };

  private static final String[] WORDS =
      Stream.of(FIELDS, VALUES, BROKEN, new String[] {",", ":", "{\"", "\":"})
          .flatMap(Stream::of)
          .toArray(String[]::new);

  /** The target. */
  public CodecTarget() {
    super("codec", 400, WORDS);
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    String[] needed = any(random, TYPES).split(" ");
    StringBuilder text = new StringBuilder("{\"type\":\"").append(needed[0]).append('"');
    for (int i = 1; i < needed.length; i++) {
      if (random.nextInt(100) > 0) {
        needed(text, random, needed[i]);
      }
    }
    // Most are optional for some type, in the right kind or not.
    for (int left = random.nextInt(8); left > 0; left--) {
      text.append(",\"").append(any(random, FIELDS)).append("\":");
      value(text, random, 0);
    }
    return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void needed(StringBuilder text, RandomGenerator random, String field) {
    boolean number = field.endsWith("#");
    text.append(",\"")
        .append(number ? field.substring(0, field.length() - 1) : field)
        .append("\":");
    if (random.nextInt(20) == 0) {
      value(text, random, 0);
    } else {
      text.append(number ? "17" : "\"" + field + "\"");
    }
  }

  private static void value(StringBuilder text, RandomGenerator random, int depth) {
    int kind = random.nextInt(400);
    if (kind == 0) {
      text.append(any(random, BROKEN));
    } else if (kind == 1) {
      int deep = random.nextInt(2_000);
      text.append("[".repeat(deep)).append("1").append("]".repeat(deep));
    } else if (kind < 12 && depth < 4) {
      text.append("{\"").append(any(random, FIELDS)).append("\":");
      value(text, random, depth + 1);
      text.append('}');
    } else if (kind < 24 && depth < 4) {
      text.append('[');
      value(text, random, depth + 1);
      text.append(',');
      value(text, random, depth + 1);
      text.append(']');
    } else if (kind < 260) {
      text.append("\"a").append(random.nextInt(100)).append('"');
    } else {
      text.append(any(random, VALUES));
    }
  }

  @Override
  protected void check(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      Json json = Json.parse(text);
      String written = json.toString();
      Json again = Json.parse(written);
      Failed.unlessEqual("JSON, written and read again", json, again);
      Failed.unlessEqual("JSON, written twice", written, again.toString());
    } catch (JsonException e) {
      requireDiscreet(e);
    }
    try {
      checkAgain(MessageCodec.decodeFromClient(text));
    } catch (JsonException e) {
      requireDiscreet(e);
    }
    try {
      checkAgain(MessageCodec.decodeFromBroker(text));
    } catch (JsonException e) {
      requireDiscreet(e);
    }
  }

  private static void checkAgain(Message message) {
    String written = MessageCodec.encode(message);
    try {
      Message again =
          message instanceof ClientMessage
              ? MessageCodec.decodeFromClient(written)
              : MessageCodec.decodeFromBroker(written);
      Failed.unlessEqual("a message, written and read again", message, again);
      Failed.unlessEqual("a message, written twice", written, MessageCodec.encode(again));
    } catch (JsonException e) {
      Failed.unlessEqual("a message, written and read again", message, e);
    }
  }

  private static void requireDiscreet(JsonException e) {
    Failed.unless("no value in: " + e.getMessage(), !e.getMessage().contains(SECRET));
  }
}

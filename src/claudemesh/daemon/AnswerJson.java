package claudemesh.daemon;

import claudemesh.client.InboundMessage;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.AdminAck;
import claudemesh.protocol.BrokerMessage.Ban;
import claudemesh.protocol.BrokerMessage.Memory;
import claudemesh.protocol.BrokerMessage.MessageStatusResult;
import claudemesh.protocol.BrokerMessage.Recipient;
import claudemesh.protocol.BrokerMessage.StateEntry;
import claudemesh.protocol.BrokerMessage.Topic;

/**
 * What brokers answer, as the daemon's API tells it (protocol.md §8), each row with its mesh. The
 * command line uses the same rows where it asks a broker itself, so that programs see no
 * difference. Pure.
 */
public final class AnswerJson {

  private AnswerJson() {}

  /**
   * A shared value.
   *
   * @param entry the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {key, value, updatedBy, updatedAt, mesh}}
   */
  public static Json state(StateEntry entry, String mesh) {
    return Json.object()
        .put("key", entry.key())
        .putNull("value")
        .put("value", entry.value().orElse(null))
        .put("updatedBy", entry.updatedBy())
        .put("updatedAt", entry.updatedAt())
        .put("mesh", mesh)
        .build();
  }

  /**
   * A text of the mesh's memory.
   *
   * @param memory the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {id, content, tags, rememberedBy, rememberedAt, mesh}}
   */
  public static Json memory(Memory memory, String mesh) {
    return Json.object()
        .put("id", memory.id())
        .put("content", memory.content())
        .put("tags", Json.strings(memory.tags()))
        .put("rememberedBy", memory.rememberedBy())
        .put("rememberedAt", memory.rememberedAt())
        .put("mesh", mesh)
        .build();
  }

  /**
   * A topic.
   *
   * @param topic the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {id, name, description?, visibility, memberCount, createdAt, mesh}}
   */
  public static Json topic(Topic topic, String mesh) {
    return Json.object()
        .put("id", topic.id())
        .put("name", topic.name())
        .put("description", topic.description())
        .put("visibility", topic.visibility())
        .put("memberCount", topic.memberCount())
        .put("createdAt", topic.createdAt())
        .put("mesh", mesh)
        .build();
  }

  /**
   * A message of a topic's history.
   *
   * @param message the message, opened
   * @param mesh the mesh's short name
   * @return {@code {id, broker_message_id, mesh, topic, sender_pubkey, sender_name, body,
   *     reply_to_id?, priority, created_at}}
   */
  public static Json message(InboundMessage message, String mesh) {
    return Json.object()
        .put("id", message.id())
        .put("broker_message_id", message.messageId())
        .put("mesh", mesh)
        .put("topic", message.topic())
        .put("sender_pubkey", message.senderPubkey())
        .put("sender_name", message.from())
        .put("body", message.text())
        .put("reply_to_id", message.replyToId())
        .put("priority", message.priority().word())
        .put("created_at", message.createdAt())
        .build();
  }

  /**
   * A ban.
   *
   * @param ban the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {name, pubkey, revokedAt, mesh}}
   */
  public static Json ban(Ban ban, String mesh) {
    return Json.object()
        .put("name", ban.name())
        .put("pubkey", ban.pubkey())
        .put("revokedAt", ban.revokedAt())
        .put("mesh", mesh)
        .build();
  }

  /**
   * What an act of moderation did.
   *
   * @param action its word
   * @param ack the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {ok, action, affected, skipped_control_plane?, mesh}}
   */
  public static Json moderated(String action, AdminAck ack, String mesh) {
    Json.Builder reply =
        Json.object()
            .put("ok", true)
            .put("action", action)
            .put("affected", Json.strings(ack.affected()));
    if (!ack.skippedControlPlane().isEmpty()) {
      reply.put("skipped_control_plane", Json.strings(ack.skippedControlPlane()));
    }
    return reply.put("mesh", mesh).build();
  }

  /**
   * What became of a message.
   *
   * @param status the broker's answer
   * @param mesh the mesh's short name
   * @return {@code {messageId, targetSpec, delivered, deliveredAt?, recipients: [{name, pubkey,
   *     status, reason?}], mesh}}
   */
  public static Json status(MessageStatusResult status, String mesh) {
    return Json.object()
        .put("messageId", status.messageId())
        .put("targetSpec", status.targetSpec())
        .put("delivered", status.delivered())
        .put("deliveredAt", status.deliveredAt())
        .put("recipients", Json.array(status.recipients().stream().map(AnswerJson::row).toList()))
        .put("mesh", mesh)
        .build();
  }

  private static Json row(Recipient recipient) {
    return Json.object()
        .put("name", recipient.name())
        .put("pubkey", recipient.pubkey())
        .put("status", recipient.status())
        .put("reason", recipient.reason())
        .build();
  }
}

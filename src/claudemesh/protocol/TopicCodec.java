package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.Topic;
import claudemesh.protocol.BrokerMessage.TopicCreated;
import claudemesh.protocol.BrokerMessage.TopicHistoryResult;
import claudemesh.protocol.BrokerMessage.TopicsList;
import claudemesh.protocol.ClientMessage.TopicCreate;
import claudemesh.protocol.ClientMessage.TopicHistory;
import claudemesh.protocol.ClientMessage.TopicJoin;
import java.util.List;
import java.util.Optional;

/**
 * The frames about topics, in both directions. A {@code topic} is an id or a name, with or without
 * {@code #} before it.
 *
 * <pre>
 *   topic_create  {name, description?, visibility?}  → topic_created {topic:{id,name,…}, created}
 *   topic_list    {}                                 → topic_list_response {topics:[{id,name,
 *                     description, visibility, memberCount, createdAt}]}
 *   topic_join    {topic, role?}                     → ack
 *   topic_leave   {topic}                            → ack
 *   topic_delete  {topic}                            → ack
 *   topic_history {topic, limit?, beforeId?}         → topic_history_response {topic, messages:[
 *                     {id, senderPubkey, nonce, ciphertext, createdAt, and what a push has}]}
 * </pre>
 *
 * <p>Each carries {@code _reqId} and its reply echoes it. Deployed brokers do not answer a join or
 * a leave that succeeds, and have no {@code topic_delete}.
 */
final class TopicCodec {

  private static final String TOPIC = "topic";
  private static final String DESCRIPTION = "description";
  private static final String VISIBILITY = "visibility";
  private static final String MESSAGES = "messages";

  private TopicCodec() {}

  static TopicCreate decodeCreate(Json frame, Optional<String> reqId) {
    return new TopicCreate(
        frame.string("name"),
        frame.optionalString(DESCRIPTION),
        frame.string(VISIBILITY, Topic.PUBLIC),
        reqId);
  }

  static Json encode(Json.Builder frame, TopicCreate request) {
    return frame
        .put("name", request.name())
        .put(DESCRIPTION, request.description())
        .put(VISIBILITY, request.visibility())
        .build();
  }

  static Json encode(Json.Builder frame, TopicJoin request) {
    return frame.put(TOPIC, request.topic()).put("role", request.role()).build();
  }

  static TopicHistory decodeHistory(Json frame, Optional<String> reqId) {
    return new TopicHistory(
        frame.string(TOPIC),
        frame.optionalNumber("limit"),
        frame.optionalString("beforeId"),
        reqId);
  }

  static Json encode(Json.Builder frame, TopicHistory request) {
    return frame
        .put(TOPIC, request.topic())
        .put("limit", request.limit())
        .put("beforeId", request.beforeId())
        .build();
  }

  static TopicCreated decodeCreated(Json frame, Optional<String> reqId) {
    Json topic = frame.get(TOPIC).orElse(Json.object().build());
    return new TopicCreated(decodeTopic(topic), frame.bool("created", true), reqId);
  }

  static Json encode(Json.Builder frame, TopicCreated reply) {
    return frame.put(TOPIC, encode(reply.topic())).put("created", reply.created()).build();
  }

  static TopicsList decodeList(Json frame, Optional<String> reqId) {
    return new TopicsList(
        frame.list("topics").stream().map(TopicCodec::decodeTopic).toList(), reqId);
  }

  static Json encode(Json.Builder frame, TopicsList reply) {
    List<Json> topics = reply.topics().stream().map(TopicCodec::encode).toList();
    return frame.put("topics", Json.array(topics)).build();
  }

  private static Topic decodeTopic(Json json) {
    return new Topic(
        json.string("id"),
        json.string("name", ""),
        json.optionalString(DESCRIPTION),
        json.string(VISIBILITY, Topic.PUBLIC),
        json.optionalNumber("memberCount").orElse(0),
        json.string("createdAt", ""));
  }

  private static Json encode(Topic topic) {
    return Json.object()
        .put("id", topic.id())
        .put("name", topic.name())
        .putNull(DESCRIPTION)
        .put(DESCRIPTION, topic.description())
        .put(VISIBILITY, topic.visibility())
        .put("memberCount", topic.memberCount())
        .put("createdAt", topic.createdAt())
        .build();
  }

  static TopicHistoryResult decodeHistoryResult(Json frame, Optional<String> reqId) {
    List<Push> messages =
        frame.list(MESSAGES).stream()
            .map(row -> row.toBuilder().put("messageId", row.string("id")).build())
            .map(BrokerCodec::decodePost)
            .toList();
    return new TopicHistoryResult(frame.string(TOPIC, ""), messages, reqId);
  }

  static Json encode(Json.Builder frame, TopicHistoryResult reply) {
    List<Json> messages =
        reply.messages().stream()
            .map(
                push ->
                    BrokerCodec.encode(push).toBuilder()
                        .remove("type")
                        .put("id", push.messageId())
                        .build())
            .toList();
    return frame.put(TOPIC, reply.topic()).put(MESSAGES, Json.array(messages)).build();
  }
}

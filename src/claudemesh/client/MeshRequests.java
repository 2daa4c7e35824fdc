package claudemesh.client;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.Group;
import claudemesh.protocol.PeerSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What can be asked of a broker besides sending (protocol.md §4, §6), over either client's
 * connection. Every future settles exactly once, within the request timeout; failures are {@link
 * RequestException}s, inside a {@code CompletionException} where the future's {@code join} is used.
 * Requests without a reply are done when they were taken for sending. Thread-safe.
 */
public final class MeshRequests {

  private final BrokerLink link;

  MeshRequests(BrokerLink link) {
    this.link = link;
  }

  BrokerLink link() {
    return link;
  }

  /**
   * Asks who is there.
   *
   * @return one row a presence, this one's included
   */
  public CompletableFuture<List<PeerSummary>> listPeers() {
    return link.request(ClientMessage.ListPeers::new, BrokerMessage.PeersList.class)
        .thenApply(BrokerMessage.PeersList::peers);
  }

  /**
   * Sets this presence's status.
   *
   * @param status {@code idle}, {@code working} or {@code dnd}
   * @return done when taken for sending
   */
  public CompletableFuture<Void> setStatus(String status) {
    return link.tell(new ClientMessage.SetStatus(status));
  }

  /**
   * Sets this presence's summary.
   *
   * @param summary one line of what it is doing
   * @return done when taken for sending
   */
  public CompletableFuture<Void> setSummary(String summary) {
    return link.tell(new ClientMessage.SetSummary(summary));
  }

  /**
   * Sets this presence's counters.
   *
   * @param stats an object of counters
   * @return done when taken for sending
   */
  public CompletableFuture<Void> setStats(Json stats) {
    return link.tell(new ClientMessage.SetStats(stats));
  }

  /**
   * Shows or hides this presence.
   *
   * @param visible whether others see it
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> setVisible(boolean visible) {
    return acknowledged(reqId -> new ClientMessage.SetVisible(visible, reqId));
  }

  /**
   * Sets this presence's profile.
   *
   * @param profile avatar, title, bio, role, capabilities
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> setProfile(Json profile) {
    return acknowledged(reqId -> new ClientMessage.SetProfile(profile, reqId));
  }

  /**
   * Joins a group.
   *
   * @param group the group and this presence's role in it
   * @return done when taken for sending
   */
  public CompletableFuture<Void> joinGroup(Group group) {
    return link.tell(new ClientMessage.JoinGroup(group));
  }

  /**
   * Leaves a group.
   *
   * @param name the group
   * @return done when taken for sending
   */
  public CompletableFuture<Void> leaveGroup(String name) {
    return link.tell(new ClientMessage.LeaveGroup(name));
  }

  /**
   * Stores a value shared by the mesh.
   *
   * @param key its name
   * @param value any JSON value
   * @return done when taken for sending
   */
  public CompletableFuture<Void> setState(String key, Json value) {
    return link.tell(new ClientMessage.SetState(key, value));
  }

  /**
   * Asks for one shared value.
   *
   * @param key its name
   * @return the entry; its value is empty if there is none of that name
   */
  public CompletableFuture<BrokerMessage.StateEntry> getState(String key) {
    return link.request(
            reqId -> new ClientMessage.GetState(key, reqId), BrokerMessage.StateResult.class)
        .thenApply(BrokerMessage.StateResult::entry);
  }

  /**
   * Asks for all shared values.
   *
   * @return the entries
   */
  public CompletableFuture<List<BrokerMessage.StateEntry>> listState() {
    return link.request(ClientMessage.ListState::new, BrokerMessage.StateList.class)
        .thenApply(BrokerMessage.StateList::entries);
  }

  /**
   * Stores a text in the mesh's memory.
   *
   * @param content the text
   * @param tags words to find it by
   * @return its id
   */
  public CompletableFuture<String> remember(String content, List<String> tags) {
    return link.request(
            reqId -> new ClientMessage.Remember(content, tags, reqId),
            BrokerMessage.MemoryStored.class)
        .thenApply(BrokerMessage.MemoryStored::id);
  }

  /**
   * Searches the mesh's memory.
   *
   * @param query words
   * @return what was found
   */
  public CompletableFuture<List<BrokerMessage.Memory>> recall(String query) {
    return link.request(
            reqId -> new ClientMessage.Recall(query, reqId), BrokerMessage.MemoryResults.class)
        .thenApply(BrokerMessage.MemoryResults::memories);
  }

  /**
   * Removes a text from the mesh's memory.
   *
   * @param memoryId its id
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> forget(String memoryId) {
    return acknowledged(reqId -> new ClientMessage.Forget(memoryId, reqId));
  }

  /**
   * Kicks, disconnects, bans or unbans; owner or admin only.
   *
   * @param action which
   * @param target a name, key or key prefix
   * @return whom it hit
   */
  public CompletableFuture<BrokerMessage.AdminAck> admin(AdminAction action, String target) {
    return link.request(
        reqId -> new ClientMessage.Admin(action, target, reqId), BrokerMessage.AdminAck.class);
  }

  /**
   * Asks who is banned.
   *
   * @return the bans
   */
  public CompletableFuture<List<BrokerMessage.Ban>> listBans() {
    return link.request(ClientMessage.ListBans::new, BrokerMessage.BansList.class)
        .thenApply(BrokerMessage.BansList::bans);
  }

  /**
   * Asks what became of a message.
   *
   * @param messageId the broker's id for it
   * @return its status at each recipient
   */
  public CompletableFuture<BrokerMessage.MessageStatusResult> messageStatus(String messageId) {
    return link.request(
        reqId -> new ClientMessage.MessageStatus(messageId, reqId),
        BrokerMessage.MessageStatusResult.class);
  }

  /**
   * Says that somebody has looked at messages.
   *
   * @param messageIds the broker's ids for them
   * @return done when taken for sending
   */
  public CompletableFuture<Void> markRead(List<String> messageIds) {
    return link.tell(new ClientMessage.MessageRead(messageIds));
  }

  /**
   * Makes a topic, or finds the one of that name.
   *
   * @param name its name, without {@code #}
   * @param description one line of what it is for
   * @return the topic, and whether it is new
   */
  public CompletableFuture<BrokerMessage.TopicCreated> createTopic(
      String name, Optional<String> description) {
    String visibility = BrokerMessage.Topic.PUBLIC;
    return link.request(
        reqId -> new ClientMessage.TopicCreate(name, description, visibility, reqId),
        BrokerMessage.TopicCreated.class);
  }

  /**
   * Asks which topics there are.
   *
   * @return all of them
   */
  public CompletableFuture<List<BrokerMessage.Topic>> listTopics() {
    return link.request(ClientMessage.TopicList::new, BrokerMessage.TopicsList.class)
        .thenApply(BrokerMessage.TopicsList::topics);
  }

  /**
   * Joins a topic: from now on this presence's mailbox gets what is sent there. Brokers other than
   * ours do not answer this.
   *
   * @param topic its id or name
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> joinTopic(String topic) {
    return acknowledged(reqId -> new ClientMessage.TopicJoin(topic, Optional.empty(), reqId));
  }

  /**
   * Leaves a topic. Brokers other than ours do not answer this.
   *
   * @param topic its id or name
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> leaveTopic(String topic) {
    return acknowledged(reqId -> new ClientMessage.TopicLeave(topic, reqId));
  }

  /**
   * Ends a topic with its history; its creator, owner or admin only.
   *
   * @param topic its id or name
   * @return done when the broker has done it
   */
  public CompletableFuture<Void> deleteTopic(String topic) {
    return acknowledged(reqId -> new ClientMessage.TopicDelete(topic, reqId));
  }

  /**
   * Asks for a topic's latest messages.
   *
   * @param topic its id or name
   * @param limit how many at most
   * @param beforeId only those before the message of this broker's id
   * @return the messages, oldest first, one's own too; text and sender rest on the broker's word
   */
  public CompletableFuture<List<InboundMessage>> topicHistory(
      String topic, int limit, Optional<String> beforeId) {
    return link.request(
            reqId -> new ClientMessage.TopicHistory(topic, OptionalLong.of(limit), beforeId, reqId),
            BrokerMessage.TopicHistoryResult.class)
        .thenApply(result -> link.open(result.messages()));
  }

  /**
   * Changes what this member lets others send it; needs a broker of ours.
   *
   * @param changes by member key or {@code *}: {@code dm} and {@code broadcast}, or neither; empty
   *     to forget an entry
   * @return what holds now
   */
  public CompletableFuture<Map<String, List<String>>> setGrants(
      Map<String, Optional<List<String>>> changes) {
    return link.request(
            reqId -> new ClientMessage.SetGrants(changes, reqId), BrokerMessage.GrantsList.class)
        .thenApply(BrokerMessage.GrantsList::grants);
  }

  /**
   * Asks what this member lets others send it; needs a broker of ours.
   *
   * @return by member key or {@code *}; who is not named may send everything
   */
  public CompletableFuture<Map<String, List<String>>> listGrants() {
    return link.request(ClientMessage.ListGrants::new, BrokerMessage.GrantsList.class)
        .thenApply(BrokerMessage.GrantsList::grants);
  }

  private CompletableFuture<Void> acknowledged(PendingReplies.Request request) {
    return link.request(request, BrokerMessage.Ack.class).thenApply(ack -> null);
  }
}

package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.ClientMessage.AdminAction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

  private static final Optional<String> ID = Optional.of("r1");
  private static final Optional<String> NONE = Optional.empty();
  private static final String KEY =
      "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";

  private static final PeerDetails DETAILS =
      new PeerDetails(
          Optional.of("alpha ü"),
          Optional.of("box"),
          Optional.of("ai"),
          Optional.of("claudemesh-session"),
          Optional.of("m"),
          List.of(new Group("dev", Optional.of("lead")), new Group("ops", NONE)),
          Optional.of("lead"));

  private static String failure(String frame, boolean fromClient) {
    return assertThrows(
            JsonException.class,
            () -> {
              if (fromClient) {
                MessageCodec.decodeFromClient(frame);
              } else {
                MessageCodec.decodeFromBroker(frame);
              }
            },
            frame)
        .getMessage();
  }

  // ── there and back ───────────────────────────────────────────────────────────────────────────

  static Stream<ClientMessage> clientMessages() {
    Json json = Json.parse("{\"a\":[1,null,\"x\"]}");
    ParentAttestation attestation =
        new ParentAttestation("s", "p", OptionalLong.of(Long.MAX_VALUE), "sig");
    return Stream.of(
        new ClientMessage.Hello(
            "m", "i", KEY, "daemon-1", 42, "/w", OptionalLong.of(1), "sig", NONE, DETAILS),
        new ClientMessage.Hello(
            "m", "i", KEY, "", 0, "", OptionalLong.empty(), "", Optional.of(KEY), PeerDetails.NONE),
        new ClientMessage.SessionHello(
            "m",
            ID,
            "p",
            "s",
            Optional.of(attestation),
            "id",
            42,
            "/w",
            OptionalLong.of(1),
            "sig",
            DETAILS),
        new ClientMessage.SessionHello(
            "m",
            NONE,
            "",
            "",
            Optional.empty(),
            "id",
            42,
            "/w",
            OptionalLong.empty(),
            "",
            PeerDetails.NONE),
        new ClientMessage.Send(
            "a",
            "b",
            Optional.of("f"),
            "*",
            Priority.LOW,
            "n",
            "c",
            List.of("x", "y"),
            ID,
            OptionalLong.of(2)),
        new ClientMessage.Send(
            "a", "a", NONE, KEY, Priority.NOW, "", "", List.of(), NONE, OptionalLong.empty()),
        new ClientMessage.Send(
            "a",
            "a",
            NONE,
            KEY,
            Priority.NOW,
            "",
            "",
            List.of(),
            NONE,
            OptionalLong.empty(),
            Optional.of("z")),
        new ClientMessage.MessageRead(List.of("a", "b")),
        new ClientMessage.TopicCreate("dev", ID, "public", ID),
        new ClientMessage.TopicCreate("dev", NONE, "private", NONE),
        new ClientMessage.TopicList(ID),
        new ClientMessage.TopicJoin("dev", Optional.of("lead"), ID),
        new ClientMessage.TopicJoin("dev", NONE, NONE),
        new ClientMessage.TopicLeave("dev", ID),
        new ClientMessage.TopicDelete("dev", ID),
        new ClientMessage.TopicHistory("dev", OptionalLong.of(3), Optional.of("m"), ID),
        new ClientMessage.TopicHistory("dev", OptionalLong.empty(), NONE, NONE),
        new ClientMessage.SetGrants(
            Map.of("*", Optional.of(List.of("dm")), KEY, Optional.empty()), ID),
        new ClientMessage.SetGrants(Map.of(), NONE),
        new ClientMessage.ListGrants(ID),
        new ClientMessage.ClientAck(ID, NONE),
        new ClientMessage.ClientAck(NONE, ID),
        new ClientMessage.ClientAck(NONE, NONE),
        new ClientMessage.ListPeers(ID),
        new ClientMessage.ListPeers(NONE),
        new ClientMessage.SetStatus("dnd"),
        new ClientMessage.SetSummary(""),
        new ClientMessage.SetStats(json),
        new ClientMessage.SetVisible(false, ID),
        new ClientMessage.SetProfile(json, ID),
        new ClientMessage.JoinGroup(new Group("dev", Optional.of("lead"))),
        new ClientMessage.JoinGroup(new Group("dev", NONE)),
        new ClientMessage.LeaveGroup("dev"),
        new ClientMessage.SetState("k", json),
        new ClientMessage.SetState("k", Json.parse("null")),
        new ClientMessage.SetState("k", Json.of("text")),
        new ClientMessage.GetState("k", ID),
        new ClientMessage.ListState(NONE),
        new ClientMessage.Remember("c", List.of("t"), ID),
        new ClientMessage.Recall("q", ID),
        new ClientMessage.Forget("i", ID),
        new ClientMessage.Admin(AdminAction.KICK, "x", ID),
        new ClientMessage.Admin(AdminAction.DISCONNECT, "x", ID),
        new ClientMessage.Admin(AdminAction.BAN, "x", NONE),
        new ClientMessage.Admin(AdminAction.UNBAN, "x", ID),
        new ClientMessage.ListBans(ID),
        new ClientMessage.MessageStatus("i", ID),
        new ClientMessage.Unknown("vault_list", ID, Optional.of("r2")),
        new ClientMessage.Unknown("", NONE, NONE));
  }

  @ParameterizedTest
  @MethodSource("clientMessages")
  void whatAClientSaysIsReadAsItWasMeant(ClientMessage message) {
    assertEquals(message, MessageCodec.decodeFromClient(MessageCodec.encode(message)));
  }

  static Stream<BrokerMessage> brokerMessages() {
    Json json = Json.parse("{\"a\":[1,null,\"x\"]}");
    PeerSummary row = PeerSummary.decode(Json.parse("{\"pubkey\":\"ab\",\"role\":\"service\"}"));
    var set = new BrokerMessage.StateEntry("k", Optional.of(json), "alpha", "t");
    var unset = new BrokerMessage.StateEntry("k", Optional.empty(), "", "");
    var topic = new BrokerMessage.Topic("t", "dev", Optional.of("d"), "public", 3, "t");
    var bare = new BrokerMessage.Topic("u", "ops", NONE, "public", 0, "");
    var push =
        new BrokerMessage.Push(
            "i", "m", KEY, Priority.LOW, "n", "c", "t", ID, ID, ID, ID, ID, ID, ID, ID);
    return Stream.of(
        new BrokerMessage.HelloAck(ID, ID, true, Optional.of(json)),
        new BrokerMessage.HelloAck(NONE, NONE, false, Optional.empty()),
        new BrokerMessage.Error("c", "m", ID, Optional.of("r2")),
        new BrokerMessage.Error("c", "", NONE, NONE),
        new BrokerMessage.Ack("i", "m", true, NONE, NONE),
        new BrokerMessage.Ack("", "", false, Optional.of("rate_limit: x"), ID),
        new BrokerMessage.Push(
            "i", "m", KEY, Priority.LOW, "n", "c", "t", ID, ID, ID, ID, ID, ID, ID, ID),
        new BrokerMessage.Push(
            "i",
            "m",
            KEY,
            Priority.NEXT,
            "n",
            "c",
            "t",
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE),
        new BrokerMessage.SystemEvent(
            "peer_joined", "n", KEY, List.of(new Group("dev", NONE)), "i", "m", "t"),
        new BrokerMessage.PeersList(List.of(row), ID),
        new BrokerMessage.PeersList(List.of(), NONE),
        new BrokerMessage.StateResult(set, ID),
        new BrokerMessage.StateResult(unset, ID),
        new BrokerMessage.StateList(List.of(set, unset), ID),
        new BrokerMessage.StateChange("k", Optional.of(json), "alpha"),
        new BrokerMessage.StateChange("k", Optional.empty(), "alpha"),
        new BrokerMessage.MemoryStored("i", ID),
        new BrokerMessage.MemoryResults(
            List.of(new BrokerMessage.Memory("i", "c", List.of("t"), "a", "t")), ID),
        new BrokerMessage.AdminAck(AdminAction.KICK, List.of("a", "b"), List.of("c"), ID),
        new BrokerMessage.AdminAck(AdminAction.DISCONNECT, List.of(), List.of(), ID),
        new BrokerMessage.AdminAck(AdminAction.BAN, List.of("a"), List.of(), ID),
        new BrokerMessage.AdminAck(AdminAction.UNBAN, List.of("a"), List.of(), ID),
        new BrokerMessage.BansList(List.of(new BrokerMessage.Ban("a", KEY, "t")), ID),
        new BrokerMessage.MessageStatusResult(
            "i", "*", true, ID, List.of(new BrokerMessage.Recipient("a", KEY, "delivered")), ID),
        new BrokerMessage.MessageStatusResult("i", "*", false, NONE, List.of(), NONE),
        new BrokerMessage.MessageStatusResult(
            "i",
            "*",
            false,
            NONE,
            List.of(new BrokerMessage.Recipient("a", KEY, "dead", Optional.of("too old"))),
            NONE),
        new BrokerMessage.TopicCreated(topic, true, ID),
        new BrokerMessage.TopicsList(List.of(topic, bare), NONE),
        new BrokerMessage.TopicHistoryResult("dev", List.of(push), ID),
        new BrokerMessage.TopicHistoryResult("dev", List.of(), NONE),
        new BrokerMessage.GrantsList(Map.of("*", List.of("dm"), KEY, List.of()), ID),
        new BrokerMessage.Unknown("skill_list", ID));
  }

  @ParameterizedTest
  @MethodSource("brokerMessages")
  void whatABrokerSaysIsReadAsItWasMeant(BrokerMessage message) {
    assertEquals(message, MessageCodec.decodeFromBroker(MessageCodec.encode(message)));
  }

  @Test
  void inboundIsAnotherWordForPush() {
    String push = "\",\"messageId\":\"i\",\"senderPubkey\":\"" + KEY + "\",\"ciphertext\":\"c\"}";
    assertEquals(
        MessageCodec.decodeFromBroker("{\"type\":\"push" + push),
        MessageCodec.decodeFromBroker("{\"type\":\"inbound" + push));
  }

  @Test
  void aPushWithoutAClientIdIsKnownByTheBrokers() {
    String frame =
        "{\"type\":\"push\",\"messageId\":\"i\",\"senderPubkey\":\"k\",\"ciphertext\":\"c\",\"client_message_id\":null}";
    var push = assertInstanceOf(BrokerMessage.Push.class, MessageCodec.decodeFromBroker(frame));
    assertEquals("i", push.identity());
    assertEquals(Priority.NEXT, push.priority());
  }

  @Test
  void anAckFromTheClientsSideIsNotTheBrokersAck() {
    assertInstanceOf(
        ClientMessage.Unknown.class,
        MessageCodec.decodeFromClient("{\"type\":\"ack\",\"id\":\"i\"}"));
    assertInstanceOf(
        BrokerMessage.Unknown.class,
        MessageCodec.decodeFromBroker("{\"type\":\"list_peers\",\"_reqId\":\"r\"}"));
  }

  @Test
  void ofTheHelloAckOnlyTheTypeIsReliedOn() {
    for (String rest : List.of("", ",\"presenceId\":null,\"limits\":null,\"restored\":null")) {
      assertEquals(
          new BrokerMessage.HelloAck(NONE, NONE, false, Optional.empty()),
          MessageCodec.decodeFromBroker("{\"type\":\"hello_ack\"" + rest + "}"));
    }
  }

  // ── what is wrong is named ───────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "[]", "42", "\"hello_ack\"", "true", "", "{", "\ufeff{\"type\":\"ack\"}"})
  void whatIsNoObjectIsNoMessageInEitherDirection(String frame) {
    failure(frame, true);
    failure(frame, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'type':7};type: expected a string, found a number",
        "{'type':'push','messageId':'i','ciphertext':'c'};senderPubkey: expected a string, found"
            + " nothing",
        "{'type':'push','messageId':'i','senderPubkey':'k','ciphertext':null};ciphertext: expected"
            + " a string, found nothing",
        "{'type':'push','messageId':1,'senderPubkey':'k','ciphertext':'c'};messageId: expected a"
            + " string, found a number",
        "{'type':'push','messageId':'i','senderPubkey':'k','ciphertext':'c','priority':1};priority:"
            + " expected a string, found a number",
        "{'type':'ack','id':'i','queued':'yes'};queued: expected true or false, found a string",
        "{'type':'ack','id':['i']};id: expected a string, found an array",
        "{'type':'peers_list','peers':{}};peers: expected an array, found an object",
        "{'type':'peers_list','peers':['x']};peers[0]: expected an object, found a string",
        "{'type':'peers_list','peers':[{}]};pubkey: expected a string, found nothing",
        "{'type':'peers_list','peers':[],'_reqId':1};_reqId: expected a string, found a number",
        "{'type':'state_result'};key: expected a string, found nothing",
        "{'type':'state_change','value':1};key: expected a string, found nothing",
        "{'type':'memory_stored'};id: expected a string, found nothing",
        "{'type':'memory_results','memories':[{'content':'c'}]};id: expected a string, found"
            + " nothing",
        "{'type':'memory_results','memories':[{'id':'i','tags':[1]}]};tags[0]: expected a string,"
            + " found a number",
        "{'type':'topic_created'};id: expected a string, found nothing",
        "{'type':'topic_history_response','messages':[{}]};id: expected a string, found nothing",
        "{'type':'grants_list','grants':{'*':'dm'}};*: expected an array, found a string",
        "{'type':'ban_ack'};banned: expected a string, found nothing",
        "{'type':'message_status_result'};messageId: expected a string, found nothing",
        "{'type':'hello_ack','restored':1};restored: expected true or false, found a number"
      })
  void aBrokersMistakeIsNamed(String frame, String message) {
    assertEquals(message, failure(frame.replace('\'', '"'), false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'type':null,'id':7};id: expected a string, found a number",
        "{'type':'send','id':'i','targetSpec':'*'};ciphertext: expected a string, found nothing",
        "{'type':'send','id':'i','ciphertext':'c'};targetSpec: expected a string, found nothing",
        "{'type':'send','id':'i','targetSpec':'*','ciphertext':'c','mentions':'x'};mentions:"
            + " expected an array, found a string",
        "{'type':'send','id':'i','targetSpec':'*','ciphertext':'c','bodyVersion':1e3};bodyVersion:"
            + " expected a whole number of 64 bits, found another number",
        "{'type':'hello','meshId':'m','memberId':'i','pubkey':'k','sessionId':'s','pid':'42','cwd':'/'};pid:"
            + " expected a whole number, found a string",
        "{'type':'hello','meshId':'m','memberId':'i','pubkey':'k','sessionId':'s','pid':1e3,'cwd':'/'};pid:"
            + " expected a whole number of 64 bits, found another number",
        "{'type':'hello','meshId':'m','memberId':'i','pubkey':'k','sessionId':'s','pid':99999999999999999999,'cwd':'/'};pid:"
            + " expected a whole number of 64 bits, found another number",
        "{'type':'session_hello','meshId':'m','sessionId':null,'pid':1,'cwd':'/'};sessionId:"
            + " expected a string, found nothing",
        "{'type':'set_stats'};stats: expected a value, found nothing",
        "{'type':'set_status','status':null};status: expected a string, found nothing",
        "{'type':'set_visible','visible':0};visible: expected true or false, found a number",
        "{'type':'join_group'};name: expected a string, found nothing",
        "{'type':'recall'};query: expected a string, found nothing",
        "{'type':'topic_create'};name: expected a string, found nothing",
        "{'type':'topic_join'};topic: expected a string, found nothing",
        "{'type':'topic_history','topic':'t','limit':'x'};limit: expected a whole number, found a"
            + " string",
        "{'type':'set_grants','grants':{'*':1}};*: expected an array, found a number",
        "{'type':'kick','target':1};target: expected a string, found a number"
      })
  void aClientsMistakeIsNamed(String frame, String message) {
    assertEquals(message, failure(frame.replace('\'', '"'), true));
  }

  @Test
  void whatABrokerRefusesByItsOwnNameIsReadLeniently() {
    String frame =
        "{\"type\":\"session_hello\",\"meshId\":\"m\",\"sessionId\":\"s\",\"pid\":1,\"cwd\":\"/\","
            + "\"timestamp\":\"1\",\"signature\":7,\"sessionPubkey\":[],\"parentMemberPubkey\":null,"
            + "\"parentAttestation\":\"none\"}";
    var hello =
        assertInstanceOf(ClientMessage.SessionHello.class, MessageCodec.decodeFromClient(frame));
    assertEquals(OptionalLong.empty(), hello.timestamp());
    assertEquals("", hello.signature());
    assertEquals("", hello.sessionPubkey());
    assertEquals("", hello.parentMemberPubkey());
    assertEquals(Optional.empty(), hello.attestation());
  }

  @Test
  void aSendWithoutAnIdHasAnEmptyOne() {
    String frame = "{\"type\":\"send\",\"targetSpec\":\"*\",\"ciphertext\":\"c\"}";
    var send = assertInstanceOf(ClientMessage.Send.class, MessageCodec.decodeFromClient(frame));
    assertEquals("", send.id());
    assertEquals("", send.clientMessageId());
    assertEquals(Priority.NEXT, send.priority());
  }

  @Test
  void tenThousandLevelsAreRefusedAndDoNotOverflow() {
    String deep =
        "{\"type\":\"state_change\",\"key\":\"k\",\"value\":"
            + "[".repeat(10_000)
            + "]".repeat(10_000)
            + "}";
    assertTrue(failure(deep, false).startsWith("not JSON: "));
    assertTrue(failure(deep.replace("state_change", "set_state"), true).startsWith("not JSON: "));
  }

  @Test
  void theLastOfTwoFieldsWithOneNameCountsInEveryReader() {
    String frame = "{\"type\":\"push\",\"type\":\"error\",\"code\":\"a\",\"code\":\"b\"}";
    var error = assertInstanceOf(BrokerMessage.Error.class, MessageCodec.decodeFromBroker(frame));
    assertEquals("b", error.code());
  }

  @Test
  void loneSurrogatesPassThroughTheCodecUnharmed() {
    String frame = "{\"type\":\"error\",\"code\":\"\\ud800\",\"message\":\"\\udc00\"}";
    var error = assertInstanceOf(BrokerMessage.Error.class, MessageCodec.decodeFromBroker(frame));
    assertEquals("\ud800", error.code());
    assertEquals(error, MessageCodec.decodeFromBroker(MessageCodec.encode(error)));
  }

  @Test
  void anEmptySessionKeyInAHelloIsNone() {
    String frame =
        "{\"type\":\"hello\",\"meshId\":\"m\",\"memberId\":\"i\",\"pubkey\":\"k\",\"sessionId\":\"s\",\"pid\":1,\"cwd\":\"/\",\"sessionPubkey\":\"\"}";
    var hello = assertInstanceOf(ClientMessage.Hello.class, MessageCodec.decodeFromClient(frame));
    assertEquals(Optional.empty(), hello.sessionPubkey());
  }
}

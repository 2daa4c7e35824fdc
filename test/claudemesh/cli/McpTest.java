package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh as an agent's tools, spoken to as an agent does: lines of JSON-RPC. */
final class McpTest {

  @TempDir Path folder;
  private Scene scene;
  private RunningCli server;
  private int lastId;

  @BeforeEach
  void aMeshAndAnAgentOfAlices() throws Exception {
    scene = new Scene(folder);
    server = scene.asAlice("mcp", "--as", "agent");
  }

  @AfterEach
  void end() {
    scene.close();
  }

  private Json ask(String method, String params) throws Exception {
    int id = ++lastId;
    say(
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}"
            .formatted(id, method, params));
    return answer("\"id\":" + id);
  }

  private void say(String line) throws Exception {
    server.type(line + "\n");
  }

  private Json answer(String part) throws Exception {
    return Json.parseObject(server.awaitLine(line -> line.contains(part)));
  }

  private Json initialize(String revision) throws Exception {
    Json answer =
        ask(
            "initialize",
            "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"
                .formatted(revision));
    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    return answer.get("result").orElseThrow(() -> new AssertionError(answer.toString()));
  }

  private Json call(String tool, String arguments) throws Exception {
    Json answer =
        ask("tools/call", "{\"name\":\"%s\",\"arguments\":%s}".formatted(tool, arguments));
    return answer.get("result").orElseThrow(() -> new AssertionError(answer.toString()));
  }

  private static Json structured(Json result) {
    assertFalse(result.bool("isError", true), result.toString());
    return result.get("structuredContent").orElseThrow();
  }

  private long errorCode(Json answer) {
    return answer
        .get("error")
        .orElseThrow(() -> new AssertionError(answer.toString()))
        .number("code");
  }

  @Test
  void theRevisionIsTheClientsIfItIsSpokenAndOursOtherwise() throws Exception {
    assertEquals("2025-03-26", initialize("2025-03-26").string("protocolVersion"));
    Json ours = initialize("1999-01-01");
    assertEquals("2025-11-25", ours.string("protocolVersion"));
    assertTrue(ours.get("capabilities").orElseThrow().has("tools"));
  }

  @Test
  void anAgentFindsAPeerWritesToItAndGetsItsAnswerOnce() throws Exception {
    RunningCli bob = scene.listeningBob();
    initialize("2025-11-25");
    List<Json> peers = structured(call("list_peers", "{}")).list("peers");
    assertTrue(peers.stream().anyMatch(p -> p.string("displayName").equals("bob")), "bob is there");
    assertTrue(
        peers.stream().noneMatch(p -> p.string("role").equals("control-plane")), "sessions only");

    Json sent = structured(call("send_message", "{\"to\":\"bob\",\"message\":\"hi bob\"}"));
    assertTrue(sent.bool("encrypted", false));
    bob.awaitLine(line -> line.contains("hi bob"));

    bob.type("{\"to\":\"agent\",\"body\":\"hi agent\"}\n");
    Json told = answer("notifications/message");
    assertEquals(
        "hi agent", told.get("params").orElseThrow().get("data").orElseThrow().string("body"));
    Json came = structured(call("check_messages", "{\"wait_seconds\":60}"));
    assertEquals("hi agent", came.list("messages").get(0).string("body"));
    assertEquals(List.of(), structured(call("check_messages", "{}")).list("messages"));
  }

  @Test
  void statusAndSummaryAreSeenByOthers() throws Exception {
    initialize("2025-11-25");
    structured(call("set_status", "{\"status\":\"working\"}"));
    structured(call("set_summary", "{\"summary\":\"reads\"}"));
    scene.awaitPeer("agent");
    Json rows = scene.bob.run("peer", "list", "--json=displayName,status,summary").json();
    assertTrue(
        rows.toString().contains("\"status\":\"working\",\"summary\":\"reads\""), rows.toString());
  }

  @Test
  void whatGoesWrongInAToolIsAResultForTheModel() throws Exception {
    initialize("2025-11-25");
    Json result = call("send_message", "{\"to\":\"nobody-here\",\"message\":\"x\"}");
    assertTrue(result.bool("isError", false));
    assertTrue(result.list("content").get(0).string("text").contains("nobody-here"));
  }

  @Test
  void whatIsNotUnderstoodIsAnErrorAndTheNextLineGoesOn() throws Exception {
    initialize("2025-11-25");
    say("{nonsense");
    assertEquals(-32700, errorCode(answer("-32700")));
    say("[1]");
    assertEquals(-32600, errorCode(answer("-32600")));
    assertEquals(-32601, errorCode(ask("resources/list", "{}")));
    assertEquals(-32602, errorCode(ask("tools/call", "{\"name\":\"rm\"}")));
    assertEquals(
        -32602, errorCode(ask("tools/call", "{\"name\":\"send_message\",\"arguments\":{}}")));
    assertEquals(-32602, errorCode(ask("logging/setLevel", "{\"level\":\"loud\"}")));
    assertTrue(ask("ping", "{}").has("result"));
  }

  @Test
  void aCancelledCallEndsWithoutAnAnswerAndTheEndOfInputEndsTheServer() throws Exception {
    initialize("2025-11-25");
    say(
        "{\"jsonrpc\":\"2.0\",\"id\":\"slow\",\"method\":\"tools/call\",\"params\":{\"name\":\"check_messages\",\"arguments\":{\"wait_seconds\":300}}}");
    say(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"slow\"}}");
    assertTrue(ask("ping", "{}").has("result"));
    server.endInput();
    assertEquals(0, server.exitCode());
    assertFalse(server.seen().toString().contains("\"slow\""), server.seen().toString());
  }
}

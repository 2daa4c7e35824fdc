package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.acknowledge;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those who run a broker see of it and do to it (protocol.md §7). */
class OperationsTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder;
  private BrokerRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = BrokerRig.start(folder, options -> options.withRate(10, 2).withMaxMessageChars(1_000));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private HttpResponse<String> request(String method, String path, String body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + rig.url().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String hook(String body) throws Exception {
    return request("POST", "/hook/set-status", body).body();
  }

  private void metric(String line) throws Exception {
    List<String> lines = request("GET", "/metrics", "").body().lines().toList();
    assertTrue(lines.contains(line), () -> line + " is not in " + lines);
  }

  @Test
  void metricsTellWhatHappened() throws Exception {
    TestPeer alpha = rig.member(ALPHA, "a");
    Json message = rig.message(BRAVO.publicHex(), "x");
    rig.send(alpha, message);
    rig.send(alpha, message);
    rig.send(alpha, BRAVO.publicHex(), "y"); // over the burst
    rig.send(alpha, "f".repeat(64), "z");
    rig.send(alpha, BRAVO.publicHex(), "z".repeat(2_000));
    rig.connect().say(rig.hello(ALPHA).toBuilder().put("timestamp", 1).build()).ending();
    HttpResponse<String> page = request("GET", "/metrics", "");
    assertEquals(
        "text/plain; version=0.0.4", page.headers().firstValue("content-type").orElseThrow());
    metric("# TYPE broker_messages_routed_total counter");
    metric("broker_connections_total 2");
    metric("broker_connections_active 1");
    metric("broker_connections_rejected_total{reason=\"timestamp_skew\"} 1");
    metric("broker_messages_routed_total{priority=\"now\"} 2");
    metric("broker_messages_duplicate_total 1");
    metric("broker_messages_rejected_total{reason=\"no_recipient\"} 1");
    metric("broker_messages_rejected_total{reason=\"too_large\"} 1");
    metric("broker_messages_throttled_total 2");
    metric("broker_queue_depth 2");
    TestPeer bravo = rig.member(BRAVO, "b");
    bravo.say(acknowledge(bravo.nextMail())).drain();
    metric("broker_messages_delivered_total 1");
  }

  @Test
  void aHookSetsTheStatusOfTheProgramBesideIt() throws Exception {
    TestPeer alpha = rig.member(ALPHA, "a");
    Json row = alpha.ask(frame("list_peers")).list("peers").getFirst();
    Json.Builder body = Json.object().put("cwd", row.string("cwd")).put("status", "working");
    Json answer = Json.parseObject(hook(body.build().toString()));
    assertTrue(answer.bool("ok", false));
    assertEquals(32, answer.string("presence_id").length());
    Json after = alpha.ask(frame("list_peers")).list("peers").getFirst();
    assertEquals("working", after.string("status"));
    assertEquals("{\"ok\":true,\"pending\":true}", hook(body.put("pid", 1).build().toString()));
  }

  @Test
  void aHookIsAnsweredAsDeployedBrokersAnswerIt() throws Exception {
    assertEquals(
        "{\"ok\":true,\"pending\":true}", hook("{\"cwd\":\"/nobody\",\"status\":\"idle\"}"));
    assertEquals(
        "{\"ok\":false,\"error\":\"cwd and status required\"}", hook("{\"status\":\"idle\"}"));
    assertEquals(500, request("POST", "/hook/set-status", "{bad").statusCode());
    assertEquals(405, request("GET", "/hook/set-status", "").statusCode());
  }

  @Test
  void everyClientIsToldWhenTheBrokerGoesAway() {
    List<TestPeer> peers = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      peers.add(rig.connect());
    }
    rig.broker.close();
    peers.forEach(peer -> assertEquals("1001 server is shutting down", peer.ending()));
  }
}

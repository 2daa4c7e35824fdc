package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A page in a {@link Chromium}, driven over the DevTools protocol. What it asks the network for and
 * complains about is kept.
 */
final class BrowserPage implements AutoCloseable, WebSocket.Listener {

  private static final long LIMIT_SECONDS = 50;

  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final String session;
  private final AtomicLong number = new AtomicLong();
  private final Map<Long, CompletableFuture<Json>> asked = new ConcurrentHashMap<>();
  private final StringBuilder text = new StringBuilder(); // the WebSocket's thread only
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /** Opens an empty page. */
  BrowserPage(URI devTools) throws Exception {
    this.socket =
        client
            .newWebSocketBuilder()
            .buildAsync(devTools, this)
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    String target =
        ask("", "Target.createTarget", Json.object().put("url", "about:blank")).string("targetId");
    this.session =
        ask("", "Target.attachToTarget", Json.object().put("targetId", target).put("flatten", true))
            .string("sessionId");
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      ask(domain + ".enable", Json.object());
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      Json message = Json.parseObject(text.toString());
      text.setLength(0);
      if (message.has("id")) {
        asked.remove(message.number("id")).complete(message);
      } else {
        happened(message.string("method"), message.get("params").orElseThrow());
      }
    }
    from.request(1);
    return null;
  }

  private void happened(String method, Json told) {
    switch (method) {
      case "Network.requestWillBeSent" ->
          requests.add(told.get("request").orElseThrow().string("url"));
      case "Runtime.exceptionThrown", "Log.entryAdded" -> complaints.add(told.toString());
      case "Runtime.consoleAPICalled" -> complaints.add(told.toString());
      default -> {}
    }
  }

  private Json ask(String inSession, String method, Json.Builder params) throws Exception {
    long id = number.incrementAndGet();
    CompletableFuture<Json> answer = new CompletableFuture<>();
    asked.put(id, answer);
    Json.Builder message =
        Json.object().put("id", id).put("method", method).put("params", params.build());
    if (!inSession.isEmpty()) {
      message.put("sessionId", inSession);
    }
    socket.sendText(message.build().toString(), true).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    Json reply = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    return reply.get("result").orElseThrow(() -> new AssertionError(method + " failed: " + reply));
  }

  private Json ask(String method, Json.Builder params) throws Exception {
    return ask(session, method, params);
  }

  /** Whether the person prefers {@code light} or {@code dark}. */
  void prefer(String scheme) throws Exception {
    Json feature = Json.object().put("name", "prefers-color-scheme").put("value", scheme).build();
    ask("Emulation.setEmulatedMedia", Json.object().put("features", Json.array(List.of(feature))));
  }

  void resize(int width, int height) throws Exception {
    ask(
        "Emulation.setDeviceMetricsOverride",
        Json.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  void open(String url) throws Exception {
    ask("Page.navigate", Json.object().put("url", url));
  }

  /** The value of an expression in the page, or of its promise. */
  Json value(String expression) throws Exception {
    Json result =
        ask(
            "Runtime.evaluate",
            Json.object()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result);
    }
    return result.get("result").orElseThrow();
  }

  String string(String expression) throws Exception {
    return value(expression).string("value");
  }

  boolean holds(String expression) throws Exception {
    return value("Boolean(" + expression + ")").bool("value", false);
  }

  /** Waits until the page has changed so that an expression is true. */
  void await(String expression) throws Exception {
    try {
      value(
          """
          new Promise((done) => {
            const look = () => { if (%s) { watch.disconnect(); done(true); } };
            const watch = new MutationObserver(look);
            watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
            look();
          })\
          """
              .formatted(expression));
    } catch (Exception e) {
      throw new AssertionError(
          "waited in vain for " + expression + " in: " + string("document.body.innerText"), e);
    }
  }

  /** Takes a picture of all of it. */
  void picture(Path file) throws Exception {
    Json answer = ask("Page.captureScreenshot", Json.object().put("captureBeyondViewport", true));
    write(file, Base64.getDecoder().decode(answer.string("data")));
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
  }

  /** What it asked the network for so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** What it complained about since this was asked last: exceptions, and all on the console. */
  List<String> takeComplaints() {
    List<String> all = new ArrayList<>(complaints);
    complaints.removeAll(all);
    return all;
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
  }
}

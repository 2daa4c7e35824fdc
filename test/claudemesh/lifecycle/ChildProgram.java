package claudemesh.lifecycle;

import claudemesh.json.Json;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Programs of one lifecycle each that tests start as processes of their own. */
final class ChildProgram {

  private ChildProgram() {}

  /** What to run, and what it needs. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("thousands")) {
      JdkTransport.tuneProcessForThousands();
    }
    JdkTransport.tuneProcess(); // leaves what is set
    switch (arguments[0]) {
      case "tuned", "thousands" -> tuned();
      case "leaves" -> leaves(arguments[1]);
      case "proxy" -> throughProxy(arguments[1], arguments[2]);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void tuned() {
    System.out.println(System.getProperty("jdk.httpclient.websocket.writeBufferSize"));
    System.out.println(System.getProperty("jdk.httpclient.websocket.intermediateBufferSize"));
    System.out.println(System.getProperty("jdk.httpclient.bufsize"));
    System.out.println("[" + System.getProperty("jdk.http.auth.tunneling.disabledSchemes") + "]");
    System.out.println(Security.getProperty("networkaddress.cache.ttl"));
    System.out.println(Security.getProperty("networkaddress.cache.negative.ttl"));
  }

  // Returns from main while its lifecycle tries to connect for ever, and its listener throws.
  private static void leaves(String url) throws InterruptedException {
    CountDownLatch tried = new CountDownLatch(3);
    WsListener<Json> throwing =
        new WsListener<>() {
          @Override
          public void onDisconnect(Disconnect disconnect) {
            tried.countDown();
            throw new IllegalStateException("thrown on purpose");
          }
        };
    WsLifecycle.start(
        WsOptions.json(url)
            .listener(throwing)
            .transport(new JdkTransport(TlsSettings.DEFAULT, Map.of()))
            .backoff(List.of(Duration.ofMillis(1)))
            .build());
    tried.await();
  }

  // Says "open", or why not.
  private static void throughProxy(String url, String proxy) throws InterruptedException {
    var lifecycle =
        WsLifecycle.start(
            WsOptions.json(url)
                .hello(Scene::hello)
                .ack(Scene::classify)
                .transport(new JdkTransport(TlsSettings.DEFAULT, Map.of("http_proxy", proxy)))
                .build());
    CountDownLatch over = new CountDownLatch(1);
    try (lifecycle) {
      while (over.getCount() > 0 && lifecycle.lastEnding().isEmpty()) {
        try {
          lifecycle.awaitOpen(Duration.ofMillis(20));
          over.countDown();
        } catch (NotOpenException notYet) {
          continue;
        }
      }
      System.out.println(
          lifecycle.lastEnding().map(Ending::words).orElse(lifecycle.status().word()));
    }
  }
}

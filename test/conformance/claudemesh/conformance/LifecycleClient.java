package claudemesh.conformance;

import claudemesh.json.Log;
import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.SendRefusedException;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsListener;
import claudemesh.lifecycle.WsOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The project's own client. It has no binary messages: those get no answer. */
final class LifecycleClient implements EchoClient {

  private static final int LARGEST = 32 << 20;
  private static final Duration PING = Duration.ofSeconds(30);

  @Override
  public void echo(String url) throws InterruptedException, TimeoutException {
    CompletableFuture<WsLifecycle<String>> handle = new CompletableFuture<>();
    WsOptions<String> options =
        WsOptions.of(url, Function.identity())
            .inboundLimit(LARGEST)
            .outboundLimit(2 * LARGEST, 10_000)
            .writeTimeout(PATIENCE) // the suite takes its time to read 16 MiB,
            .liveness(PING, PATIENCE) // and until it has answers no ping,
            .probeTimeout(PATIENCE) // not one after this process was stopped either
            .listener(new Echo(handle))
            .build();
    try (WsLifecycle<String> lifecycle = WsLifecycle.start(options)) {
      handle.complete(lifecycle);
      if (!lifecycle.awaitClosed(PATIENCE)) {
        throw new TimeoutException(url + " did not end within " + PATIENCE.toSeconds() + " s");
      }
    }
  }

  private record Echo(CompletableFuture<WsLifecycle<String>> handle) implements WsListener<String> {

    @Override
    public void onMessage(String text) {
      try {
        handle.join().send(text);
      } catch (SendRefusedException e) {
        Log.warn("echo_refused", "why", e.getMessage());
      }
    }

    @Override
    public void onDisconnect(Disconnect disconnect) {
      handle.join().close(); // each case is one connection
    }
  }
}

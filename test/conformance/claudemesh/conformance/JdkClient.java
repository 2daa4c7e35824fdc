package claudemesh.conformance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The JDK's WebSocket with nothing of ours around it: what it gets wrong is not ours to mend, and
 * what it gets right our client has no excuse for.
 */
final class JdkClient implements EchoClient, AutoCloseable {

  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public void echo(String url) throws InterruptedException, TimeoutException {
    run(url, new Echo(), PATIENCE);
  }

  /** Connects, and returns the text that comes until the connection has ended. */
  String ask(String url, Duration patience) throws InterruptedException, TimeoutException {
    Collector collector = new Collector();
    run(url, collector, patience);
    return collector.text.toString();
  }

  private void run(String url, Once listener, Duration patience)
      throws InterruptedException, TimeoutException {
    WebSocket socket = client.newWebSocketBuilder().buildAsync(URI.create(url), listener).join();
    if (!listener.ended.await(patience.toSeconds(), TimeUnit.SECONDS)) {
      socket.abort();
      throw new TimeoutException(url + " did not end within " + patience.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  /** Knows when its one connection has ended. */
  private abstract static class Once implements WebSocket.Listener {

    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      ended.countDown();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.countDown();
    }
  }

  private static final class Collector extends Once {

    private final StringBuffer text = new StringBuffer();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      socket.request(1);
      return null;
    }
  }

  /** Passes parts on as they come; demand follows the send, since two at once are not allowed. */
  private static final class Echo extends Once {

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      return then(socket, socket.sendText(data, last));
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      return then(socket, socket.sendBinary(data, last));
    }

    private static CompletionStage<?> then(WebSocket socket, CompletableFuture<WebSocket> sent) {
      return sent.whenComplete((done, failure) -> socket.request(1));
    }
  }
}

package claudemesh.http;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The whole server over TLS on real sockets, with the same clients as {@link TlsTarget}. Whatever
 * it is told, it ends the connection once its peer has ended its side; when all inputs are through
 * it holds none. Descriptors and threads are looked at after the run.
 */
public final class TlsSocketTarget extends Target {

  private static final byte[] REQUEST =
      "GET /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int LOOK_MILLIS = 20;

  /** Looks are counted, not seconds: a process that is stopped does not look. */
  private static final int MOST_LOOKS = 1_500;

  private static final int QUIET_LOOKS = 4;

  private static final long ALLOWED = 12 << 20;

  /** Made when it is first needed: only this target's own runs need a port. */
  private static final class Holder {
    private static final HttpServer SERVER = start();

    private static HttpServer start() {
      try {
        return HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0)
                .withTls(TlsEnds.SERVER)
                .withTickPeriod(Duration.ZERO), // nothing ends because it took too long
            exchange -> exchange.respond(200, "text/plain", exchange.request().path()));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /** The target. */
  public TlsSocketTarget() {
    super("sockets", 1, ALLOWED, TlsTarget.WORDS);
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    return TlsTarget.script(random);
  }

  @Override
  protected int held() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int looks = 0; looks < MOST_LOOKS && Holder.SERVER.connections() > 0; looks++) {
      never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
    return Holder.SERVER.connections();
  }

  @Override
  protected void check(byte[] input) throws IOException {
    TlsScript script = new TlsScript(input);
    SplittableRandom random = new SplittableRandom(Arrays.hashCode(input));
    MeddledPeer peer = new MeddledPeer(script, List.of(REQUEST), true, random);
    try (Socket socket = new Socket()) {
      socket.setSoLinger(true, 0); // no port is kept waiting
      socket.setSoTimeout(LOOK_MILLIS);
      socket.connect(Holder.SERVER.address());
      boolean patient = carry(peer, socket);
      if (peer.meddled() || script.renegotiates() || !patient) {
        return;
      }
    }
    String answer = new String(peer.heard(), StandardCharsets.US_ASCII);
    Failed.unless("a whole request is answered: " + answer, answer.endsWith("\r\n\r\n/abc"));
  }

  /**
   * Carries bytes both ways until the server has ended the connection; false if its peer was taken
   * to wait for ever, as a server does that is told of a longer record than there is.
   */
  private static boolean carry(MeddledPeer peer, Socket socket) throws IOException {
    byte[] buffer = new byte[20_000];
    boolean ended = false;
    int looks = 0;
    while (true) {
      for (int count = peer.read(buffer, 0, buffer.length);
          count > 0;
          count = peer.read(buffer, 0, buffer.length)) {
        if (!ended && !sent(socket, buffer, count)) {
          return true;
        }
      }
      if (!ended && (peer.isThrough() || looks > QUIET_LOOKS)) {
        ended = true;
        socket.shutdownOutput();
      }
      try {
        int count = socket.getInputStream().read(buffer);
        if (count < 0) {
          peer.heardTheEnd();
          return looks <= QUIET_LOOKS;
        }
        peer.write(buffer, 0, count);
      } catch (SocketTimeoutException e) {
        Failed.unless("the server ends the connection", ++looks < MOST_LOOKS);
      } catch (IOException e) {
        return true; // reset: an end as well
      }
    }
  }

  private static boolean sent(Socket socket, byte[] bytes, int count) {
    try {
      socket.getOutputStream().write(bytes, 0, count);
      return true;
    } catch (IOException e) {
      return false; // it was ended already
    }
  }
}

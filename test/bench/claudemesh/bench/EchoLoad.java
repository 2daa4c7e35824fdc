package claudemesh.bench;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Small frames to any server that echoes, and back: {@code PORT CONNECTIONS BYTES UNDER_WAY
 * SECONDS}. Lean clients on one thread, so that two servers can be compared on a machine that has
 * to run the load as well. Prints one JSON line.
 */
public final class EchoLoad {

  private EchoLoad() {}

  /**
   * Runs.
   *
   * @param args see above
   * @throws IOException if a connection breaks
   */
  public static void main(String[] args) throws IOException {
    int connections = Integer.parseInt(args[1]);
    byte[] text = new byte[Integer.parseInt(args[2])];
    Arrays.fill(text, (byte) 'x');
    byte[] frame = LeanSocket.frame(text);
    long[] echoed = new long[1];
    LeanSocket.Listener again =
        new LeanSocket.Listener() {
          @Override
          public void onText(LeanSocket socket, byte[] bytes, int from, int length) {
            echoed[0]++;
            socket.queue(frame);
          }
        };
    try (LeanLoop loop = new LeanLoop(Integer.parseInt(args[0]))) {
      List<LeanSocket> sockets = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        sockets.add(loop.connect(again));
      }
      loop.runUntil("all open", () -> sockets.stream().allMatch(LeanSocket::isOpen));
      for (int i = 0; i < Integer.parseInt(args[3]); i++) {
        sockets.forEach(socket -> socket.queue(frame));
      }
      turnFor(loop, sockets, 3); // warm-up: the JIT decides what is measured
      long before = echoed[0];
      double seconds = turnFor(loop, sockets, Integer.parseInt(args[4]));
      long rate = Math.round((echoed[0] - before) / seconds);
      System.out.println(Json.object().put("per_second", rate).build());
    }
  }

  private static double turnFor(LeanLoop loop, List<LeanSocket> sockets, int seconds)
      throws IOException {
    long started = System.nanoTime();
    long until = started + seconds * 1_000_000_000L;
    while (System.nanoTime() < until) {
      for (LeanSocket socket : sockets) {
        socket.flushQueued();
      }
      loop.turn(10);
    }
    return (System.nanoTime() - started) / 1e9;
  }
}

package claudemesh.bench;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Many lean connections that then do nothing: {@code PORT PEOPLE bare|member|session COUNT WARM},
 * {@code bare} without a hello. Before, it makes and ends {@code WARM} bare connections, so that
 * neither its own code nor the broker's is interpreted while it is measured. Prints how many were
 * taken in a second, then obeys lines: {@code broadcast} sends one message to everybody in every
 * mesh and answers when all have it, {@code peers} asks for a peer list, {@code end} ends.
 */
public final class IdleLoad {

  private static final int CONNECTING_AT_ONCE = 256;
  private static final int WARM_AT_ONCE = 5_000;

  /** For the broker to be done with those who left, and for both compilers with what is hot. */
  private static final int SETTLING_MILLIS = 1_000;

  private static final byte[] HELLO_ACK = "\"hello_ack\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SYSTEM = "\"system\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PUSH = "\"push\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PEERS = "\"peers_list\"".getBytes(StandardCharsets.US_ASCII);

  private final List<People.Person> people;
  private final List<String> hellos;
  private final List<LeanSocket> sockets = new ArrayList<>();
  private final int port;
  private final LeanLoop loop;
  private int begun;
  private int ready;
  private int pushes;
  private int peerLists;
  private long events;

  private IdleLoad(int port, List<People.Person> people, String mode, int count)
      throws IOException {
    this.port = port;
    this.loop = new LeanLoop(port);
    this.people = people;
    this.hellos = new ArrayList<>();
    for (int i = 0; i < count && !mode.equals("bare"); i++) {
      People.Person person = people.get(i % people.size());
      hellos.add(
          mode.equals("member")
              ? person.hello("idle-" + i)
              : person.sessionHello(Ed25519KeyPair.generate()));
    }
  }

  /**
   * Runs.
   *
   * @param args see above
   * @throws Exception if a connection breaks
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[3]);
    IdleLoad load =
        new IdleLoad(Integer.parseInt(args[0]), People.read(Path.of(args[1])), args[2], count);
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> readAll(lines));
    load.warmUp(Integer.parseInt(args[4]));
    double seconds = load.connect(count);
    System.out.println(
        Json.object()
            .put("per_second", Math.round(count / seconds))
            .put("events", load.events)
            .build());
    load.obey(lines);
    load.loop.close();
  }

  private static void readAll(BlockingQueue<String> lines) {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    in.lines().forEach(lines::add);
    lines.add("end");
  }

  private void warmUp(int count) throws IOException {
    for (int left = count; left > 0; left -= WARM_AT_ONCE) {
      connectAndLeave(Math.min(left, WARM_AT_ONCE));
      loop.turn(SETTLING_MILLIS);
    }
  }

  private void connectAndLeave(int count) throws IOException {
    int[] open = new int[1];
    LeanSocket.Listener counting =
        new LeanSocket.Listener() {
          @Override
          public void onOpen(LeanSocket socket) {
            open[0]++;
          }
        };
    try (LeanLoop warm = new LeanLoop(port)) {
      int made = 0;
      while (open[0] < count) {
        while (made < count && made - open[0] < CONNECTING_AT_ONCE) {
          warm.connect(counting);
          made++;
        }
        warm.turn(100);
      }
    }
  }

  private double connect(int count) throws IOException {
    long started = System.nanoTime();
    while (ready < count) {
      while (begun < count && begun - ready < CONNECTING_AT_ONCE) {
        sockets.add(loop.connect(new Idle(begun++)));
      }
      loop.turn(100);
    }
    return (System.nanoTime() - started) / 1e9;
  }

  private final class Idle implements LeanSocket.Listener {
    private final int number;

    Idle(int number) {
      this.number = number;
    }

    @Override
    public void onOpen(LeanSocket socket) throws IOException {
      if (hellos.isEmpty()) {
        ready++;
      } else {
        socket.send(hellos.get(number));
      }
    }

    @Override
    public void onText(LeanSocket socket, byte[] bytes, int from, int length) {
      if (begins(bytes, from, HELLO_ACK)) {
        ready++;
      } else if (begins(bytes, from, PEERS)) {
        peerLists++;
      } else if (begins(bytes, from, PUSH) && !contains(bytes, from, length, SYSTEM)) {
        pushes++;
      } else {
        events++;
      }
    }

    @Override
    public void onClosed(LeanSocket socket) {
      throw new IllegalStateException("the broker closed connection " + number);
    }
  }

  // Every frame of our broker begins with its type.
  private static boolean begins(byte[] bytes, int from, byte[] type) {
    return contains(bytes, from, 8 + type.length, type);
  }

  private static boolean contains(byte[] bytes, int from, int length, byte[] wanted) {
    for (int at = from; at <= from + length - wanted.length; at++) {
      int i = 0;
      while (i < wanted.length && bytes[at + i] == wanted[i]) {
        i++;
      }
      if (i == wanted.length) {
        return true;
      }
    }
    return false;
  }

  private void obey(BlockingQueue<String> lines) throws IOException {
    while (true) {
      String line = lines.poll();
      if (line == null) {
        loop.turn(20);
        continue;
      }
      switch (line) {
        case "broadcast" -> broadcast();
        case "peers" -> peers();
        case "end" -> {
          return;
        }
        default -> throw new IllegalArgumentException("no such order: " + line);
      }
    }
  }

  // One sender a mesh; its own member's connections get none.
  private void broadcast() throws IOException {
    pushes = 0;
    Map<String, Integer> senders = new LinkedHashMap<>();
    int expected = 0;
    for (int i = 0; i < sockets.size(); i++) {
      People.Person person = people.get(i % people.size());
      int sender = senders.merge(person.meshId(), i, (first, another) -> first);
      expected += people.get(sender % people.size()) == person ? 0 : 1;
    }
    int all = expected;
    long started = System.nanoTime();
    for (int sender : senders.values()) {
      sockets.get(sender).send(messageToAll());
    }
    loop.runUntil("a broadcast to " + all, () -> pushes >= all);
    long micros = (System.nanoTime() - started) / 1_000;
    System.out.println(Json.object().put("receivers", all).put("us", micros).build());
  }

  private static String messageToAll() {
    String id = UUID.randomUUID().toString();
    byte[] text = "x".repeat(100).getBytes(StandardCharsets.US_ASCII);
    return Json.object()
        .put("type", "send")
        .put("id", id)
        .put("client_message_id", id)
        .put("targetSpec", "*")
        .put("priority", "next")
        .put("nonce", "")
        .put("ciphertext", Base64.getEncoder().encodeToString(text))
        .build()
        .toString();
  }

  private void peers() throws IOException {
    int before = peerLists;
    long started = System.nanoTime();
    sockets.getFirst().send("{\"type\":\"list_peers\",\"_reqId\":\"p\"}");
    loop.runUntil("a peer list", () -> peerLists > before);
    long micros = (System.nanoTime() - started) / 1_000;
    System.out.println(Json.object().put("us", micros).build());
  }
}

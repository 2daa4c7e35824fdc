package claudemesh.bench;

import claudemesh.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * Mail for members who are away: {@code PORT PEOPLE}. The first of them sends, the others come only
 * when told to. Lines it obeys: {@code fill N} sends so many, {@code claim} lets one member come,
 * take its first hundred and go without acknowledging, {@code drain N} lets all come until they
 * have taken and acknowledged so many. Answers one JSON line each.
 */
public final class BacklogLoad {

  private static final int UNDER_WAY = 4_000;
  private static final int FIRST = 100;
  private static final String BODY =
      Base64.getEncoder().encodeToString("x".repeat(116).getBytes(StandardCharsets.US_ASCII));

  private final LeanLoop loop;
  private final List<People.Person> people;
  private final Peer sender;
  private long sent;
  private long acked;
  private long taken;
  private int claims;

  private BacklogLoad(int port, List<People.Person> people) throws IOException {
    this.loop = new LeanLoop(port);
    this.people = people;
    this.sender = new Peer(0, false);
    loop.runUntil("the sender's hello", () -> sender.welcome);
  }

  /**
   * Runs until standard input ends.
   *
   * @param args see above
   * @throws IOException if a connection breaks
   */
  public static void main(String[] args) throws IOException {
    BacklogLoad load = new BacklogLoad(Integer.parseInt(args[0]), People.read(Path.of(args[1])));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      long started = System.nanoTime();
      switch (words[0]) {
        case "fill" -> load.fill(Integer.parseInt(words[1]));
        case "claim" -> load.claim();
        case "drain" -> load.drain(Integer.parseInt(words[1]));
        default -> throw new IllegalArgumentException("no such order: " + line);
      }
      long nanos = System.nanoTime() - started;
      System.out.println(Json.object().put("ns", nanos).put("us", nanos / 1_000).build());
    }
  }

  private final class Peer implements LeanSocket.Listener {
    private final int number;
    private final boolean acknowledges;
    private final LeanSocket socket;
    private boolean welcome;
    private boolean answered;
    private int came;

    Peer(int number, boolean acknowledges) throws IOException {
      this.number = number;
      this.acknowledges = acknowledges;
      this.socket = loop.connect(this);
    }

    @Override
    public void onOpen(LeanSocket opened) throws IOException {
      opened.send(people.get(number).hello("backlog-" + number));
    }

    @Override
    public void onText(LeanSocket from, byte[] bytes, int at, int length) throws IOException {
      String text = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
      if (text.startsWith("{\"type\":\"ack\"")) {
        if (!text.contains("\"queued\":true")) {
          throw new IOException("not accepted: " + text);
        }
        acked++;
      } else if (text.startsWith("{\"type\":\"state_list\"")) {
        answered = true;
      } else if (text.startsWith("{\"type\":\"hello_ack\"")) {
        welcome = true;
      } else if (!text.contains("\"subtype\":\"system\"")) {
        came++;
        if (acknowledges) {
          taken++;
          int id = text.indexOf("\"messageId\":\"") + 13;
          String ack =
              "{\"type\":\"client_ack\",\"brokerMessageId\":\""
                  + text.substring(id, id + 32)
                  + "\"}";
          from.queue(LeanSocket.frame(ack.getBytes(StandardCharsets.US_ASCII)));
        }
      }
    }
  }

  private void fill(int count) throws IOException {
    long until = sent + count;
    while (acked < until) {
      while (sent < until && sent - acked < UNDER_WAY) {
        String target = people.get(1 + (int) (sent++ % (people.size() - 1))).keys().publicHex();
        sender.socket.queue(LeanSocket.frame(message(target).getBytes(StandardCharsets.US_ASCII)));
      }
      sender.socket.flushQueued();
      loop.turn(10);
    }
  }

  private static String message(String target) {
    String id = UUID.randomUUID().toString();
    return "{\"type\":\"send\",\"id\":\""
        + id
        + "\",\"client_message_id\":\""
        + id
        + "\",\"targetSpec\":\""
        + target
        + "\",\"priority\":\"next\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"ciphertext\":\""
        + BODY
        + "\"}";
  }

  private void claim() throws IOException {
    Peer peer = new Peer(1 + claims++ % (people.size() - 1), false);
    loop.runUntil("the first messages", () -> peer.came >= FIRST);
    peer.socket.close();
  }

  private void drain(int count) throws IOException {
    long until = taken + count;
    List<Peer> peers = new java.util.ArrayList<>();
    for (int number = 1; number < people.size(); number++) {
      peers.add(new Peer(number, true));
    }
    loop.runUntil(
        count + " messages",
        () -> {
          try {
            for (Peer peer : peers) {
              peer.socket.flushQueued();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return taken >= until;
        });
    // Answered after the acknowledgements before it: they are not lost with the connection.
    for (Peer peer : peers) {
      peer.socket.send("{\"type\":\"list_state\"}");
    }
    loop.runUntil("the last word", () -> peers.stream().allMatch(peer -> peer.answered));
    for (Peer peer : peers) {
      peer.socket.close();
    }
  }
}

package claudemesh.bench;

import claudemesh.crypto.CannotOpenException;
import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.RequestFingerprint;
import claudemesh.crypto.Sealed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Peers that do no more than the protocol asks: they seal, frame, find the fields of a push by
 * their names, open and acknowledge. All on one thread, and so on one processor.
 */
final class LeanPeers implements MessageLoad.Peers {

  /** So many of one peer under way. */
  private static final int UNDER_WAY = 64;

  private final List<Peer> peers = new ArrayList<>();
  private final LeanLoop loop;
  private final String run = UUID.randomUUID().toString().substring(0, 24);
  private MessageRound round;
  private int rounds;
  private int ready;

  LeanPeers(int port, List<People.Person> people) throws IOException {
    this.loop = new LeanLoop(port);
    for (People.Person person : people) {
      Peer peer = new Peer(peers.size(), person);
      peer.socket = loop.connect(peer);
      peers.add(peer);
    }
    loop.runUntil("all have said hello", () -> ready == peers.size());
  }

  private final class Peer implements LeanSocket.Listener {
    private final int number;
    private final People.Person person;
    private final CryptoBox box;
    private LeanSocket socket;
    private int next;
    private int underWay;

    Peer(int number, People.Person person) {
      this.number = number;
      this.person = person;
      this.box = new CryptoBox(person.keys());
    }

    @Override
    public void onOpen(LeanSocket opened) throws IOException {
      opened.send(person.hello("lean-" + number));
    }

    @Override
    public void onText(LeanSocket from, byte[] bytes, int at, int length) {
      String text = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
      if (text.startsWith("{\"type\":\"push\"")) {
        if (!text.contains("\"subtype\":\"system\"")) {
          open(text);
        }
      } else if (text.startsWith("{\"type\":\"ack\"")) {
        ack(text);
      } else if (text.startsWith("{\"type\":\"hello_ack\"")) {
        ready++;
      } else {
        throw new IllegalStateException("unexpected: " + text);
      }
    }

    private void open(String push) {
      try {
        if (push.contains("\"nonce\":\"\"")) {
          return; // a broadcast of another measurement
        }
        String body =
            box.open(field(push, "senderPubkey"), field(push, "nonce"), field(push, "ciphertext"));
        round.received(MessageRound.numberOf(body));
      } catch (CannotOpenException e) {
        throw new IllegalStateException(e);
      }
      queue(
          "{\"type\":\"client_ack\",\"clientMessageId\":\""
              + field(push, "client_message_id")
              + "\",\"brokerMessageId\":\""
              + field(push, "messageId")
              + "\"}");
    }

    private void ack(String ack) {
      if (!ack.contains("\"queued\":true")) {
        throw new IllegalStateException("not accepted: " + ack);
      }
      String id = field(ack, "id");
      round.acked(Integer.parseInt(id, id.length() - 8, id.length(), 10));
      underWay--;
    }

    boolean sendMore() {
      boolean sent = false;
      while (underWay < UNDER_WAY && next < round.count && isDue(next)) {
        send(next);
        next += peers.size();
        underWay++;
        sent = true;
      }
      return sent;
    }

    private void send(int message) {
      int receiver = MessageRound.receiver(number, message / peers.size(), peers.size());
      String target = peers.get(receiver).person.keys().publicHex();
      String text = round.text(message);
      Sealed sealed = box.seal(target, text);
      String id = run + "-" + rounds + String.format("%08d", message);
      queue(
          "{\"type\":\"send\",\"id\":\""
              + id
              + "\",\"client_message_id\":\""
              + id
              + "\",\"request_fingerprint\":\""
              + RequestFingerprint.of("dm", target, "next", null, text)
              + "\",\"targetSpec\":\""
              + target
              + "\",\"priority\":\"next\",\"nonce\":\""
              + sealed.nonce()
              + "\",\"ciphertext\":\""
              + sealed.ciphertext()
              + "\"}");
    }

    private void queue(String frame) {
      socket.queue(LeanSocket.frame(frame.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void onClosed(LeanSocket closed) {
      throw new IllegalStateException("the broker closed the connection of peer " + number);
    }
  }

  private boolean isDue(int message) {
    return round.perSecond == 0 || round.dueAt(message) <= System.nanoTime();
  }

  private static String field(String json, String name) {
    int at = json.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return json.substring(at, json.indexOf('"', at));
  }

  @Override
  public void run(MessageRound messages) throws IOException {
    round = messages;
    rounds++;
    peers.forEach(peer -> peer.next = peer.number);
    loop.runUntil(messages.count + " messages", this::turn);
  }

  private boolean turn() {
    try {
      for (Peer peer : peers) {
        peer.sendMore();
        peer.socket.flushQueued();
      }
      loop.turn(round.perSecond == 0 ? 10 : 1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return round.isOver();
  }

  @Override
  public void close() throws IOException {
    loop.close();
  }
}

package claudemesh.bench;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.InboundMessage;
import claudemesh.client.OrderedSender;
import claudemesh.client.OutgoingMessage;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.protocol.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Peers as programs are that use this project: a {@link DaemonBrokerClient} each, with an {@link
 * OrderedSender}, a message acknowledged when it has been opened.
 */
final class FullPeers implements MessageLoad.Peers {

  /** So many of one peer under way. */
  private static final int UNDER_WAY = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<People.Person> people;
  private final List<DaemonBrokerClient> clients = new ArrayList<>();
  private final List<OrderedSender> senders = new ArrayList<>();
  private volatile MessageRound round;

  FullPeers(int port, List<People.Person> people) throws Exception {
    this.people = people;
    for (int i = 0; i < people.size(); i++) {
      Receiver receiver = new Receiver();
      DaemonBrokerClient client =
          DaemonBrokerClient.start(
              people.get(i).at("ws://127.0.0.1:" + port + "/ws"),
              ClientOptions.defaults().withSessionId("full-" + i),
              receiver);
      receiver.client = client;
      clients.add(client);
      senders.add(new OrderedSender(client, UNDER_WAY, this::settled));
      client.awaitOpen(PATIENCE); // one after the other: a cold broker has no part in this
    }
  }

  private final class Receiver implements ClientListener {
    private volatile DaemonBrokerClient client;

    @Override
    public void onMessage(InboundMessage message) {
      round.received(MessageRound.numberOf(message.text()));
      client.acknowledge(message);
    }
  }

  private void settled(OutgoingMessage message, BrokerSendResult result) {
    if (!(result instanceof BrokerSendResult.Accepted)) {
      throw new IllegalStateException("not accepted: " + result);
    }
    round.acked(MessageRound.numberOf(message.text()));
  }

  @Override
  public void run(MessageRound messages) throws Exception {
    round = messages;
    if (messages.perSecond == 0) {
      sendAllAtOnce();
    } else {
      for (int number = 0; number < messages.count; number++) {
        for (long left = 1; left > 0; left = messages.dueAt(number) - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        submit(number);
      }
    }
    long started = System.nanoTime();
    while (!messages.isOver()) {
      LockSupport.parkNanos(1_000_000);
      if (System.nanoTime() - started > PATIENCE.toNanos()) {
        return; // the result says how many are missing
      }
    }
  }

  private void sendAllAtOnce() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int peer = 0; peer < people.size(); peer++) {
      int first = peer;
      threads.add(Thread.ofVirtual().start(() -> sendAllOf(first)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void sendAllOf(int peer) {
    try {
      for (int number = peer; number < round.count; number += people.size()) {
        submit(number);
      }
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void submit(int number) throws InterruptedException, IOException {
    int peers = people.size();
    int sender = number % peers;
    int receiver = MessageRound.receiver(sender, number / peers, peers);
    Target target = Target.parse(people.get(receiver).keys().publicHex());
    senders.get(sender).submit(OutgoingMessage.of(target, round.text(number)));
  }

  @Override
  public void close() {
    senders.forEach(OrderedSender::close);
    clients.forEach(DaemonBrokerClient::close);
    JdkTransport.shared().close();
  }
}

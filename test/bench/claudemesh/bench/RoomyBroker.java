package claudemesh.bench;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.store.MailboxLimits;
import java.nio.file.Path;
import java.time.Duration;

/** A broker that lets two million messages wait: {@code FOLDER}. Prints where it listens. */
public final class RoomyBroker {

  private RoomyBroker() {}

  /**
   * Runs until standard input ends.
   *
   * @param args the data folder
   * @throws Exception if it cannot be started
   */
  public static void main(String[] args) throws Exception {
    MailboxLimits limits =
        new MailboxLimits(2_000_000, 2_000_000, 8L << 30, Duration.ofDays(30), 100_000);
    try (Broker broker =
        Broker.start(
            BrokerOptions.on(Path.of(args[0]), 0)
                .withRate(1_000_000, 1_000_000)
                .withMailboxLimits(limits))) {
      System.out.println(broker.url());
      while (System.in.read() >= 0) {}
    }
  }
}

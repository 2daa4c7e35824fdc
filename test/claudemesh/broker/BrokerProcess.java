package claudemesh.broker;

import claudemesh.store.MailboxLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A broker in a process of its own, to be killed or told to leave: {@code FOLDER}. Prints where it
 * listens.
 */
final class BrokerProcess {

  private static final Duration DAY = Duration.ofDays(1);

  private BrokerProcess() {}

  public static void main(String[] args) throws Exception {
    BrokerOptions options =
        BrokerOptions.on(Path.of(args[0]), 0)
            .withRate(100_000, 100_000)
            .withMailboxLimits(new MailboxLimits(1_000_000, 1_000_000, 1 << 30, DAY, 100_000));
    Broker broker = Broker.start(options);
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    System.out.println(broker.url());
    System.out.flush();
    new CountDownLatch(1).await();
  }
}

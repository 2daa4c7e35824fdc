package claudemesh.broker;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A broker in a process of its own, to be killed: {@code FOLDER}. Prints where it listens. */
final class BrokerProcess {

  private BrokerProcess() {}

  public static void main(String[] args) throws Exception {
    BrokerOptions options = BrokerOptions.on(Path.of(args[0]), 0).withRate(100_000, 100_000);
    try (Broker broker = Broker.start(options)) {
      System.out.println(broker.url());
      System.out.flush();
      new CountDownLatch(1).await();
    }
  }
}

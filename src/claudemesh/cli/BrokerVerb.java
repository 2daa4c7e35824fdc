package claudemesh.cli;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.json.Json;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** {@code broker}: the broker alone, until it is interrupted. */
final class BrokerVerb implements Verb {

  private static final int MOST_SENDS = 1_000_000;
  static final Flag RATE =
      Flag.value(
          "rate", "N", "sends a second that each member may make, and twice as many at once");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("broker", "run a broker")
        .flags(Listen.FLAG, BrokerFolder.DATA, RATE, VerbSpec.JSON)
        .about(
            "Serves the meshes of its data folder at ws://HOST:PORT/ws until it is interrupted."
                + " Meshes and invites made meanwhile by \"mesh create\" and \"invite\" on the same"
                + " folder count at once.",
            "With --json, one line once it listens: {\"type\":\"listening\",\"url\",\"data\","
                + "\"pid\"}.")
        .examples("claudemesh broker", "claudemesh broker --listen 0.0.0.0:7900 --data ./broker");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    try (Broker broker = start(call)) {
      if (call.wantsJson()) {
        call.out()
            .json(
                Json.object()
                    .put("type", "listening")
                    .put("url", broker.url().toString())
                    .put("data", broker.directory().folder().toString())
                    .put("pid", ProcessHandle.current().pid())
                    .build());
      } else {
        call.out().text(words(broker));
      }
      untilInterrupted();
      return ExitCode.OK;
    }
  }

  private static String words(Broker broker) throws IOException {
    int meshes = broker.directory().meshes().size();
    String hint = meshes == 0 ? "\nIt has no mesh yet: claudemesh mesh create NAME" : "";
    return "broker at "
        + broker.url()
        + ", data in "
        + Output.safe(broker.directory().folder().toString())
        + ", meshes: "
        + meshes
        + hint;
  }

  /** Starts a broker as the call's flags say. */
  static Broker start(Call call) throws CliException, IOException {
    Listen listen = Listen.of(call.arguments());
    Path data = BrokerFolder.of(call);
    BrokerOptions options = BrokerOptions.on(data, listen.port()).withHost(listen.host());
    int rate = call.arguments().number(RATE.name(), 1, MOST_SENDS).orElse(0);
    try {
      return Broker.start(rate == 0 ? options : options.withRate(rate, 2 * rate));
    } catch (BindException e) {
      throw new CliException(
          ExitCode.FAILED,
          "cannot listen on "
              + listen.host()
              + ":"
              + listen.port()
              + " ("
              + e.getMessage()
              + "): choose another port with --listen HOST:PORT, or end what listens there",
          e);
    }
  }

  /** Waits for the interrupt that SIGINT and SIGTERM become. */
  static void untilInterrupted() throws InterruptedException {
    new CountDownLatch(1).await();
  }
}

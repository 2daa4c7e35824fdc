package claudemesh.cli;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A broker in this process with one mesh, owned by alice; bob has joined it by an invite. */
final class Scene implements AutoCloseable {

  static final String MESH = "team";
  private static final int RATE = 100_000;
  private static final int MOST_LOOKS = 1_000;

  final Path folder;
  final TestCli alice;
  final TestCli bob;
  private final String data;
  private final List<RunningCli> running = new ArrayList<>();
  private Broker broker;

  Scene(Path folder) throws IOException {
    this.folder = folder;
    this.data = folder.resolve("data").toString();
    this.broker = start(0);
    this.alice = new TestCli(Files.createDirectory(folder.resolve("alice")));
    this.bob = new TestCli(Files.createDirectory(folder.resolve("bob")));
    must(alice.run("mesh", "create", MESH, "--name", "alice", "--data", data));
    String link = must(alice.run("invite", "--data", data)).out();
    must(bob.runWith(link, "join", "-", "--name", "bob"));
  }

  private Broker start(int port) throws IOException {
    Path path = folder.resolve("data");
    return Broker.start(BrokerOptions.on(path, port).withRate(RATE, RATE));
  }

  private static TestCli.Result must(TestCli.Result result) {
    if (result.code() != 0) {
      throw new AssertionError(result.toString());
    }
    return result;
  }

  Broker broker() {
    return broker;
  }

  String data() {
    return data;
  }

  String url() {
    return broker.url().toString();
  }

  /** Ends the broker; clients see it go. */
  void stopBroker() {
    broker.close();
  }

  /** Starts it again where it was. */
  void restartBroker() throws IOException {
    int port = broker.url().getPort();
    broker.close();
    broker = start(port);
  }

  /** A command of alice's, beside the test. */
  RunningCli asAlice(String... args) throws IOException {
    return remember(CliThread.start(alice.environment(), args));
  }

  /** A command of bob's, beside the test. */
  RunningCli asBob(String... args) throws IOException {
    return remember(CliThread.start(bob.environment(), args));
  }

  /** A command of alice's in a process of its own. */
  CliProcess alicesProcess(String... args) throws IOException {
    return remember(CliProcess.start(folder, alice.environment(), args));
  }

  /** A command of bob's in a process of its own. */
  CliProcess bobsProcess(String... args) throws IOException {
    return remember(CliProcess.start(folder, bob.environment(), args));
  }

  /** A pipe of bob's that stays, and is connected when this returns. */
  RunningCli listeningBob() throws IOException, TimeoutException, InterruptedException {
    RunningCli pipe = asBob("connect", "--as", "bob", "--listen");
    pipe.awaitLine(line -> line.contains("\"status\":\"open\""));
    return pipe;
  }

  /** Waits until somebody is listed, by looking again and again. */
  void awaitPeer(String name) {
    String rows = "";
    for (int looks = 0; looks < MOST_LOOKS && !rows.contains(name); looks++) {
      rows = alice.run("peer", "list", "--json=displayName").out();
    }
    if (!rows.contains(name)) {
      throw new AssertionError(name + " is not among " + rows);
    }
  }

  private <C extends RunningCli> C remember(C command) {
    running.add(command);
    return command;
  }

  /** Ends the broker and every process that was started here. */
  @Override
  public void close() {
    running.forEach(RunningCli::close);
    broker.close();
  }
}

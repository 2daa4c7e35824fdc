package claudemesh.cli;

import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.Daemon;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonFolder;
import claudemesh.daemon.DaemonOptions;
import claudemesh.json.Json;
import claudemesh.time.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A {@link Scene} in which alice has a daemon, in this process; bob has none. */
final class DaemonScene implements AutoCloseable {

  final Scene scene;
  private final ConfigFolder config;
  private Daemon daemon;

  DaemonScene(Path folder) throws Exception {
    this.scene = new Scene(folder);
    this.config = new ConfigFolder(folder.resolve("alice"));
    startDaemon();
    awaitOpen();
  }

  void startDaemon() throws IOException {
    daemon = Daemon.start(DaemonOptions.of(config, DaemonFolder.in(config)));
  }

  void stopDaemon() throws IOException {
    daemon.close();
  }

  /** Waits until the daemon is on the mesh. */
  void awaitOpen() throws Exception {
    await("the mesh to be open", () -> brokers().string(Scene.MESH, "").equals("open"));
  }

  private Json brokers() throws Exception {
    return client().get("/v1/health").get("brokers").orElseThrow();
  }

  DaemonClient client() {
    return DaemonClient.find(scene.alice.environment()).orElseThrow();
  }

  TestCli.Result alice(String... args) {
    return scene.alice.run(args);
  }

  /** Waits for something to be so. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    Waiting.until(what, condition);
  }

  @Override
  public void close() throws IOException {
    scene.close();
    daemon.close();
  }
}

package claudemesh.bench;

import claudemesh.json.Json;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real broker in a process of its own, as {@code claudemesh broker} starts it: with its
 * launcher's flags, its jar, its log. Only limits that a measurement would hit are raised.
 */
final class BrokerUnderTest extends Child {

  private static final List<String> FLAGS =
      List.of(
          "--rate", "1000000",
          "--max-connections", "20000",
          "--max-member-connections", "20000",
          "--max-strangers", "20000",
          "--max-mailbox", "20000",
          "--max-mail", "2000000",
          "--max-mail-chars", "2000000000");

  final Path data;
  final int port;

  /** From the start of the process until it listens. */
  final long startMillis;

  private BrokerUnderTest(ProcessBuilder command, Path data) throws IOException {
    this(command, data, System.nanoTime());
  }

  private BrokerUnderTest(ProcessBuilder command, Path data, long begun) throws IOException {
    super(command);
    this.data = data;
    String url = Json.parseObject(line()).string("url");
    this.port = java.net.URI.create(url).getPort();
    this.startMillis = (System.nanoTime() - begun) / 1_000_000;
  }

  /** Starts one on a port that is free. */
  static BrokerUnderTest start(Path data) throws IOException {
    return start(data, freePort());
  }

  /** Starts one on a port, as after a restart. */
  static BrokerUnderTest start(Path data, int port) throws IOException {
    String jar = System.getenv("CLAUDEMESH_JAR");
    if (jar == null) {
      throw new IllegalStateException("CLAUDEMESH_JAR is not set: use `make bench-broker`");
    }
    List<String> command = new ArrayList<>(List.of("bin/claudemesh", "broker", "--json"));
    command.addAll(List.of("--listen", "127.0.0.1:" + port, "--data", data.toString()));
    command.addAll(FLAGS);
    return new BrokerUnderTest(logged(command, data), data);
  }

  private static ProcessBuilder logged(List<String> command, Path data) throws IOException {
    Files.createDirectories(data.getParent());
    File log = data.resolveSibling(data.getFileName() + ".log").toFile();
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log));
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0)) {
      return any.getLocalPort();
    }
  }

  Memory memory() throws IOException {
    return Memory.of(pid());
  }

  /** The most memory it ever had, in bytes. */
  long peak() throws IOException {
    return Memory.statusKb(Long.toString(pid()), "VmHWM") << 10;
  }
}

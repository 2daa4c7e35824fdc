package claudemesh.cli;

import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The data folder of this machine's broker, as {@code up}, {@code broker} and others find it. */
final class BrokerFolder {

  static final Flag DATA =
      Flag.value(
              "data",
              "DIR",
              "the broker's data folder; \"broker\" in your config folder unless given")
          .or("d");

  /** Where a broker listens unless told otherwise. */
  static final String DEFAULT_LISTEN = "127.0.0.1:7900";

  private BrokerFolder() {}

  static Path of(Call call) {
    return call.arguments()
        .value(DATA.name())
        .map(Path::of)
        .orElseGet(() -> call.configFolder().brokerData());
  }

  static MeshDirectory open(Call call) throws IOException {
    return MeshDirectory.open(of(call), Clock.SYSTEM);
  }

  /** The mesh that is meant: the one of {@code --mesh}, else the only one. */
  static Mesh mesh(Call call, MeshDirectory directory) throws CliException, IOException {
    Optional<String> wanted = call.arguments().value(VerbSpec.MESH.name());
    List<Mesh> meshes = directory.meshes();
    List<Mesh> meant =
        meshes.stream()
            .filter(
                m ->
                    wanted.isEmpty()
                        || wanted.get().equals(m.slug())
                        || wanted.get().equals(m.id()))
            .toList();
    if (meant.size() == 1) {
      return meant.get(0);
    }
    String there = meshes.stream().map(Mesh::slug).collect(Collectors.joining(", "));
    if (meant.isEmpty()) {
      throw new CliException(
          ExitCode.NOT_JOINED,
          (wanted.isPresent() ? "no mesh \"" + wanted.get() + "\" in " : "no mesh in ")
              + directory.folder()
              + (there.isEmpty() ? "" : ", which has: " + there)
              + ". Invites are made where the broker keeps its data: name the folder with --data");
    }
    throw new UsageException("there are several meshes (" + there + "): say which with --mesh");
  }

  /** An address that clients can connect to, from the command line. */
  static URI requireSocketAddress(String url) throws UsageException {
    if (!url.matches("wss?://[^/\\s]+(/\\S*)?")) {
      throw new UsageException("--url: expected ws://HOST:PORT/ws or wss://…, found " + url);
    }
    return URI.create(url);
  }

  /** Where a broker on this machine is reached from this machine. */
  static String localUrl(URI url) {
    String host = url.getHost();
    boolean everywhere =
        host.equals("0.0.0.0") || host.equals("[::]") || host.equals("[0:0:0:0:0:0:0:0]");
    return everywhere ? "ws://127.0.0.1:" + url.getPort() + url.getPath() : url.toString();
  }
}

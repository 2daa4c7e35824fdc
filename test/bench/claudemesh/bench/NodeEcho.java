package claudemesh.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A Node server that echoes with the npm package {@code ws}, to compare with. The package is
 * fetched into the build folder, and only where Node and npm are.
 */
final class NodeEcho {

  private static final Path FOLDER = Path.of("build", "bench-node");
  private static final String PACKAGE = "ws@8.18.3";
  private static final String SCRIPT =
      """
      const { WebSocketServer } = require('ws');
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
      server.on('connection', (socket) => {
        socket.on('message', (data, binary) => socket.send(data, { binary }));
      });
      server.on('listening', () => console.log(server.address().port));
      """;

  private NodeEcho() {}

  /** Why there is none; empty if there is, and the package has been fetched. */
  static Optional<String> missing() throws IOException, InterruptedException {
    if (!isOnPath("node")) {
      return Optional.of("Node not found");
    }
    if (!Files.exists(FOLDER.resolve("node_modules/ws/package.json"))) {
      if (!isOnPath("npm")) {
        return Optional.of("npm not found");
      }
      Files.createDirectories(FOLDER);
      Process npm =
          new ProcessBuilder(
                  "npm", "install", "--no-save", "--ignore-scripts", "--prefix", ".", PACKAGE)
              .directory(FOLDER.toFile())
              .redirectErrorStream(true)
              .redirectOutput(FOLDER.resolve("npm.log").toFile())
              .start();
      if (npm.waitFor() != 0) {
        return Optional.of("npm could not fetch " + PACKAGE + ": see " + FOLDER + "/npm.log");
      }
    }
    Files.writeString(FOLDER.resolve("echo.js"), SCRIPT);
    return Optional.empty();
  }

  /** Starts it; it prints its port. */
  static Child start() throws IOException {
    return Child.start(List.of("node", FOLDER.resolve("echo.js").toString()));
  }

  private static boolean isOnPath(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}

package claudemesh.daemon;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What is done with a file of the daemon's that is no longer what was written. */
final class DamagedFile {

  private DamagedFile() {}

  /**
   * Moves it aside, where a person may look at it, and says so in the log: a daemon that will not
   * start because of it would keep every mesh away.
   *
   * @param file the file; afterwards {@code <name>.damaged} beside it, in place of an older one
   * @param damage what is wrong with it; its message holds no secret
   * @throws IOException if it cannot be moved
   */
  static void moveAside(Path file, RuntimeException damage) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    Log.error("damaged_file_moved", "file", file, "to", aside, "error", damage.getMessage());
  }
}

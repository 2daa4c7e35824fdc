package claudemesh.daemon;

import claudemesh.json.Log;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder that holds a user's config (protocol.md §8).
 *
 * @param path its absolute path; it may not exist yet
 */
public record ConfigFolder(Path path) {

  private static final String VARIABLE = "CLAUDEMESH_CONFIG_DIR";
  private static final String DEFAULT_NAME = ".claudemesh";

  /**
   * Finds the folder: {@code CLAUDEMESH_CONFIG_DIR}, else {@code .claudemesh} in the user's home. A
   * variable that names a folder which does not exist (any more) is warned about and ignored.
   *
   * @param environment the process's variables
   * @return the folder
   */
  public static ConfigFolder of(Map<String, String> environment) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      Path path = Path.of(named).toAbsolutePath().normalize();
      if (Files.isDirectory(path)) {
        return new ConfigFolder(path);
      }
      Log.warn("config_folder_ignored", "variable", VARIABLE, "missing", path);
    }
    String home = environment.getOrDefault("HOME", "");
    Path parent = Path.of(home.isEmpty() ? System.getProperty("user.home") : home);
    return new ConfigFolder(parent.resolve(DEFAULT_NAME).toAbsolutePath().normalize());
  }

  /**
   * The config file.
   *
   * @return {@code config.json} in this folder
   */
  public Path configFile() {
    return path.resolve("config.json");
  }

  /**
   * Where a broker of this user keeps its data unless told otherwise.
   *
   * @return {@code broker} in this folder
   */
  public Path brokerData() {
    return path.resolve("broker");
  }
}

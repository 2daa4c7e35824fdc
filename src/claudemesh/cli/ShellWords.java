package claudemesh.cli;

import java.util.Map;

/** Words to paste into a shell. Pure. */
final class ShellWords {

  /** How {@code bin/claudemesh} says where it is. */
  static final String COMMAND = "claudemesh.command";

  private static final String FOLDER = "CLAUDEMESH_CONFIG_DIR";

  private ShellWords() {}

  /** How this program is called from another shell, so that it finds the same config. */
  static String command(Map<String, String> environment) {
    String folder = environment.getOrDefault(FOLDER, "");
    String command = quoted(System.getProperty(COMMAND, "claudemesh"));
    return folder.isEmpty() ? command : FOLDER + "=" + quoted(folder) + " " + command;
  }

  /** One word, quoted if a shell would read it otherwise. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}

package claudemesh.crypto;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What {@link SecretFilesTest} runs in a process of its own, under a umask or a file size limit.
 */
final class SecretFilesProcess {
  private SecretFilesProcess() {}

  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[1]);
    switch (args[0]) {
      case "folder" -> SecretFiles.createPrivateFolder(path);
      case "file" -> SecretFiles.writeAtomically(path, "secret");
      case "one-step-folder" -> SecretFiles.makeFolder(path);
      case "one-step-file" -> SecretFiles.makeFile(path).close();
      case "too-large" -> SecretFiles.writeAtomically(path, "x".repeat(1 << 20));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }
}

package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** The secret of requests over TCP, in a private file that stays over restarts. */
final class LocalToken {

  private static final int BYTES = 32;
  private static final int MAX_FILE_BYTES = 1_024;
  private static final String FORM = "[A-Za-z0-9_-]{43}";

  private LocalToken() {}

  /**
   * Reads it, or draws one when there is none of its form.
   *
   * @param file where it is; its folder exists
   * @return 43 characters of base64url, 256 bits
   * @throws IOException if it cannot be read or written
   */
  static String of(Path file) throws IOException {
    try {
      String there = SecretFiles.read(file, MAX_FILE_BYTES).strip();
      if (there.matches(FORM)) {
        return there;
      }
    } catch (NoSuchFileException none) {
      return draw(file);
    }
    return draw(file);
  }

  private static String draw(Path file) throws IOException {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    SecretFiles.writeAtomically(file, token + "\n");
    return token;
  }
}

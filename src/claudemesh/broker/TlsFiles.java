package claudemesh.broker;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a broker's certificate is. Both files are read again when they change.
 *
 * @param certificate PEM: the broker's certificate, then those that signed it
 * @param key PEM: its key, PKCS #8, unencrypted
 */
public record TlsFiles(Path certificate, Path key) {

  /** Checks that both are there. */
  public TlsFiles {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
  }
}

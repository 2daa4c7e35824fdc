package claudemesh.http;

import java.io.IOException;
import javax.net.ssl.SSLException;

/** A TLS handshake that came to nothing, and why. */
final class TlsFailure extends IOException {

  private static final long serialVersionUID = 1;

  TlsFailure(SSLException cause) {
    super(cause.getMessage(), cause);
  }
}

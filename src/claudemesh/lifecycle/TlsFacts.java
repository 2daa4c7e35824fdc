package claudemesh.lifecycle;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a TLS handshake showed, whether or not it succeeded.
 *
 * @param protocol the version agreed on; empty text if none was
 * @param cipher the cipher suite agreed on; empty text if none was
 * @param chain the certificates that the server showed, its own first; empty if it showed none
 * @param trouble why there is no connection; empty if there is one
 */
public record TlsFacts(
    String protocol, String cipher, List<X509Certificate> chain, Optional<Trouble> trouble) {

  /** Copies the chain. */
  public TlsFacts {
    chain = List.copyOf(chain);
  }

  /** What stood in the way. */
  public enum Kind {
    /** A certificate of the chain is past its time. */
    EXPIRED,
    /** A certificate of the chain is before its time. */
    NOT_YET_VALID,
    /** Nobody whom this machine trusts has signed it. */
    UNTRUSTED,
    /** It was made out to another host. */
    OTHER_HOST,
    /** There was no handshake: cut, refused, or no TLS on the other side. */
    NO_HANDSHAKE
  }

  /**
   * Why there is no connection.
   *
   * @param kind what stood in the way
   * @param words the same for people, half a sentence
   */
  public record Trouble(Kind kind, String words) {}
}

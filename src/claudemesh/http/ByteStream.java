package claudemesh.http;

import java.io.IOException;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * Both directions of one connection, as far as a server needs them: TCP, TLS, a Unix socket, or a
 * script in a test. One thread reads and one writes at a time; the other methods may be called from
 * any thread and do not wait for the peer.
 */
interface ByteStream {

  /**
   * Reads what there is, at least one byte.
   *
   * @param target where to
   * @param offset the first byte to fill
   * @param length most bytes to read, at least 1
   * @return how many were read; -1 if the peer has finished or input was shut down
   * @throws IOException if the connection is broken or closed
   */
  int read(byte[] target, int offset, int length) throws IOException;

  /**
   * Bytes that can be read without waiting; an estimate.
   *
   * @return the count, 0 if unknown
   * @throws IOException if the connection is broken or closed
   */
  int available() throws IOException;

  /**
   * Writes everything, for as long as that takes.
   *
   * @param source where from
   * @param offset the first byte to write
   * @param length how many
   * @throws IOException if the connection is broken or closed
   */
  void write(byte[] source, int offset, int length) throws IOException;

  /** Makes a blocked read, and every later one, return -1. */
  void shutdownInput();

  /**
   * Tells the peer that nothing more will come; reading goes on.
   *
   * @throws IOException if the connection is broken or closed
   */
  void shutdownOutput() throws IOException;

  /**
   * Closes; what was written is still delivered. Idempotent. Over TLS it says a last word first,
   * which a peer that does not read can hold up until {@link #abort}.
   */
  void close();

  /** Resets: what was written and not delivered is forgotten. Idempotent. */
  void abort();

  /**
   * Who is at the other end.
   *
   * @return {@code address:port}, or {@code unix}
   */
  String remoteAddress();

  /**
   * The user whose process is at the other end.
   *
   * @return the user; empty where that cannot be known, as over TCP
   * @throws IOException if the connection is broken
   */
  default Optional<UserPrincipal> peerUser() throws IOException {
    return Optional.empty();
  }

  /**
   * The same without the port: what limits for each address count by.
   *
   * @return {@code address}, or the like
   */
  default String remoteHost() {
    String whole = remoteAddress();
    int colon = whole.lastIndexOf(':');
    return colon < 0 ? whole : whole.substring(0, colon);
  }
}

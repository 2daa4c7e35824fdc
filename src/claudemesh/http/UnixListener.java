package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * Accepts connections to a Unix socket that only its owner may connect to, from its first moment
 * and under any umask:
 *
 * <pre>
 *   make   .xxxx/        0700, which no umask widens
 *   bind   .xxxx/s       whatever the umask leaves it: nobody else gets through the folder
 *   chmod  .xxxx/s       0600
 *   rename .xxxx/s  ──►  the socket's name, over a stale one
 * </pre>
 *
 * <p>So there is no moment at which the name leads to a socket that is open to others, or, on a
 * restart, to none at all. Only a dead socket is replaced: one that answers, or a file of another
 * kind, is a failure. Two processes that bind the same name at the same moment are the caller's to
 * keep apart, with a lock. The file goes when this is closed, unless another has taken its place.
 */
final class UnixListener implements Listener {

  private final ServerSocketChannel channel;
  private final Path file;
  private final Object identity;
  private final UserPrincipal owner;

  private UnixListener(ServerSocketChannel channel, Path file) throws IOException {
    this.channel = channel;
    this.file = file;
    this.identity = identityOf(file);
    this.owner = Files.getOwner(file);
  }

  /**
   * Binds.
   *
   * @param file the socket's name; its folder exists
   * @param backlog connections that may wait to be accepted
   * @return what accepts
   * @throws IOException if that name cannot be had; the message names it and the cure
   */
  static UnixListener bind(Path file, int backlog) throws IOException {
    Path absolute = file.toAbsolutePath();
    requireFree(absolute);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      bindPrivately(channel, absolute, backlog);
      return new UnixListener(channel, absolute);
    } catch (IOException e) {
      channel.close();
      throw cannotListen(absolute, e);
    }
  }

  private static void bindPrivately(ServerSocketChannel channel, Path file, int backlog)
      throws IOException {
    Path folder = hiddenFolder(file);
    Path socket = folder.resolve("s");
    // Left behind by a process that was killed in between.
    Files.deleteIfExists(socket);
    Files.deleteIfExists(folder);
    Files.createDirectory(folder, ownerOnly("rwx------"));
    try {
      channel.bind(UnixDomainSocketAddress.of(socket), backlog);
      if (hasPermissions()) {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      }
      Files.move(socket, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  /** Beside the socket, the same for the same name, and short: a socket's path has a limit. */
  private static Path hiddenFolder(Path file) {
    int hash = file.getFileName().toString().hashCode() & 0xfffff;
    return file.resolveSibling("." + Integer.toString(hash, 36));
  }

  private static void requireFree(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    // A link is refused even if it leads to a socket: replacing it would surprise whoever made it.
    if (!isSocket(file)) {
      throw new BindException(
          "cannot listen on "
              + file
              + ": expected a socket or nothing there, found another kind of"
              + " file; move it away");
    }
    if (answers(file)) {
      throw new BindException(
          "cannot listen on " + file + ": another program listens there; stop it first");
    }
  }

  private static boolean isSocket(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther();
  }

  private static boolean answers(Path file) {
    try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
      return peer.isConnected();
    } catch (IOException e) {
      Log.debug("stale_socket", "file", file, "error", e.getMessage());
      return false;
    }
  }

  @Override
  public ByteStream accept() throws IOException {
    return new UnixByteStream(channel.accept());
  }

  @Override
  public void close() throws IOException {
    // The name first: who comes now finds none, rather than one that refuses.
    try {
      if (channel.isOpen() && identity.equals(identityOf(file))) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      Log.debug("socket_file_gone", "file", file, "error", e.getMessage());
    } finally {
      channel.close();
    }
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public SocketAddress address() {
    return UnixDomainSocketAddress.of(file);
  }

  @Override
  public Optional<Path> socketFile() {
    return Optional.of(file);
  }

  @Override
  public Optional<UserPrincipal> owner() {
    return Optional.of(owner);
  }

  /**
   * What tells this file from a later one of its name; its creation time where there is no more.
   */
  private static Object identityOf(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return Optional.ofNullable(attributes.fileKey()).orElse(attributes.creationTime());
  }

  private static FileAttribute<?>[] ownerOnly(String permissions) {
    return hasPermissions()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean hasPermissions() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static IOException cannotListen(Path file, IOException cause) {
    String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String cure = words;
    if (words.contains("too long")) {
      // Of 108 bytes, some are the system's and Java's, and macOS has only 104.
      cure =
          "a socket's path may have about 100 bytes, this one has "
              + file.toString().getBytes(StandardCharsets.UTF_8).length
              + "; name a shorter folder with CLAUDEMESH_DAEMON_DIR";
    } else if (cause instanceof NoSuchFileException) {
      cure = "its folder does not exist; create it";
    } else if (cause instanceof AccessDeniedException) {
      cure = "its folder may not be written to by this user";
    }
    IOException failure = new BindException("cannot listen on " + file + ": " + cure);
    failure.initCause(cause);
    return failure;
  }
}

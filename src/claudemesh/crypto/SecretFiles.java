package claudemesh.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Files and folders that only their owner may enter, from the moment they exist and under any
 * umask: 0600 and 0700 where the file system has POSIX permissions. Elsewhere (Windows) they get
 * what their folder gives them, which in a user's home is the user's alone.
 */
public final class SecretFiles {
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OTHERS_SHARE =
      PosixFilePermissions.fromString("---rwxrwx");

  private SecretFiles() {}

  /**
   * Makes sure that a private folder exists. Parents that are missing are made private too; parents
   * that exist are left as they are. The folder itself, if it exists and others may enter it, is
   * tightened to 0700. Several processes may call this at once for the same folder.
   *
   * @param folder the folder; if it is a symbolic link, the folder it leads to counts
   * @throws NotDirectoryException if something else stands there
   * @throws IOException if it cannot be made or tightened
   */
  public static void createPrivateFolder(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    if (Files.isDirectory(absolute)) {
      tighten(absolute);
      return;
    }
    Path parent = absolute.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      createPrivateFolder(parent);
    }
    createOne(absolute);
  }

  /**
   * Writes a whole file so that readers, and whoever comes after a crash, find either the old
   * content or the new, never a part: a new private file beside it is written and synced, renamed
   * over it, and the folder synced. A symbolic link in its place is replaced, not followed.
   *
   * <p>A process that is killed before the rename leaves that file, {@code .<name>.<random>.tmp},
   * behind; it is private too and never read.
   *
   * @param file where the text goes; its folder must exist
   * @param text the whole content, written as UTF-8
   * @throws IOException if the text did not become the file's content; only if it comes from
   *     syncing the folder, at the very end, is the content new but perhaps not yet safe from a
   *     power cut
   */
  public static void writeAtomically(Path file, String text) throws IOException {
    Path target = file.toAbsolutePath();
    String name = "." + target.getFileName() + "." + Ids.random32() + ".tmp";
    Path fresh = target.resolveSibling(name);
    try {
      writeAndSync(fresh, text);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, fresh);
      throw e;
    }
    syncFolder(target.getParent());
  }

  /**
   * Reads a whole file of text.
   *
   * @param file the file
   * @param maxBytes how large it may be, so that a wrong file cannot fill the memory
   * @return its content
   * @throws IOException if it cannot be read, is larger, or is not UTF-8
   */
  public static String read(Path file, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() != -1) {
        throw new IOException(file + " is larger than the " + maxBytes + " bytes allowed");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(file + " must be UTF-8 text, but is not", e);
    }
  }

  /**
   * What keeps a file or folder from being this user's alone.
   *
   * @param path what to look at; a symbolic link is followed
   * @return half a sentence with what was found; empty if nothing does, or if the file system knows
   *     no permissions
   * @throws IOException if it cannot be looked at
   */
  public static Optional<String> exposure(Path path) throws IOException {
    if (!isPosix(path)) {
      return Optional.empty();
    }
    PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class);
    if (!isUs(found.owner(), path)) {
      return Optional.of("belongs to " + found.owner().getName());
    }
    Set<PosixFilePermission> others = EnumSet.copyOf(OTHERS_SHARE);
    others.retainAll(found.permissions());
    String allowed = octal(found.isDirectory() ? OWNER_FOLDER : OWNER_FILE);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of("is " + octal(found.permissions()) + ", expected " + allowed);
  }

  private static boolean isUs(UserPrincipal owner, Path path) throws IOException {
    try {
      String name = System.getProperty("user.name");
      UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
      return owner.equals(users.lookupPrincipalByName(name));
    } catch (UserPrincipalNotFoundException nameless) { // as in a container: nobody to compare with
      return true;
    }
  }

  private static String octal(Set<PosixFilePermission> permissions) {
    int bits = 0;
    for (PosixFilePermission permission : permissions) {
      bits |= 0400 >> permission.ordinal();
    }
    return String.format("%04o", bits);
  }

  private static void createOne(Path folder) throws IOException {
    try {
      makeFolder(folder);
    } catch (FileAlreadyExistsException e) {
      requireFolder(folder);
    }
    tighten(folder);
  }

  /** One step: the folder is private at once, or more than private if the umask takes more away. */
  static void makeFolder(Path folder) throws IOException {
    Files.createDirectory(folder, only(folder, OWNER_FOLDER));
  }

  /** One step, as {@link #makeFolder}. */
  static FileChannel makeFile(Path file) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, only(file, OWNER_FILE));
  }

  private static void requireFolder(Path folder) throws NotDirectoryException {
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
  }

  private static void tighten(Path folder) throws IOException {
    if (isPosix(folder) && !Files.getPosixFilePermissions(folder).equals(OWNER_FOLDER)) {
      Files.setPosixFilePermissions(folder, OWNER_FOLDER);
    }
  }

  private static void writeAndSync(Path fresh, String text) throws IOException {
    try (FileChannel channel = makeFile(fresh)) {
      if (isPosix(fresh)) {
        // A umask may have taken away more than others' share: the owner must be able to read it.
        Files.setPosixFilePermissions(fresh, OWNER_FILE);
      }
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static void deleteAfter(Exception failure, Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Makes the rename itself safe from a power cut; Windows cannot open a folder for that. */
  private static void syncFolder(Path folder) throws IOException {
    if (isPosix(folder)) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static FileAttribute<?>[] only(Path path, Set<PosixFilePermission> permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Deletes a folder with all that is in it; follows no links.
   *
   * @param folder the folder
   * @throws IOException if something in it cannot be deleted; the rest is then still there
   */
  public static void deleteTree(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}

package claudemesh.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** The checker of I9 (hard-cases.md §3): files are their owner's alone, and logs keep secrets. */
final class Privacy {

  private Privacy() {}

  /** Tells of everything in a folder that somebody else may read or enter. */
  static void checkFiles(Path folder, SentMail mail) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        PosixFileAttributes attributes =
            Files.readAttributes(each, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String mode = PosixFilePermissions.toString(attributes.permissions());
        if (!mode.equals(attributes.isDirectory() ? "rwx------" : "rw-------")) {
          mail.fault("I9: " + each + " is " + mode);
        }
      }
    }
  }

  /** Tells of every log with something in it that must not be there. */
  static void checkLogs(Path logs, List<String> secrets, SentMail mail) throws IOException {
    try (Stream<Path> all = Files.list(logs)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(each);
        for (String secret : secrets) {
          if (text.contains(secret)) {
            mail.fault("I9: a secret or a text is in " + each + ", " + secret.length() + " long");
          }
        }
      }
    }
  }
}

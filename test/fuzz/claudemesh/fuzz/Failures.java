package claudemesh.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps failing inputs, and says how to see them again. Thread-safe. */
final class Failures {

  private static final int EXPLAINED = 10;
  private static final int KEPT = 1_000;

  private final Path folder;
  private final AtomicLong count = new AtomicLong();

  Failures(Path folder) {
    this.folder = folder;
  }

  long count() {
    return count.get();
  }

  void add(String what) {
    count.incrementAndGet();
    System.out.println("FAILED  " + what);
  }

  void add(Target target, byte[] input, Object what) {
    long number = count.incrementAndGet();
    if (number > KEPT) {
      return;
    }
    Path file = folder.resolve(target.name() + "-" + number);
    try {
      Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (number <= EXPLAINED) {
      System.out.println("FAILED  " + what + "\n        make fuzz ARGS=\"replay " + file + "\"");
    }
  }
}

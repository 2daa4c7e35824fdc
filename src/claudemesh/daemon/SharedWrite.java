package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A private file that holds the latest of something in memory, replaced as a whole. Each {@link
 * #save} returns when what was in memory at its call is on disk; those who come while a write is
 * under way share the next one, so that a thousand changes at once cost a few writes and not a
 * thousand. Thread-safe.
 */
final class SharedWrite {

  private final Path file;
  private final Supplier<String> content;
  private final AtomicLong asked = new AtomicLong();
  private final ReentrantLock writing = new ReentrantLock();
  private long written; // guarded by writing

  /**
   * Nothing is written yet.
   *
   * @param file where it goes; its folder must exist when it is saved
   * @param content makes the text of what is in memory; called on the saving thread, one at a time
   */
  SharedWrite(Path file, Supplier<String> content) {
    this.file = file;
    this.content = content;
  }

  /**
   * Saves what is in memory now.
   *
   * @throws IOException if it is not on disk
   */
  void save() throws IOException {
    long mine = asked.incrementAndGet();
    writing.lock();
    try {
      if (written < mine) {
        long covered = asked.get();
        SecretFiles.writeAtomically(file, content.get());
        written = covered;
      }
    } finally {
      writing.unlock();
    }
  }
}

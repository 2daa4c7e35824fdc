package claudemesh.cli;

import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonFolder;
import claudemesh.json.Json;
import claudemesh.store.StoreLook;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * {@code disk}: whether the daemon's folder can be written and has room, and whether the store in
 * it is sound. A few KB are written to a file that is removed again.
 */
final class DiskCheck implements Check {

  private static final long MEGABYTE = 1 << 20;

  /** The store's log alone may grow to 96 MB. */
  static final long SCARCE = 200 * MEGABYTE;

  static final long TOO_LITTLE = 16 * MEGABYTE;
  private static final int TRIAL_BYTES = 8 << 10;

  private final Map<String, String> environment;
  private final ConfigFolder config;
  private final DaemonFolder daemon;

  DiskCheck(Map<String, String> environment, ConfigFolder config, DaemonFolder daemon) {
    this.environment = environment;
    this.config = config;
    this.daemon = daemon;
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public Finding look(Deadline deadline) throws IOException {
    Path folder = nearestFolder();
    long free = Files.getFileStore(folder).getUsableSpace();
    Json.Builder figures = Json.object().put("folder", folder.toString()).put("free_bytes", free);
    try {
      write(folder);
    } catch (IOException e) {
      return Finding.fail(
              ExitCode.FAILED,
              folder + " cannot be written, with " + megabytes(free) + " free: " + e,
              "make room, or make " + folder + " yours and writable")
          .with(figures);
    }
    boolean inUse = DaemonClient.find(environment).isPresent();
    Optional<StoreLook.Found> store =
        Files.isDirectory(daemon.path())
            ? StoreLook.at(daemon.path(), inUse, deadline)
            : Optional.empty();
    store.ifPresent(found -> put(figures, found));
    return judge(folder, free, store).with(figures);
  }

  static void put(Json.Builder figures, StoreLook.Found found) {
    figures
        .put("store_bytes", found.bytes())
        .put("store_checked", found.whole())
        .put("store_fault", found.fault());
  }

  private static Finding judge(Path folder, long free, Optional<StoreLook.Found> store) {
    String room = megabytes(free) + " free in " + folder + ", which can be written";
    Optional<String> fault = store.flatMap(StoreLook.Found::fault);
    if (fault.isPresent()) {
      return Finding.fail(
          ExitCode.FAILED,
          fault.get(),
          "end the daemon if it runs, and do with the store what is said of it here");
    }
    String words = store.map(found -> room + "; " + words(found)).orElse(room);
    String advice = "make room on that disk: a full one keeps mail from being taken";
    if (free < TOO_LITTLE) {
      return Finding.fail(ExitCode.FAILED, words, advice);
    }
    return free < SCARCE ? Finding.warn(words, advice) : Finding.ok(words);
  }

  /** A store without a fault. */
  static String words(StoreLook.Found found) {
    String size = "the store has " + megabytes(found.bytes());
    return found.whole()
        ? size + " and is sound"
        : size + " and was not read to its end in time, nothing wrong so far";
  }

  static String megabytes(long bytes) {
    return bytes < 10 * MEGABYTE ? (bytes + 1023) / 1024 + " KB" : bytes / MEGABYTE + " MB";
  }

  /** The daemon's folder, or the one in which it would be made. */
  private Path nearestFolder() {
    Path folder = Files.isDirectory(daemon.path()) ? daemon.path() : config.path();
    while (!Files.isDirectory(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static void write(Path folder) throws IOException {
    Path trial = Files.createTempFile(folder, ".doctor", ".tmp"); // its owner's alone
    try (FileChannel channel = FileChannel.open(trial, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(TRIAL_BYTES);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } finally {
      Files.delete(trial);
    }
  }
}

package claudemesh.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notices that a process has not answered somebody for long, and writes down what its threads do at
 * that moment, the virtual ones too: afterwards it is too late. Once for each process; judges
 * nothing. Safe from any thread.
 */
final class SilenceWatch implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration STANDSTILL = Duration.ofSeconds(5);

  /** One that waits: for the process that had this id when it began. */
  private record Waiting(long pid, long since) {}

  private final String name;
  private final VerbProcess process;
  private final Path folder;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("silence-watch").factory());
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Thread, Waiting> waiting = new HashMap<>(); // guarded by lock
  private long told; // the watch's thread only
  private long looked = System.nanoTime(); // the watch's thread only

  /**
   * Begins to look.
   *
   * @param name whose process it is
   * @param process what is to answer
   * @param folder where to write; made if need be
   */
  SilenceWatch(String name, VerbProcess process, Path folder) {
    this.name = name;
    this.process = process;
    this.folder = folder;
    looking.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /** What is asked of the process. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws DaemonException;
  }

  <T> T watched(Question<T> question) throws DaemonException {
    note(new Waiting(process.pid(), System.nanoTime()));
    try {
      return question.ask();
    } finally {
      note(null);
    }
  }

  private void note(Waiting now) {
    lock.lock();
    try {
      if (now == null) {
        waiting.remove(Thread.currentThread());
      } else {
        waiting.put(Thread.currentThread(), now);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isSilent(long pid) {
    long now = System.nanoTime();
    boolean stoodStill = now - looked > STANDSTILL.toNanos();
    looked = now;
    lock.lock();
    try {
      if (stoodStill) { // this process itself was stopped, and so perhaps the other one
        waiting.replaceAll((who, each) -> new Waiting(each.pid, now));
      }
      return waiting.values().stream()
          .anyMatch(each -> each.pid == pid && now - each.since > LONG.toNanos());
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    long pid = process.pid();
    if (!isSilent(pid) || pid == told) {
      return;
    }
    told = pid;
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("silent-" + name + "-" + pid + ".txt");
      String virtual = process.jcmd("Thread.dump_to_file", "-overwrite", file + ".virtual");
      Files.writeString(file, process.threads() + "\n" + virtual + "\n" + process.err());
      System.out.println(name + "'s daemon, silent for " + LONG + ": its threads are in " + file);
    } catch (IOException e) {
      System.out.println("the threads of " + name + "'s silent daemon cannot be written: " + e);
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}

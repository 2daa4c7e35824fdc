package claudemesh.cli;

import claudemesh.daemon.DaemonFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code daemon logs}: what a daemon in the background has logged. */
final class DaemonLogsVerb implements Verb {

  private static final int USUAL_LINES = 50;
  private static final int MOST_LINES = 1_000_000;
  private static final int MOST_BYTES = 16 << 20;
  private static final long LOOK_AGAIN_MILLIS = 200;
  private static final Flag LINES =
      Flag.value("lines", "N", "the last N lines; 50 unless given").or("n");
  private static final Flag FOLLOW =
      Flag.on("follow", "go on with those that come, until interrupted").or("f");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("daemon logs", "show what the daemon has logged, JSON lines")
        .flags(LINES, FOLLOW)
        .about(
            "Of a daemon started with \"claudemesh daemon up --detach\", which logs to daemon.log"
                + " in its folder; one in the foreground logs to its standard error, one of systemd"
                + " to the journal: journalctl --user -u claudemesh.")
        .examples("claudemesh daemon logs", "claudemesh daemon logs -n 5 --follow");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    int lines = call.arguments().number(LINES.name(), 0, MOST_LINES).orElse(USUAL_LINES);
    Path file = DaemonFolder.of(call.environment()).logFile();
    if (!Files.exists(file)) {
      throw new CliException(
          ExitCode.FAILED,
          "there is no " + file + ": only \"claudemesh daemon up --detach\" writes it");
    }
    long end = printLast(call, file, lines);
    return call.arguments().has(FOLLOW.name())
        ? ReaderWatch.during(call, () -> follow(call, file, end))
        : ExitCode.OK;
  }

  private static ExitCode follow(Call call, Path file, long end)
      throws IOException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long at = end;
    while (true) {
      at = printFrom(call, file, at);
      never.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Prints the last lines; returns where the file ended. */
  private static long printLast(Call call, Path file, int lines) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long end = log.length();
      byte[] tail = new byte[(int) Math.min(end, MOST_BYTES)];
      log.seek(end - tail.length);
      log.readFully(tail);
      print(call, tail, startOfLast(lines, tail));
      return end;
    }
  }

  private static int startOfLast(int lines, byte[] text) {
    int start = text.length;
    for (int found = 0; found < lines && start > 0; found++) {
      start--; // over the line break that ends it
      while (start > 0 && text[start - 1] != '\n') {
        start--;
      }
    }
    return start;
  }

  private static long printFrom(Call call, Path file, long at) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long start = log.length() < at ? 0 : at; // a file that has become shorter is a new one
      byte[] more = new byte[(int) Math.min(log.length() - start, MOST_BYTES)];
      log.seek(start);
      log.readFully(more);
      int whole = more.length;
      while (whole > 0 && more[whole - 1] != '\n') {
        whole--;
      }
      print(call, Arrays.copyOf(more, whole), 0);
      return start + whole;
    }
  }

  private static void print(Call call, byte[] bytes, int start) throws IOException {
    if (start < bytes.length) {
      String text = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
      call.out().text(text.stripTrailing());
    }
  }
}

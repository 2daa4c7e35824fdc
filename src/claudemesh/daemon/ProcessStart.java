package claudemesh.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * When a process began, as its system marks it. A number alone does not name a process, since
 * numbers are given out again; a number with this does.
 *
 * <p>On Linux the mark is the boot's id and the clock ticks from the boot to the start: the time of
 * day that Java tells is the same reckoned back to a wall clock, which moves whenever somebody sets
 * it. Elsewhere it is that time of day, which those systems keep from the start on.
 *
 * @param mark the same text for as long as the process lives, and never for another of its number
 * @param shown the time of day it began, in this machine's time zone and as {@code ps} writes it
 */
public record ProcessStart(String mark, Optional<String> shown) {

  private static final Path PROC = Path.of("/proc");
  private static final Path BOOT_ID = PROC.resolve("sys/kernel/random/boot_id");

  /** Fields of proc_pid_stat(5), counted from the one behind the program's name in brackets. */
  private static final int STATE = 0;

  private static final int START_TICKS = 19;

  /** As {@code ps -o lstart} writes it, which deployed clients show as it is. */
  private static final DateTimeFormatter LIKE_PS =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);

  /**
   * Looks a process up.
   *
   * @param pid its number
   * @return its start; empty if there is no such process, or only what a parent has not yet heard
   *     of it
   */
  static Optional<ProcessStart> of(long pid) {
    Optional<String> shown =
        ProcessHandle.of(pid)
            .flatMap(process -> process.info().startInstant())
            .map(at -> LIKE_PS.format(at.atZone(ZoneId.systemDefault())));
    return mark(pid).map(mark -> new ProcessStart(mark, shown));
  }

  /**
   * Whether a process of that number lives and is still the same one.
   *
   * @param pid its number
   * @return true if so
   */
  boolean stillNames(long pid) {
    return mark(pid).filter(mark::equals).isPresent();
  }

  private static Optional<String> mark(long pid) {
    if (!Files.isReadable(BOOT_ID)) {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .map(process -> process.info().startInstant().map(Instant::toString).orElse("unknown"));
    }
    try {
      String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
      return ofStat(stat).map(ticks -> Boot.ID + " " + ticks);
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (IOException e) {
      // It ended between the opening of the file and the reading: "no such process".
      return Optional.empty();
    }
  }

  /** The ticks of a line of {@code /proc/PID/stat}; empty for a process that has ended. */
  static Optional<String> ofStat(String stat) {
    // The name may hold anything, brackets and blanks too: only the last bracket is its end.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    boolean ended = fields.length <= START_TICKS || "ZXx".contains(fields[STATE]);
    return ended ? Optional.empty() : Optional.of(fields[START_TICKS]);
  }

  /** Read once: it is another only after a restart of the machine. */
  private static final class Boot {
    private static final String ID = read();

    private static String read() {
      try {
        return Files.readString(BOOT_ID).strip();
      } catch (IOException e) {
        return "unknown-boot";
      }
    }
  }
}

package claudemesh.json;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The process's log: one line an event on standard error, JSON for pipes and plain text for a
 * terminal. Standard output is data and is never touched. A line carries an event name and fields,
 * never a secret and never a message's text. Thread-safe; never throws, because a log that fails
 * must not take the work with it.
 */
public final class Log {

  /** How much a line matters. */
  public enum Level {
    /** For finding a fault. */
    DEBUG,
    /** Normal life. */
    INFO,
    /** Something to look at. */
    WARN,
    /** Something is broken. */
    ERROR,
    /** Above every level: nothing is logged. */
    OFF;

    /**
     * A level by its name on a command line.
     *
     * @param name {@code debug}, {@code info}, {@code warn}, {@code error} or {@code off}
     * @return the level; empty if there is none of that name
     */
    public static Optional<Level> named(String name) {
      for (Level level : values()) {
        if (level.word().equals(name)) {
          return Optional.of(level);
        }
      }
      return Optional.empty();
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static volatile Level threshold = Level.WARN;
  private static volatile boolean plain;
  private static volatile PrintStream sink =
      new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8);

  private Log() {}

  /**
   * Sets up the log of this process; the command line calls it once, tests as they need.
   *
   * @param level the least level that is written
   * @param plainText true for a person at a terminal, false for JSON lines
   * @param out where lines go
   */
  public static void configure(Level level, boolean plainText, OutputStream out) {
    threshold = level;
    plain = plainText;
    sink = new PrintStream(out, false, StandardCharsets.UTF_8);
  }

  /**
   * Logs at {@link Level#DEBUG}.
   *
   * @param event what happened, one word with underscores
   * @param fields names and values in turn
   */
  public static void debug(String event, Object... fields) {
    write(Level.DEBUG, event, fields);
  }

  /**
   * Logs at {@link Level#INFO}.
   *
   * @param event what happened, one word with underscores
   * @param fields names and values in turn
   */
  public static void info(String event, Object... fields) {
    write(Level.INFO, event, fields);
  }

  /**
   * Logs at {@link Level#WARN}.
   *
   * @param event what happened, one word with underscores
   * @param fields names and values in turn
   */
  public static void warn(String event, Object... fields) {
    write(Level.WARN, event, fields);
  }

  /**
   * Logs at {@link Level#ERROR}.
   *
   * @param event what happened, one word with underscores
   * @param fields names and values in turn
   */
  public static void error(String event, Object... fields) {
    write(Level.ERROR, event, fields);
  }

  /**
   * The line that {@link #error} would write, for whoever has an error stream of its own.
   *
   * @param event what happened, one word with underscores
   * @param fields names and values in turn
   * @return the line, JSON, without its end; empty if errors are not logged
   */
  public static Optional<String> errorLine(String event, Object... fields) {
    return Level.ERROR.compareTo(threshold) < 0
        ? Optional.empty()
        : Optional.of(jsonLine(Level.ERROR, event, fields));
  }

  private static void write(Level level, String event, Object... fields) {
    if (level.compareTo(threshold) < 0) {
      return;
    }
    String line = plain ? plainLine(level, event, fields) : jsonLine(level, event, fields);
    LOCK.lock();
    try {
      sink.print(line + "\n");
      sink.flush();
    } finally {
      LOCK.unlock();
    }
  }

  private static String jsonLine(Level level, String event, Object... fields) {
    Json.Builder line =
        Json.object()
            .put("ts", Instant.now().toString())
            .put("level", level.word())
            .put("event", event);
    for (int i = 0; i + 1 < fields.length; i += 2) {
      String name = String.valueOf(fields[i]);
      switch (fields[i + 1]) {
        case null -> line.putNull(name);
        case Boolean truth -> line.put(name, truth.booleanValue());
        case Integer number -> line.put(name, number.longValue());
        case Long number -> line.put(name, number.longValue());
        default -> line.put(name, String.valueOf(fields[i + 1]));
      }
    }
    return line.build().toString();
  }

  private static String plainLine(Level level, String event, Object... fields) {
    StringBuilder line =
        new StringBuilder(level.word()).append(": ").append(event.replace('_', ' '));
    for (int i = 0; i + 1 < fields.length; i += 2) {
      line.append(i == 0 ? " (" : ", ").append(fields[i]).append(' ').append(fields[i + 1]);
    }
    return TerminalText.escape(fields.length > 1 ? line.append(')').toString() : line.toString());
  }
}

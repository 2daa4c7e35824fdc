package claudemesh.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal as programs see it from inside: it takes text with the control sequences that this
 * program uses (and fails at others), and tells what a person would see. Thread-safe.
 */
final class EmulatedTerminal {

  private static final long PATIENCE_NANOS = 50_000_000_000L;
  private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[(\\??)([0-9;]*)([A-Za-z])");

  private static final String BLANK = " ";

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition written = lock.newCondition();
  private int columns;
  private int rows;
  private String[][] main;
  private String[][] alternate;
  private boolean onAlternate;
  private boolean cursorShown = true;
  private boolean wrapping = true;
  private int row;
  private int column;
  private int savedRow;
  private int savedColumn;
  private int entered;
  private String pending = "";

  EmulatedTerminal(int columns, int rows) {
    resize(columns, rows);
  }

  /** Gives it another size; what does not fit is lost. */
  void resize(int newColumns, int newRows) {
    lock.lock();
    try {
      main = resized(main, newColumns, newRows);
      alternate = resized(alternate, newColumns, newRows);
      columns = newColumns;
      rows = newRows;
      row = Math.min(row, rows - 1);
      column = Math.min(column, columns);
    } finally {
      lock.unlock();
    }
  }

  private static String[][] resized(String[][] old, int columns, int rows) {
    String[][] cells = new String[rows][columns];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(cells[i], BLANK);
      if (old != null && i < old.length) {
        System.arraycopy(old[i], 0, cells[i], 0, Math.min(columns, old[i].length));
      }
    }
    return cells;
  }

  /** What a program writes; a sequence may come in pieces. */
  void write(String text) {
    lock.lock();
    try {
      String all = pending + text;
      pending = "";
      Matcher sequence = SEQUENCE.matcher(all);
      for (int at = 0; at < all.length(); ) {
        if (all.charAt(at) != '\u001b') {
          put(all.codePointAt(at));
          at += Character.charCount(all.codePointAt(at));
        } else if (sequence.region(at, all.length()).lookingAt()) {
          obey(sequence.group(1), sequence.group(2), sequence.group(3));
          at = sequence.end();
        } else {
          pending = all.substring(at);
          at = all.length();
        }
      }
      written.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ideographs and emoji take two cells, the second one empty; marks go to the cell before. */
  private void put(int c) {
    if (Character.getType(c) == Character.NON_SPACING_MARK) {
      cells()[row][column - 1] += Character.toString(c);
    } else if (c == '\r') {
      column = 0;
    } else if (c == '\n') {
      feed();
    } else if (c >= ' ') {
      if (column == columns) {
        if (wrapping) {
          column = 0;
          feed();
        } else {
          column--;
        }
      }
      cells()[row][column++] = Character.toString(c);
      boolean wide = Character.isIdeographic(c) || Character.isEmojiPresentation(c);
      if (wide || Character.UnicodeBlock.of(c) == Character.UnicodeBlock.HIRAGANA) {
        cells()[row][column++] = "";
      }
    }
  }

  private void feed() {
    if (++row == rows) {
      row--;
      System.arraycopy(cells(), 1, cells(), 0, rows - 1);
      cells()[row] = new String[columns];
      Arrays.fill(cells()[row], BLANK);
    }
  }

  private void obey(String mark, String numbers, String what) {
    switch (mark + what) {
      case "H" -> {
        String[] place = numbers.isEmpty() ? new String[] {"1", "1"} : numbers.split(";");
        row = Math.min(rows, Integer.parseInt(place[0])) - 1;
        column = Math.min(columns, Integer.parseInt(place[1])) - 1;
      }
      case "J" -> {
        if (numbers.equals("2")) {
          erase(0, 0);
        } else {
          erase(row, column);
        }
      }
      case "K" -> Arrays.fill(cells()[row], Math.min(column, columns - 1), columns, BLANK);
      case "m" -> {} // how it looks is not what it says
      case "?h", "?l" -> mode(numbers, what.equals("h"));
      default -> throw new AssertionError("an unknown sequence: ESC [ " + mark + numbers + what);
    }
  }

  private void erase(int fromRow, int fromColumn) {
    for (int i = fromRow; i < rows; i++) {
      Arrays.fill(cells()[i], i == fromRow ? Math.min(fromColumn, columns) : 0, columns, BLANK);
    }
  }

  private void mode(String number, boolean on) {
    switch (number) {
      case "1049" -> {
        if (on) {
          savedRow = row;
          savedColumn = column;
          entered++;
        } else if (onAlternate) {
          row = Math.min(savedRow, rows - 1);
          column = Math.min(savedColumn, columns);
        }
        onAlternate = on;
      }
      case "25" -> cursorShown = on;
      case "7" -> wrapping = on;
      default -> throw new AssertionError("an unknown mode: " + number);
    }
  }

  private String[][] cells() {
    return onAlternate ? alternate : main;
  }

  /** The lines a person sees, without empty ones at the end. */
  String text() {
    lock.lock();
    try {
      List<String> lines = new ArrayList<>();
      for (String[] line : cells()) {
        lines.add(String.join("", line).stripTrailing());
      }
      return String.join("\n", lines).stripTrailing();
    } finally {
      lock.unlock();
    }
  }

  /** Whether programs have the alternate screen. */
  boolean isAlternate() {
    lock.lock();
    try {
      return onAlternate;
    } finally {
      lock.unlock();
    }
  }

  /** How often programs took the alternate screen. */
  int entered() {
    lock.lock();
    try {
      return entered;
    } finally {
      lock.unlock();
    }
  }

  boolean showsCursor() {
    return cursorShown;
  }

  boolean wraps() {
    return wrapping;
  }

  /** Waits until a person sees something. */
  String await(String what, Predicate<EmulatedTerminal> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    lock.lock();
    try {
      while (!wanted.test(this)) {
        if (written.awaitNanos(deadline - System.nanoTime()) <= 0) {
          throw new AssertionError("waited in vain for " + what + "; there is:\n" + text());
        }
      }
      return text();
    } finally {
      lock.unlock();
    }
  }

  String awaitText(String text) throws InterruptedException {
    return await(text, terminal -> terminal.text().contains(text));
  }
}

package claudemesh.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal's screen that a view has for itself: the alternate one, so that what was there before
 * is there again after. Of a picture only the lines that changed are written, all in one write, so
 * nothing flickers; lines never wrap. Sequences are those of ECMA-48 and xterm. Thread-safe.
 */
final class Screen {

  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[2J";
  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String ERASE_TO_LINE_END = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  private final OutputStream out;
  private final ReentrantLock lock = new ReentrantLock();
  private List<String> shown = List.of();
  private boolean entered;

  Screen(OutputStream out) {
    this.out = out;
  }

  /** Takes the screen, empty, with the cursor hidden. Does nothing if it has it. */
  void enter() throws BrokenPipeException {
    lock.lock();
    try {
      if (!entered) {
        entered = true;
        shown = List.of();
        write(ENTER);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives it back as it was. Does nothing if it does not have it. */
  void leave() throws BrokenPipeException {
    lock.lock();
    try {
      if (entered) {
        entered = false;
        write(LEAVE);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What is on the screen can no longer be relied on: all of it is drawn with the next picture. */
  void forget() {
    lock.lock();
    try {
      shown = null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Shows a picture, as far as it fits; does nothing while the screen is not taken.
   *
   * @param picture its lines, safe for terminals; what does not fit is cut
   * @param size how large the screen is
   */
  void draw(List<String> picture, Terminal.Size size) throws BrokenPipeException {
    lock.lock();
    try {
      if (entered) {
        List<String> lines = new ArrayList<>();
        for (String line : picture.subList(0, Math.min(picture.size(), size.rows()))) {
          lines.add(cut(line, size.columns()));
        }
        write(changes(lines, size));
        shown = lines;
      }
    } finally {
      lock.unlock();
    }
  }

  private String changes(List<String> lines, Terminal.Size size) {
    StringBuilder changes = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      boolean same = shown != null && i < shown.size() && shown.get(i).equals(lines.get(i));
      if (!same) {
        changes.append(place(i)).append(lines.get(i));
        // At a line that is full the cursor stands on its last character, and would erase it.
        changes.append(length(lines.get(i)) < size.columns() ? ERASE_TO_LINE_END : "");
      }
    }
    boolean longer = shown == null || shown.size() > lines.size();
    if (longer && lines.size() < size.rows()) { // a place below the last row is the last row
      changes.append(place(lines.size())).append(ERASE_BELOW);
    }
    return changes.toString();
  }

  private static String place(int line) {
    return "\u001b[" + (line + 1) + ";1H";
  }

  /** A line of no more columns than that; colours end where they ended. */
  private static String cut(String line, int columns) {
    if (length(line) <= columns) {
      return line;
    }
    StringBuilder cut = new StringBuilder();
    Matcher colour = COLOUR.matcher(line);
    int room = columns - 1;
    int at = 0;
    for (boolean more = true; more; ) {
      more = colour.find();
      String text = line.substring(at, more ? colour.start() : line.length());
      if (room >= 0) {
        String kept = TextWidth.beginning(text, room);
        boolean whole = kept.length() == text.length();
        cut.append(kept).append(whole ? "" : "…");
        room = whole ? room - TextWidth.of(kept) : -1;
      }
      cut.append(more ? colour.group() : "");
      at = more ? colour.end() : at;
    }
    return cut.toString();
  }

  private static int length(String line) {
    return TextWidth.of(COLOUR.matcher(line).replaceAll(""));
  }

  private void write(String text) throws BrokenPipeException {
    if (text.isEmpty()) {
      return;
    }
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new BrokenPipeException(e);
    }
  }
}

package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows for people: columns as wide as their widest cell, and no wider. Cells are escaped for
 * terminals as they are added. Not thread-safe.
 */
final class Table {

  /** How a cell looks where colour is allowed. */
  enum Look {
    PLAIN(""),
    FAINT("\u001b[2m"),
    BOLD("\u001b[1m"),
    GOOD("\u001b[32m"),
    BUSY("\u001b[33m"),
    BAD("\u001b[31m");

    private final String start;

    Look(String start) {
      this.start = start;
    }

    /** A text that looks so, where colour is allowed. */
    String on(String text, boolean colour) {
      return colour && this != PLAIN ? start + text + END : text;
    }
  }

  private record Cell(String text, Look look) {}

  private static final String END = "\u001b[0m";

  private static final int NARROWEST = 8;

  private final boolean colour;
  private final int width;
  private final List<List<Cell>> rows = new ArrayList<>();

  /**
   * A table of headings only.
   *
   * @param colour whether looks are shown
   * @param width the most columns a line may take; the widest cells are cut for it
   * @param headings one a column
   */
  Table(boolean colour, int width, String... headings) {
    this.colour = colour;
    this.width = width;
    List<Cell> row = start();
    for (String heading : headings) {
      row.add(new Cell(heading, Look.FAINT));
    }
  }

  /** Begins a new row. */
  Table row() {
    start();
    return this;
  }

  /** Adds a cell to the row begun last. */
  Table cell(String text) {
    return cell(text, Look.PLAIN);
  }

  Table cell(String text, Look look) {
    rows.get(rows.size() - 1).add(new Cell(Output.safe(text), look));
    return this;
  }

  @Override
  public String toString() {
    return String.join("\n", lines());
  }

  /** No more lines than that: the last one says how many are left out. */
  static List<String> cut(List<String> lines, int most) {
    if (lines.size() <= most || most <= 0) {
      return lines.subList(0, Math.max(0, Math.min(lines.size(), most)));
    }
    List<String> cut = new ArrayList<>(lines.subList(0, most - 1));
    int rows = lines.size() - Math.max(1, most - 1); // the headings are no row
    cut.add("… " + rows + " more");
    return cut;
  }

  /** The headings and the rows, one a line. */
  List<String> lines() {
    int[] widths = fitting(widths());
    List<String> lines = new ArrayList<>();
    for (List<Cell> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        boolean last = i == row.size() - 1;
        Cell cell = cut(row.get(i), widths[i]);
        line.append(shown(cell));
        line.append(" ".repeat(last ? 0 : widths[i] - TextWidth.of(cell.text()) + 2));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private List<Cell> start() {
    List<Cell> row = new ArrayList<>();
    rows.add(row);
    return row;
  }

  private int[] widths() {
    int[] widths = new int[rows.get(0).size()];
    for (List<Cell> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], TextWidth.of(row.get(i).text()));
      }
    }
    return widths;
  }

  /** Takes from the widest column until a line fits, or every column is narrow. */
  private int[] fitting(int[] widths) {
    long over = -width - 2L;
    for (int column : widths) {
      over += column + 2;
    }
    for (; over > 0; over--) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= NARROWEST) {
        return widths;
      }
      widths[widest]--;
    }
    return widths;
  }

  private static Cell cut(Cell cell, int most) {
    return new Cell(TextWidth.cut(cell.text(), most), cell.look());
  }

  private String shown(Cell cell) {
    return cell.look().on(cell.text(), colour);
  }
}

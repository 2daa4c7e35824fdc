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
  }

  private record Cell(String text, Look look) {}

  private static final String END = "\u001b[0m";

  private final boolean colour;
  private final List<List<Cell>> rows = new ArrayList<>();

  Table(boolean colour, String... headings) {
    this.colour = colour;
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
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    for (List<Cell> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        boolean last = i == row.size() - 1;
        line.append(shown(row.get(i)));
        line.append(" ".repeat(last ? 0 : widths[i] - length(row.get(i).text()) + 2));
      }
      lines.add(line.toString().stripTrailing());
    }
    return String.join("\n", lines);
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
        widths[i] = Math.max(widths[i], length(row.get(i).text()));
      }
    }
    return widths;
  }

  private String shown(Cell cell) {
    boolean plain = !colour || cell.look() == Look.PLAIN;
    return plain ? cell.text() : cell.look().start + cell.text() + END;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}

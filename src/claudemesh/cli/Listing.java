package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.Log;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of an answer, shown once for all verbs that list: a table for people, an array for programs.
 * A mesh that could not be asked is a row with its {@code error}, and the exit code says so.
 */
final class Listing {

  private Listing() {}

  /** How people see a row. */
  interface Columns {
    /** The table's headings. */
    String[] headings();

    /** Fills a row that was just begun, a cell for each heading. */
    void cells(Table table, Json row);
  }

  /**
   * Prints an answer's rows.
   *
   * @param call who asks
   * @param answer the answer
   * @param field where its rows are
   * @param none what people read when there are none
   * @param columns how people see one
   * @return the exit code: {@link ExitCode#UNREACHABLE} if a mesh could not be asked
   */
  static ExitCode print(Call call, Json answer, String field, String none, Columns columns)
      throws IOException {
    List<Json> rows = answer.list(field);
    List<Json> errors = answer.list("errors");
    if (call.wantsJson()) {
      printJson(call, rows, errors);
    } else {
      if (!rows.isEmpty()) {
        Table table = call.table(columns.headings());
        for (Json row : rows) {
          table.row();
          columns.cells(table, row);
        }
        call.out().text(table.toString());
      } else if (errors.isEmpty()) {
        call.out().text(none);
      }
      printErrors(call, errors);
    }
    return errors.isEmpty() ? ExitCode.OK : ExitCode.UNREACHABLE;
  }

  /** An array of rows, with one for each mesh that could not be asked. */
  static void printJson(Call call, List<Json> rows, List<Json> errors) throws IOException {
    for (Json error : errors) {
      Log.error(
          "mesh_not_listed", "mesh", error.string("mesh", ""), "why", error.string("error", ""));
    }
    Json array = all(rows, errors);
    call.out().text(call.streams().outIsTerminal() ? array.toPrettyString() : array.toString());
  }

  /** The rows, with one for each mesh that could not be asked. */
  static Json all(List<Json> rows, List<Json> errors) {
    List<Json> all = new ArrayList<>(rows);
    all.addAll(errors);
    return Json.array(all);
  }

  /** A line for people for each mesh that could not be asked. */
  static void printErrors(Call call, List<Json> errors) throws IOException {
    for (Json error : errors) {
      call.out().text(errorLine(error));
    }
  }

  /** What people read of a mesh that could not be asked. */
  static String errorLine(Json error) {
    return Output.safe(
        error.string("mesh", "") + ": cannot be asked: " + error.string("error", ""));
  }

  /** A field's text; numbers and truth values as JSON writes them, nothing as nothing. */
  static String text(Json row, String field) {
    if (!row.has(field)) {
      return "";
    }
    Json value = row.get(field).get();
    return value.isString() ? value.asString() : value.toString();
  }
}

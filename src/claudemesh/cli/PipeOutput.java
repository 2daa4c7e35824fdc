package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.Log;
import java.util.Set;

/** A pipe's standard output: one JSON line a record, of the types asked for. Thread-safe. */
final class PipeOutput {

  private final Output out;
  private final Set<String> only;
  private final Ends ends;

  /**
   * An output.
   *
   * @param out standard output
   * @param only which types to write; empty for all
   * @param ends hears of a reader that has gone
   */
  PipeOutput(Output out, Set<String> only, Ends ends) {
    this.out = out;
    this.only = only;
    this.ends = ends;
  }

  /**
   * Writes a record, if its type was asked for.
   *
   * @return whether the next program of the pipeline has it
   */
  boolean write(Json record) {
    String type = record.string("type");
    if (!only.isEmpty() && !only.contains(type)) {
      if (type.equals(PipeRecords.ERROR)) { // not asked for, but not to be lost either
        Log.warn("line_failed", "line", record.number("line"), "why", record.string("message", ""));
      }
      return false;
    }
    try {
      out.json(record);
      return true;
    } catch (BrokenPipeException e) {
      ends.brokenPipe();
      return false;
    }
  }
}

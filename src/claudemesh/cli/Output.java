package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.LineWriter;
import claudemesh.json.TerminalText;
import java.io.IOException;

/** Standard output: data, a line at a time, each written at once. Thread-safe. */
final class Output {

  private final LineWriter lines;

  Output(Streams streams) {
    this.lines = new LineWriter(streams.out());
  }

  /** Writes a JSON value as one line. */
  void json(Json json) throws BrokenPipeException {
    text(json.toString());
  }

  /** Writes a line (or several) as it is: it must hold nothing of other people's, or be JSON. */
  void text(String line) throws BrokenPipeException {
    try {
      lines.write(line);
    } catch (IOException e) {
      throw new BrokenPipeException(e);
    }
  }

  /** Other people's words made safe to show on a terminal. */
  static String safe(String foreign) {
    return TerminalText.escape(foreign);
  }
}

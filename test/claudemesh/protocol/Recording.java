package claudemesh.protocol;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Frames recorded between deployed clients and brokers, as they lie in {@code test/data/wire}.
 *
 * @param file the recording
 * @param line the line in it, from 1
 * @param conn which connection
 * @param at when the frame was seen
 * @param fromClient whether the client sent it
 * @param text the frame as it went over the wire, but for its white space
 */
public record Recording(
    String file, int line, String conn, Instant at, boolean fromClient, String text) {

  private static final Path FOLDER = Path.of("test/data/wire");

  /** The names of all recordings. */
  public static List<String> files() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All text frames of all recordings. */
  public static Stream<Recording> all() {
    return files().stream().flatMap(file -> of(file).stream());
  }

  /** The text frames of one recording, in the order seen. Pings and placeholders are left out. */
  public static List<Recording> of(String file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(FOLDER.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return IntStream.range(0, lines.size())
        .boxed()
        .flatMap(i -> read(file, i + 1, Json.parseObject(lines.get(i))).stream())
        .toList();
  }

  private static List<Recording> read(String file, int line, Json entry) {
    String dir = entry.string("dir", "");
    boolean isFrame = dir.equals("in") || dir.equals("out");
    if (!isFrame || !entry.has("frame")) {
      return List.of();
    }
    Json frame = entry.get("frame").get();
    String text = frame.isObject() ? frame.toString() : frame.asString();
    if (text.matches("<\\d+ chars>")) {
      return List.of(); // the recorder kept the length of these only
    }
    Instant at = Instant.parse(entry.string("ts"));
    return List.of(
        new Recording(file, line, entry.string("conn", ""), at, dir.equals("out"), text));
  }

  /** The frame as an object. */
  public Json json() {
    return Json.parseObject(text);
  }

  /** The frame's type; empty if it has none or is no object. */
  public String type() {
    Json json = isObject() ? json() : Json.object().build();
    return json.string("type", "");
  }

  /** Whether the frame is an object: a few recorded ones are garbage on purpose. */
  public boolean isObject() {
    return text.startsWith("{\"") || text.equals("{}");
  }

  /** The message, read from its direction. */
  public Message decode() {
    return fromClient ? MessageCodec.decodeFromClient(text) : MessageCodec.decodeFromBroker(text);
  }

  @Override
  public String toString() {
    return file + ":" + line + " " + conn + (fromClient ? " out " : " in ") + type();
  }
}

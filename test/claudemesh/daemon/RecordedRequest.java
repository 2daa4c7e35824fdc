package claudemesh.daemon;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request that a deployed client once made of a deployed daemon, and its answer.
 *
 * @param overTcp whether it went over TCP
 * @param method such as {@code GET}
 * @param target path and query
 * @param headers as {@code Name: value}
 * @param body what was sent; empty for nothing
 * @param status what was answered
 * @param answer the answer's object
 */
record RecordedRequest(
    boolean overTcp,
    String method,
    String target,
    List<String> headers,
    String body,
    int status,
    Json answer) {

  private static final Pattern FLAG = Pattern.compile("(?:^|\\s)(--unix-socket|-X|-H|-d)\\s");

  /** Everything in a file of recorded requests. */
  static List<RecordedRequest> read(Path file) throws IOException {
    List<RecordedRequest> all = new ArrayList<>();
    for (String block : Files.readString(file).split("(?m)^\\$ curl ")) {
      if (!block.isBlank()) {
        all.add(parse(block));
      }
    }
    return all;
  }

  private static RecordedRequest parse(String block) {
    String[] lines = block.split("\n", 2);
    int space = lines[0].lastIndexOf(' ');
    String url = lines[0].substring(space + 1);
    String flags = lines[0].substring(0, Math.max(0, space));
    boolean tcp = true;
    String method = "GET";
    String body = "";
    List<String> headers = new ArrayList<>();
    Matcher flag = FLAG.matcher(flags);
    int at = 0;
    while (flag.find(at)) {
      int end =
          FLAG.matcher(flags)
              .region(flag.end(), flags.length())
              .results()
              .findFirst()
              .map(next -> next.start())
              .orElse(flags.length());
      String value = flags.substring(flag.end(), end).strip();
      switch (flag.group(1)) {
        case "--unix-socket" -> tcp = false;
        case "-X" -> method = value;
        case "-H" -> headers.add(value);
        default -> body = value;
      }
      at = end;
    }
    String[] answer = lines[1].replace("\r", "").split("\n\n", 2);
    return new RecordedRequest(
        tcp,
        method,
        url.replaceFirst("http://[^/]+", ""),
        headers,
        body,
        Integer.parseInt(answer[0].split(" ")[1]),
        Json.parseObject(answer[1].strip()));
  }

  @Override
  public String toString() {
    return method + " " + target + " " + headers + " " + body;
  }
}

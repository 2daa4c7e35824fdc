package claudemesh.cli;

import claudemesh.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls the command line in this process, with a config folder of the test's own. */
final class TestCli {

  private final Map<String, String> environment = new HashMap<>();
  private boolean terminal;

  TestCli(Path configFolder) {
    environment.put("CLAUDEMESH_CONFIG_DIR", configFolder.toString());
    environment.put("HOME", configFolder.toString());
    environment.put("USER", "tester");
  }

  /** What one call left behind. */
  record Result(int code, String out, String err) {

    List<String> lines() {
      return out.lines().toList();
    }

    Json json() {
      return Json.parse(out);
    }

    /** The records of one type among JSON lines. */
    List<Json> records(String type) {
      return out.lines()
          .map(Json::parseObject)
          .filter(record -> record.string("type").equals(type))
          .toList();
    }

    /** The message of the one complaint on standard error. */
    String complaint() {
      return err.lines()
          .map(Json::parseObject)
          .filter(line -> line.string("event").equals("failed"))
          .map(line -> line.string("message"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no complaint in: " + err));
    }
  }

  TestCli with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** As if a person sat at a terminal. */
  TestCli onTerminal() {
    terminal = true;
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  Result run(String... args) {
    return runWith("", args);
  }

  Result runWith(String input, String... args) {
    return runWith(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), args);
  }

  Result runWith(InputStream in, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams = new Streams(in, out, err, terminal, terminal, terminal);
    int code = Cli.run(args, streams, environment);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

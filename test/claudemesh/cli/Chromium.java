package claudemesh.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A headless Chromium with a profile of its own, which ends with the test. */
final class Chromium implements AutoCloseable {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final String LISTENING = "DevTools listening on ";

  private final Process process;
  private final URI devTools;

  private Chromium(Process process, URI devTools) {
    this.process = process;
    this.devTools = devTools;
  }

  /** Starts it; fails, and says what to install, where there is none. */
  static Chromium start(Path profile) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    command.addAll(
        List.of(
            "--headless=new",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars"));
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--no-sandbox"); // it has none for root; it opens nothing but our own page
    }
    command.add("about:blank");
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader said = process.errorReader(StandardCharsets.UTF_8);
    List<String> before = new ArrayList<>();
    String line = said.readLine();
    while (line != null && !line.startsWith(LISTENING)) {
      before.add(line);
      line = said.readLine();
    }
    if (line == null) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not start: " + String.join("\n", before));
    }
    drain(said);
    return new Chromium(process, URI.create(line.substring(LISTENING.length())));
  }

  private static void drain(BufferedReader said) {
    Thread.ofPlatform().daemon().start(() -> said.lines().forEach(line -> {}));
  }

  private static Path program() {
    Optional<Path> named = Optional.ofNullable(System.getenv("CHROMIUM")).map(Path::of);
    List<Path> places = new ArrayList<>(named.stream().toList());
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      NAMES.forEach(name -> places.add(Path.of(folder, name)));
    }
    places.add(Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    return places.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "this needs Chromium: none of "
                        + NAMES
                        + " is on the path. Install it (Debian: apt-get install chromium), or name"
                        + " the program in the variable CHROMIUM"));
  }

  /** Where its DevTools are. */
  URI devTools() {
    return devTools;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}

package claudemesh.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * The command line on a thread of this process: a hundred times cheaper than {@link CliProcess}.
 */
final class CliThread extends RunningCli {

  private final PipedOutputStream typed = new PipedOutputStream();
  private final FutureTask<Integer> task;
  private final Thread thread;

  private CliThread(Map<String, String> environment, String... args) throws IOException {
    Streams streams =
        new Streams(
            new PipedInputStream(typed),
            new Lines(),
            OutputStream.nullOutputStream(),
            false,
            false,
            false);
    task = new FutureTask<>(() -> Cli.run(args, streams, environment));
    thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  task.run();
                  printedAll();
                });
  }

  static CliThread start(Map<String, String> environment, String... args) throws IOException {
    return new CliThread(environment, args);
  }

  @Override
  OutputStream in() {
    return typed;
  }

  @Override
  public int exitCode() throws InterruptedException {
    try {
      return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("did not end well; stdout: " + seen(), e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  /** Hands on whole lines. */
  private final class Lines extends OutputStream {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      if (b == '\n') {
        printed(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else {
        line.write(b);
      }
    }
  }
}

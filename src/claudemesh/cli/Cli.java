package claudemesh.cli;

import claudemesh.json.Log;
import claudemesh.json.TerminalText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The command line. {@link #run} takes what was typed and returns an exit code, so that tests call
 * it; {@link #main} alone ends the process.
 */
public final class Cli {

  private static final int TRACE_LINES = 12;
  private static final char UNREADABLE = '\ufffd';

  private Cli() {}

  /**
   * Runs one command and ends the process with its exit code. SIGINT and SIGTERM interrupt the
   * command, which closes what it has open; the JVM then ends with 130 or 143.
   *
   * @param args the verb and its arguments
   */
  public static void main(String[] args) {
    nameSelectorProvider();
    Interruption interruption = Interruption.ofThisThread();
    int code = run(args, Streams.ofProcess(), System.getenv());
    boolean threadsRemain = Network.shutDown();
    interruption.over();
    // A plain return ends the process too, without the loggers that System.exit looks for since 21.
    if (code != ExitCode.OK.code() || threadsRemain) {
      System.exit(code);
    }
  }

  /**
   * The JDK looks for what makes its sockets in all modules and on the class path, which takes
   * longer than asking a daemon over one; unless it is told the name of what it will find.
   */
  private static void nameSelectorProvider() {
    String property = "java.nio.channels.spi.SelectorProvider";
    String system = System.getProperty("os.name");
    if (system.equals("Linux") && System.getProperty(property) == null) {
      System.setProperty(property, "sun.nio.ch.EPollSelectorProvider");
    } else if (system.equals("Mac OS X") && System.getProperty(property) == null) {
      System.setProperty(property, "sun.nio.ch.KQueueSelectorProvider");
    }
  }

  /**
   * Runs one command on the calling thread, which is interrupted to end it early.
   *
   * @param args the verb and its arguments
   * @param streams where it reads and writes
   * @param environment the process's variables
   * @return the exit code: 0 done, 1 failed, 2 usage, 3 not joined, 4 cannot reach, 5 refused by
   *     the broker, 6 no daemon runs, 130 interrupted, 141 standard output closed
   */
  public static int run(String[] args, Streams streams, Map<String, String> environment) {
    Log.configure(Log.Level.WARN, streams.errIsTerminal(), streams.err());
    String verb = "";
    try {
      List<String> words = requireReadable(List.of(args));
      if (words.isEmpty() || words.equals(List.of("--help")) || words.equals(List.of("-h"))) {
        int width = streams.outIsTerminal() ? Terminal.columns(environment) : Integer.MAX_VALUE;
        new Output(streams).text(Help.overview(width));
        return ExitCode.OK.code();
      }
      verb = Verbs.named(words.equals(List.of("--version")) ? List.of("version") : words);
      return run(Verbs.create(verb), words, streams, environment).code();
    } catch (BrokenPipeException e) {
      return ExitCode.BROKEN_PIPE.code();
    } catch (CommandEndedException e) {
      return e.code();
    } catch (CliException e) {
      return complain(streams, verb, e.getMessage(), e.exitCode());
    } catch (IOException e) {
      return complain(streams, verb, words(e), ExitCode.FAILED);
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED.code();
    } catch (RuntimeException e) {
      Log.error("internal_error", "verb", verb, "why", e, "at", trace(e));
      return complain(streams, verb, "this is a fault of claudemesh: " + e, ExitCode.FAILED);
    }
  }

  /** Java decodes arguments by the locale, and puts a mark where it could not. */
  private static List<String> requireReadable(List<String> words) throws UsageException {
    for (String word : words) {
      if (word.indexOf(UNREADABLE) >= 0) {
        throw new UsageException(
            "an argument is not readable as UTF-8 text: \""
                + word
                + "\"; set LC_ALL=C.UTF-8 (or another UTF-8 locale), or pass the text on standard"
                + " input");
      }
    }
    return words;
  }

  private static ExitCode run(
      Verb verb, List<String> words, Streams streams, Map<String, String> environment)
      throws CliException, IOException, InterruptedException {
    VerbSpec spec = verb.spec();
    int used = Math.min(words.size(), spec.name().split(" ").length);
    Arguments arguments = Arguments.parse(spec, words.subList(used, words.size()));
    Log.configure(level(arguments), streams.errIsTerminal(), streams.err());
    Output out = new Output(streams);
    Call call = new Call(arguments, streams, out, environment);
    if (arguments.has(VerbSpec.HELP.name())) {
      out.text(Help.of(spec, call.width()));
      return ExitCode.OK;
    }
    return verb.run(call);
  }

  private static Log.Level level(Arguments arguments) throws UsageException {
    String flag = VerbSpec.LOG_LEVEL.name();
    if (!arguments.has(flag)) {
      return arguments.has(VerbSpec.VERBOSE.name()) ? Log.Level.INFO : Log.Level.WARN;
    }
    String name = arguments.value(flag).orElse("");
    return Log.Level.named(name)
        .orElseThrow(
            () ->
                new UsageException(
                    "--log-level: expected debug, info, warn, error or off, found " + name));
  }

  /** One sentence: plain on a terminal, a log line for programs. */
  private static int complain(Streams streams, String verb, String message, ExitCode code) {
    PrintStream err = new PrintStream(streams.err(), false, StandardCharsets.UTF_8);
    if (streams.errIsTerminal()) {
      String hint = "claudemesh help" + (verb.isEmpty() ? "" : " " + verb);
      err.print("claudemesh: " + TerminalText.escape(message) + "\n");
      err.print(code == ExitCode.USAGE ? "Try: " + hint + "\n" : "");
    } else {
      // To this call's own stream: the log is the process's, and may be another call's by now.
      Log.errorLine("failed", "verb", verb, "message", message, "exit_code", code.code())
          .ifPresent(line -> err.print(line + "\n"));
    }
    err.flush();
    return code.code();
  }

  /** The exceptions of the file system often have the file as their whole message. */
  private static String words(IOException e) {
    String kind = e.getClass() == IOException.class ? "" : e.getClass().getSimpleName() + ": ";
    return kind + e.getMessage();
  }

  private static String trace(RuntimeException e) {
    StackTraceElement[] frames = e.getStackTrace();
    return Arrays.asList(frames).subList(0, Math.min(frames.length, TRACE_LINES)).toString();
  }
}

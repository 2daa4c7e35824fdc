package claudemesh.cli;

/** Ends a verb with an exit code and a sentence for whoever typed it. */
class CliException extends Exception {

  private static final long serialVersionUID = 1L;

  /** With which code. */
  private final ExitCode exitCode;

  CliException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  CliException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}

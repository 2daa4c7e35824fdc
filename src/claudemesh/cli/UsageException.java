package claudemesh.cli;

/** The command line is not understood; the message names the word and, if it can, a better one. */
final class UsageException extends CliException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(ExitCode.USAGE, message);
  }
}

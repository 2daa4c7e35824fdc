package claudemesh.cli;

/** A command that a verb ran for somebody has ended, and its exit code is the verb's. */
final class CommandEndedException extends CliException {

  private static final long serialVersionUID = 1L;

  /** As the operating system told it; 128 and the signal's number if one ended it. */
  private final int code;

  CommandEndedException(int code) {
    super(ExitCode.FAILED, "the command ended with " + code);
    this.code = code;
  }

  int code() {
    return code;
  }
}

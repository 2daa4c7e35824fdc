package claudemesh.cli;

/** What the process's exit code says; the one table, in help and in code. */
enum ExitCode {
  OK(0, "done"),
  FAILED(1, "failed; standard error says why"),
  USAGE(2, "the command line is not understood"),
  NOT_JOINED(3, "no such mesh was joined"),
  UNREACHABLE(4, "the broker cannot be reached, or something went unsent"),
  REFUSED(5, "the broker refused"),
  NO_DAEMON(6, "no daemon runs, and only one can do this"),
  INTERRUPTED(130, "interrupted"),
  BROKEN_PIPE(141, "the reader of standard output has gone");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}

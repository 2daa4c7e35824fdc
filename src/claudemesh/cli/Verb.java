package claudemesh.cli;

import java.io.IOException;

/** One thing the command line can do. Instances are used once. */
interface Verb {

  /** Its row of the table. */
  VerbSpec spec();

  /**
   * Does it, on the calling thread.
   *
   * @param call what was typed, and where to read and write
   * @return the exit code
   * @throws CliException to end with another exit code and a sentence
   * @throws BrokenPipeException if the reader of standard output has gone
   * @throws IOException if a file cannot be read or written
   * @throws InterruptedException if the process was asked to end; what is open is closed first
   */
  ExitCode run(Call call) throws CliException, IOException, InterruptedException;
}

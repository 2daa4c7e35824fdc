package claudemesh.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Where a verb reads and writes, so that tests can stand in for the process.
 *
 * @param in standard input; read by one thread, since reading blocks
 * @param out standard output, unbuffered: a {@code PrintStream} would hide that the reader has gone
 * @param err standard error
 * @param inIsTerminal whether a person types the input
 * @param outIsTerminal whether a person reads the output
 * @param errIsTerminal whether a person reads the diagnostics
 */
public record Streams(
    InputStream in,
    OutputStream out,
    OutputStream err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  /**
   * The process's own streams.
   *
   * @return streams straight on the file descriptors
   */
  public static Streams ofProcess() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        Terminal.isTerminal(0),
        Terminal.isTerminal(1),
        Terminal.isTerminal(2));
  }
}

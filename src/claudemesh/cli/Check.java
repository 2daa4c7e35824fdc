package claudemesh.cli;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.util.List;

/** One thing that {@code doctor} looks at. Instances are used once, by one thread. */
interface Check {

  /** Its name, one word. */
  String name();

  /** The checks without which there is no point in this one. */
  default List<String> needs() {
    return List.of();
  }

  /**
   * Looks.
   *
   * @param deadline when to give up; what it has not found by then it says so
   * @return what it found
   * @throws IOException if it cannot look; the message becomes the finding
   * @throws CliException likewise, with its exit code
   * @throws InterruptedException if the process was asked to end
   */
  Finding look(Deadline deadline) throws CliException, IOException, InterruptedException;
}

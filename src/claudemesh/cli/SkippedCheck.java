package claudemesh.cli;

import claudemesh.time.Deadline;

/**
 * A check for which there is nothing to look at, in the place of one that cannot be made.
 *
 * @param name that one's name
 * @param finding what is said in its place
 */
record SkippedCheck(String name, Finding finding) implements Check {

  @Override
  public Finding look(Deadline deadline) {
    return finding;
  }
}

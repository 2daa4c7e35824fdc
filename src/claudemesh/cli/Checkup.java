package claudemesh.cli;

import claudemesh.json.Log;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Checks of one thing, one after the other, each with its own deadline. What needs a check that has
 * failed is skipped and says so; what does not is done all the same. Whatever a check throws
 * becomes its finding, so that none hides the ones behind it.
 *
 * <p>{@link #run} belongs to one thread; {@link #next} and {@link #current} to another.
 */
final class Checkup {

  private static final String NOT_LOOKED_AT = "mend what it says, and run doctor again";

  private final Optional<String> mesh;
  private final List<Check> checks;
  private final Duration patience;
  private final Map<String, String> failed = new HashMap<>();
  private final BlockingQueue<Finding> findings = new LinkedBlockingQueue<>();
  private volatile String current = "";

  /**
   * Checks that nobody has begun.
   *
   * @param mesh whose they are; empty for this machine's
   * @param checks in the order to be done
   * @param patience how long each may take
   */
  Checkup(Optional<String> mesh, List<Check> checks, Duration patience) {
    this.mesh = mesh;
    this.checks = checks;
    this.patience = patience;
  }

  int size() {
    return checks.size();
  }

  /** What is being looked at, in words. */
  String current() {
    return current;
  }

  /** The next finding, in the order of the checks; waits for it. */
  Finding next() throws InterruptedException {
    return findings.take();
  }

  /** Does all of them. */
  void run() throws InterruptedException {
    for (Check check : checks) {
      current = "looking at " + check.name() + mesh.map(slug -> " of " + slug).orElse("") + " …";
      long start = System.nanoTime();
      Finding finding = look(check);
      if (!finding.stands()) {
        failed.put(check.name(), finding.because().orElse(check.name()));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      findings.add(finding.by(check.name(), mesh, took));
    }
  }

  private Finding look(Check check) throws InterruptedException {
    for (String need : check.needs()) {
      String root = failed.get(need);
      if (root != null) {
        return Finding.skippedBecause(root, root + " failed");
      }
    }
    try {
      return check.look(Deadline.in(patience));
    } catch (CliException e) {
      return Finding.fail(e.exitCode(), e.getMessage(), NOT_LOOKED_AT);
    } catch (IOException e) {
      return Finding.fail(ExitCode.FAILED, e.toString(), NOT_LOOKED_AT);
    } catch (RuntimeException | LinkageError e) { // or whoever waits for the finding waits for ever
      Log.error("internal_error", "check", check.name(), "why", e);
      return Finding.fail(
          ExitCode.FAILED, "this is a fault of claudemesh: " + e, "report it, with what it says");
    }
  }
}

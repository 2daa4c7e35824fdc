package claudemesh.cli;

import claudemesh.broker.MeshDirectory;
import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.lifecycle.HttpAnswer;
import claudemesh.lifecycle.Way;
import claudemesh.store.StoreLook;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * {@code broker}: the data folder of a broker on this machine, and the broker itself if one runs.
 * Looks only: a running broker is asked for its health and its store is read beside it; nothing is
 * looked at in a folder of another user, where what is unpacked for a look would be in the way.
 */
final class BrokerCheck implements Check {

  private static final int READY = 200;

  private final Call call;
  private final Path folder;

  /** Whether the folder was named: then a broker is expected. */
  private final boolean named;

  BrokerCheck(Call call) {
    this.call = call;
    this.folder = BrokerFolder.of(call).toAbsolutePath().normalize();
    this.named = call.arguments().has(BrokerFolder.DATA.name());
  }

  @Override
  public String name() {
    return "broker";
  }

  @Override
  public Finding look(Deadline deadline) throws IOException {
    if (!Files.isDirectory(folder)) {
      return none();
    }
    Optional<String> other = otherOwner(folder);
    if (other.isPresent()) {
      String user = other.get();
      return Finding.fail(
              ExitCode.FAILED,
              folder + " belongs to " + user + ", so nothing was looked at in it",
              "run this as that user: sudo -u "
                  + ShellWords.quoted(user)
                  + " claudemesh doctor --data "
                  + quoted(folder))
          .with(figures(false));
    }
    Optional<URI> url = MeshDirectory.runningBroker(folder);
    long free = Files.getFileStore(folder).getUsableSpace();
    Json.Builder figures = figures(url.isPresent()).put("free_bytes", free);
    Optional<StoreLook.Found> store = store(url.isPresent(), deadline);
    store.ifPresent(found -> DiskCheck.put(figures, found));
    Health health = url.isPresent() ? health(url.get(), deadline) : Health.NONE;
    figures.put("url", url.map(URI::toString));
    health.answer().ifPresent(status -> figures.put("answer", status));
    return judge(health, free, store).with(figures);
  }

  private Json.Builder figures(boolean runs) {
    return Json.object().put("runs", runs).put("folder", folder.toString());
  }

  /** Who else a folder belongs to; empty if it is this user's. */
  static Optional<String> otherOwner(Path folder) throws IOException {
    boolean others =
        SecretFiles.exposure(folder).filter(how -> how.startsWith("belongs to")).isPresent();
    return others ? Optional.of(Files.getOwner(folder).getName()) : Optional.empty();
  }

  private Finding none() {
    return named
        ? Finding.fail(
                ExitCode.FAILED,
                "there is no folder " + folder,
                "name the data folder of a broker of this machine, as its own --data does")
            .with(figures(false))
        : Finding.ok("no broker has worked here: there is no " + folder).with(figures(false));
  }

  /** A broker that started meanwhile makes a sound store look torn: it is looked at again. */
  private Optional<StoreLook.Found> store(boolean inUse, Deadline deadline) throws IOException {
    Optional<StoreLook.Found> found = StoreLook.atBrokers(folder, inUse, deadline);
    boolean faulty = found.flatMap(StoreLook.Found::fault).isPresent();
    return faulty && !inUse && MeshDirectory.runningBroker(folder).isPresent()
        ? StoreLook.atBrokers(folder, true, deadline)
        : found;
  }

  // ── the broker itself ────────────────────────────────────────────────────────────────────────

  /**
   * How a broker is.
   *
   * @param words half a sentence
   * @param answer the HTTP status of its health, if it could be asked
   * @param trouble whether it is not well
   */
  private record Health(String words, Optional<Integer> answer, boolean trouble) {

    static final Health NONE = new Health("no broker runs on it", Optional.empty(), false);
  }

  private Health health(URI url, Deadline deadline) {
    String start = "a broker runs on it, listening at " + url;
    Way named = Way.to(BrokerFolder.localUrl(url), Network.tls(call), Map.of()); // by no proxy
    // With TLS it is known by its certificate's name, which may lead past this machine.
    Way way = named.isSecure() ? named.by(InetAddress.getLoopbackAddress()) : named;
    try {
      HttpAnswer answer = way.ask("health/ready", deadline);
      return answer.status() == READY
          ? new Health(start + ", and is ready", Optional.of(READY), false)
          : new Health(
              start + ", and is not ready: " + answer.words(), Optional.of(answer.status()), true);
    } catch (IOException e) {
      return way.isSecure() // it may trust nobody here, or listen at another address
          ? new Health(
              start + ", and was not asked how it is: " + words(e), Optional.empty(), false)
          : new Health(start + ", and does not answer: " + words(e), Optional.empty(), true);
    }
  }

  private static String words(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  // ── the verdict ──────────────────────────────────────────────────────────────────────────────

  private Finding judge(Health health, long free, Optional<StoreLook.Found> store) {
    Optional<String> fault = store.flatMap(StoreLook.Found::fault);
    String words =
        folder
            + ": "
            + health.words()
            + "; "
            + store.map(DiskCheck::words).orElse("it has no store yet")
            + "; "
            + DiskCheck.megabytes(free)
            + " free";
    if (fault.isPresent()) {
      return Finding.fail(
          ExitCode.FAILED,
          fault.get(),
          "end the broker if it runs, and do with the store what is said of it here");
    }
    if (health.trouble()) {
      return Finding.fail(
          ExitCode.FAILED, words, "look at its log, which says why, and start it again if need be");
    }
    String room = "make room on that disk: a full one keeps the broker from taking mail";
    if (free < DiskCheck.TOO_LITTLE) {
      return Finding.fail(ExitCode.FAILED, words, room);
    }
    if (free < DiskCheck.SCARCE) {
      return Finding.warn(words, room);
    }
    return named && health.equals(Health.NONE)
        ? Finding.warn(words, "start it: claudemesh broker --data " + quoted(folder))
        : Finding.ok(words);
  }

  private static String quoted(Path path) {
    return ShellWords.quoted(path.toString());
  }
}

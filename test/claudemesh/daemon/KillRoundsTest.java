package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real command line under load, and {@code kill -9} at random: two users' daemons on two
 * meshes, each mesh with its own broker, all of them killed alone and together, some while they
 * come up. At the end one checker looks at all that was promised.
 *
 * <p>{@code -Dclaudemesh.crash.args="rounds,200,seed,7,minutes,20"} for more, with the moments of
 * that seed; minutes bound it.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = "claudemesh.crash.args", matches = ".*")
final class KillRoundsTest {

  private static final CrashArguments ARGUMENTS = CrashArguments.ofProcess();
  private static final int MESSAGES_A_ROUND = 20;
  private static final int ROUNDS_A_FORGERY = 10;
  private static final int LONGEST_MILLIS = 400;
  private static final int LOOK_MILLIS = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final ReentrantLock lock = new ReentrantLock();
  private final SentMail mail = new SentMail(); // guarded by lock
  private final Random random = new Random(ARGUMENTS.seed());
  private final List<KilledMesh> meshes = new ArrayList<>();
  private final List<KilledUser> users = new ArrayList<>();
  private final List<VerbProcess> processes = new ArrayList<>();
  private int kills;

  @AfterEach
  void killAll() throws InterruptedException {
    for (VerbProcess process : processes) {
      process.kill();
    }
  }

  @Test
  void I1_I2_I3_I9_I11_holdWhateverIsKilledAtAnyMoment() throws Exception {
    System.out.println("seed " + ARGUMENTS.seed() + ", " + ARGUMENTS.rounds() + " rounds");
    Path logs = Files.createDirectory(folder.resolve("logs"));
    meet(logs);
    int rounds = 0;
    long end = System.nanoTime() + ARGUMENTS.limit().toNanos();
    while (rounds < ARGUMENTS.rounds() && System.nanoTime() - end < 0) {
      if (rounds % ROUNDS_A_FORGERY == 0) {
        forge();
      }
      users.forEach(user -> user.allow(MESSAGES_A_ROUND));
      killSome();
      rounds++;
      if (rounds % 10 == 0) {
        System.out.println("round " + rounds + ", " + kills + " killed, " + taken() + " taken");
      }
    }
    settle();
    takeStock(logs);
    System.out.println(
        rounds
            + " rounds of "
            + ARGUMENTS.rounds()
            + ", seed "
            + ARGUMENTS.seed()
            + ": "
            + kills
            + " killed, "
            + mail.takenCount()
            + " messages taken, "
            + mail.receivedCount()
            + " in inboxes");
    assertEquals(List.of(), mail.faults(), "seed " + ARGUMENTS.seed());
    assertEquals(mail.takenCount(), mail.receivedCount());
    assertTrue(kills >= rounds, "only " + kills + " were killed");
  }

  private void meet(Path logs) throws Exception {
    for (String slug : List.of("red", "blue")) {
      meshes.add(new KilledMesh(folder, logs, slug));
      processes.add(meshes.getLast().broker);
    }
    for (String name : List.of("alice", "bob")) {
      users.add(new KilledUser(folder, logs, name, mail, lock));
      processes.add(users.getLast().daemon);
      users.getLast().join(meshes);
    }
    users.getFirst().start(users.getLast());
    users.getLast().start(users.getFirst());
  }

  private int taken() {
    lock.lock();
    try {
      return mail.takenCount();
    } finally {
      lock.unlock();
    }
  }

  private void forge() throws Exception {
    lock.lock();
    try {
      for (KilledMesh mesh : meshes) {
        for (KilledUser user : users) {
          mesh.forge(user.memberKeys.get(mesh.slug).publicHex(), mail);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** One to all of the four processes, at one moment; a few a second time while they come up. */
  private void killSome() throws Exception {
    List<VerbProcess> victims = new ArrayList<>(processes);
    Collections.shuffle(victims, random);
    int howMany = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(victims.size());
    victims = victims.subList(0, howMany);
    if (victims.getFirst().endsWithin(random.nextInt(LONGEST_MILLIS))) {
      throw new AssertionError(victims.getFirst().ending());
    }
    kill(victims);
    for (VerbProcess victim : victims) {
      victim.start();
    }
    if (random.nextInt(4) == 0) {
      victims.getFirst().endsWithin(random.nextInt(2 * LONGEST_MILLIS));
      kill(victims.subList(0, 1));
      victims.getFirst().start();
    }
    for (VerbProcess victim : victims) {
      victim.awaitReady();
    }
  }

  private void kill(List<VerbProcess> victims) throws InterruptedException {
    for (VerbProcess victim : victims) {
      victim.kill();
      kills++;
    }
  }

  private void settle() throws Exception {
    users.forEach(KilledUser::finishSending);
    if (!comesAbout(() -> users.stream().allMatch(KilledUser::hasSentAll), this::taken)) {
      throw new AssertionError("sending stands still:\n" + users.getFirst().daemon.threads());
    }
    // If that does not come about, the checker says what is missing.
    comesAbout(this::allRead, () -> users.stream().mapToInt(KilledUser::readCount).sum());
    for (KilledUser user : users) {
      user.stopReading();
      user.daemon.end();
    }
  }

  /** Waits for as long as it gets on: how fast that is depends on the machine. */
  private boolean comesAbout(BooleanSupplier done, IntSupplier progress)
      throws InterruptedException {
    int last = -1;
    int looks = 0; // not the clock: time in which this process was stopped does not count
    while (!done.getAsBoolean()) {
      int now = progress.getAsInt();
      looks = now == last ? looks + 1 : 0;
      last = now;
      if (looks > PATIENCE.toMillis() / LOOK_MILLIS) {
        return false;
      }
      processes.getFirst().endsWithin(LOOK_MILLIS);
    }
    return true;
  }

  private boolean allRead() {
    return users.getFirst().hasRead(users.getLast().lastIds())
        && users.getLast().hasRead(users.getFirst().lastIds());
  }

  private void takeStock(Path logs) throws Exception {
    lock.lock();
    try {
      List<String> secrets = new ArrayList<>(List.of("forged text"));
      for (KilledUser user : users) {
        mail.takeStock(user.folder.path());
        Privacy.checkFiles(user.config.path(), mail);
        secrets.addAll(user.secrets());
        for (KilledMesh mesh : meshes) {
          mesh.tellWaiting(user.memberKeys.get(mesh.slug), mail);
        }
      }
      for (KilledMesh mesh : meshes) {
        Privacy.checkFiles(mesh.data, mail);
      }
      Privacy.checkLogs(logs, secrets, mail);
    } finally {
      lock.unlock();
    }
  }
}

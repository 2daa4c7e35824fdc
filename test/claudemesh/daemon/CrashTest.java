package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Daemons in processes of their own, killed in the middle of their work, and a broker that restarts
 * meanwhile. {@code -Dclaudemesh.crash.rounds=N} for more rounds, {@code
 * -Dclaudemesh.crash.messages=N} for more in each, {@code -Dclaudemesh.crash.seed=N} to draw the
 * same moments again.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class CrashTest {

  private static final int ROUNDS = Integer.getInteger("claudemesh.crash.rounds", 4);
  private static final long SEED = Long.getLong("claudemesh.crash.seed", 1);
  private static final int MESSAGES_A_ROUND = Integer.getInteger("claudemesh.crash.messages", 80);

  private record Pending(String via, String to, String text) {}

  /** One person's daemon, and what it was asked to send and has not confirmed yet. */
  private final class Side {
    final TestUser user;
    final Map<String, Pending> unconfirmed = new LinkedHashMap<>();
    final List<String> keys = new ArrayList<>();
    RunningDaemon daemon;
    int confirmed;

    Side(String name) {
      this.user = new TestUser(folder, name);
    }

    void start() throws IOException {
      daemon = RunningDaemon.start(folder, folder, user.name, this::confirm);
    }

    private void confirm(String id) {
      lock.lock();
      try {
        unconfirmed.remove(id);
        mail.taken(id);
        confirmed++;
        progress.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void send(String via, String to, int number) throws IOException {
      String id = user.name + "-" + number;
      Pending message = new Pending(via, to, "text of " + id);
      lock.lock();
      try {
        unconfirmed.put(id, message);
        mail.sending(id, via, to);
      } finally {
        lock.unlock();
      }
      daemon.send(team.id(), message.via(), message.to(), id, message.text());
    }

    /** As a program does that got no answer: the same again, before anything new. */
    void sendUnconfirmedAgain() throws IOException {
      Map<String, Pending> again;
      lock.lock();
      try {
        again = new LinkedHashMap<>(unconfirmed);
      } finally {
        lock.unlock();
      }
      for (var each : again.entrySet()) {
        Pending message = each.getValue();
        daemon.send(team.id(), message.via(), message.to(), each.getKey(), message.text());
      }
    }

    void awaitConfirmed(int howMany) throws InterruptedException {
      long left = TestUser.PATIENCE.toNanos();
      lock.lock();
      try {
        while (confirmed < howMany && left > 0) {
          left = progress.awaitNanos(left);
        }
        assertEquals(true, confirmed >= howMany, user.name + " confirmed only " + confirmed);
      } finally {
        lock.unlock();
      }
    }
  }

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private final SentMail mail = new SentMail(); // guarded by lock
  private TestMesh team;
  private Side alice;
  private Side bob;

  @BeforeEach
  void meet() throws IOException {
    team = new TestMesh(folder.resolve("broker"), "team");
    alice = side("alice");
    bob = side("bob");
    alice.start();
    bob.start();
  }

  private Side side(String name) throws IOException {
    Side side = new Side(name);
    side.keys.add(team.join(side.user.config, name).pubkey());
    try (Daemon daemon = side.user.start()) { // only to register sessions, which outlive it
      for (String session : List.of(name + "-one", name + "-two")) {
        Ed25519KeyPair keys = Ed25519KeyPair.generate();
        daemon.sessions().register(TestUser.registered("team", session, keys));
        side.keys.add(keys.publicHex());
      }
    }
    return side;
  }

  @AfterEach
  void part() throws InterruptedException {
    alice.daemon.kill();
    bob.daemon.kill();
    team.close();
  }

  @Test
  void I1_I2_I3_holdWhateverIsKilledInTheMiddleOfItsWork() throws Exception {
    int number = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Side victim = round % 2 == 0 ? alice : bob;
      int before = victim.confirmed;
      for (int i = 0; i < MESSAGES_A_ROUND; i++) {
        number++;
        alice.send(pick(alice), pick(bob), number);
        bob.send(pick(bob), pick(alice), number);
      }
      victim.awaitConfirmed(before + random.nextInt(MESSAGES_A_ROUND));
      victim.daemon.kill();
      if (random.nextInt(3) == 0) {
        team.restart();
      }
      victim.start();
      victim.sendUnconfirmedAgain();
    }
    alice.awaitConfirmed(number);
    bob.awaitConfirmed(number);
    awaitDelivered(alice, number);
    awaitDelivered(bob, number);
    alice.daemon.close();
    bob.daemon.close();
    mail.takeStock(alice.user.folder.path());
    mail.takeStock(bob.user.folder.path());
    assertEquals(List.of(), mail.faults(), "seed " + SEED);
    assertEquals(2 * number, mail.receivedCount());
  }

  private String pick(Side side) {
    return side.keys.get(random.nextInt(side.keys.size()));
  }

  private static void awaitDelivered(Side side, int number) throws Exception {
    long deadline = System.nanoTime() + TestUser.PATIENCE.toNanos();
    Json counts = side.daemon.counts();
    while (counts.number("pending") > 0 || counts.number("inbox") < number) {
      if (System.nanoTime() - deadline > 0) {
        return; // the checker says what is missing
      }
      counts = side.daemon.counts();
    }
  }
}

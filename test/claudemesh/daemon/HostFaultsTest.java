package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.time.Clock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a machine does to a daemon: a full disk, a clock that is set, a process that is stopped.
 * Races for a folder, open umasks and folders that cannot be written are in the tests of {@code
 * daemon up}.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "claudemesh.crash.args", matches = ".*")
final class HostFaultsTest {

  private static final boolean LONG_STOP = CrashArguments.ofProcess().stop();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration BACK_WITHIN = Duration.ofSeconds(5);
  private static final Duration LONG_WAIT = Duration.ofSeconds(10);

  /** Of a network for examples (RFC 5737), which leads nowhere. */
  private static final String ADDRESS = "198.51.100.7/32";

  private static final int MOST_MESSAGES = 1_000;
  private static final String LONG = "x".repeat(20_000);

  @TempDir Path folder;
  private final SentMail mail = new SentMail();
  private final List<VerbProcess> processes = new ArrayList<>();
  private Optional<Path> mounted = Optional.empty();
  private KilledMesh mesh;
  private KilledUser alice;
  private KilledUser bob;

  @AfterEach
  void killAll() throws Exception {
    for (VerbProcess process : processes) {
      process.kill();
    }
    if (mounted.isPresent()) {
      run("umount", mounted.get().toString());
    }
  }

  private static int run(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private void meet() throws Exception {
    Path logs = Files.createDirectory(folder.resolve("logs"));
    mesh = new KilledMesh(folder, logs, "red");
    processes.add(mesh.broker);
    ReentrantLock lock = new ReentrantLock();
    alice = new KilledUser(folder, logs, "alice", mail, lock);
    bob = new KilledUser(folder, logs, "bob", mail, lock);
    processes.add(alice.daemon);
    processes.add(bob.daemon);
  }

  private void send(int number) throws Exception {
    String from = alice.addresses.getFirst().key();
    String to = bob.addresses.getFirst().key();
    mail.sending("m" + number, from, to);
    Json order =
        Json.object()
            .put("to", to)
            .put("message", LONG)
            .put("client_message_id", "m" + number)
            .build();
    try {
      alice.client(Optional.empty()).post("/v1/send", order);
    } catch (DaemonException e) {
      if (e.status() == DaemonException.NONE) {
        throw new AssertionError(e.getMessage() + "\n" + alice.daemon.threads(), e);
      }
      throw e;
    }
    mail.taken("m" + number);
  }

  private void awaitAtBob(int number) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isAtBob(number)) {
      assertTrue(System.nanoTime() - deadline < 0, "m" + number + " never came");
      mesh.broker.endsWithin(20);
    }
  }

  private boolean isAtBob(int number) throws DaemonException {
    return bob.client(Optional.empty()).get("/v1/inbox", "limit", "1").list("items").stream()
        .anyMatch(item -> item.string("client_message_id").equals("m" + number));
  }

  private void checkAll() throws Exception {
    alice.daemon.end();
    bob.daemon.end();
    mail.takeStock(alice.folder.path());
    mail.takeStock(bob.folder.path());
    assertEquals(List.of(), mail.faults());
    assertEquals(mail.takenCount(), mail.receivedCount());
  }

  @Test
  void aFullDiskRefusesWhatItCannotKeepLosesNothingAndGoesOnWhenThereIsRoom() throws Exception {
    meet();
    mountSmallDisk(alice.folder.path());
    alice.join(List.of(mesh));
    bob.join(List.of(mesh));
    send(0);
    awaitAtBob(0);
    Path filler = alice.folder.path().resolve("filler");
    fill(filler);
    int[] number = {0};
    DaemonException refusal =
        assertThrows(
            DaemonException.class,
            () -> {
              while (number[0] < MOST_MESSAGES) {
                send(++number[0]);
              }
            });
    assertEquals(503, refusal.status(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("could not write"), refusal.getMessage());
    Files.delete(filler);
    send(number[0]); // the same again, as a program does
    send(number[0] + 1);
    awaitAtBob(number[0] + 1);
    checkAll();
  }

  private void mountSmallDisk(Path path) throws Exception {
    Files.createDirectories(path);
    boolean done =
        run("mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "t", path.toString()) == 0;
    Assumptions.assumeTrue(done, "a small disk can be mounted by root only");
    mounted = Optional.of(path);
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(file)) {
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              out.write(block);
            }
          });
    }
  }

  @Test
  void aStoppedProcessIsBackOnItsMeshAndMailFlows() throws Exception {
    meet();
    alice.join(List.of(mesh));
    bob.join(List.of(mesh));
    send(0);
    awaitAtBob(0);
    bob.daemon.signal("STOP");
    send(1);
    // A stop that connections are given up in, or one that is just noticed: it is the passing of
    // time itself that is tested. Nothing ends meanwhile.
    assertEquals(false, mesh.broker.endsWithin(LONG_STOP ? 120_000 : 6_000));
    long start = System.nanoTime();
    bob.daemon.signal("CONT");
    awaitAtBob(1);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.println("back after " + took.toMillis() + " ms");
    if (LONG_STOP) { // asked for by a person, on a machine that has the time for it
      assertTrue(took.compareTo(BACK_WITHIN) < 0, "back after " + took);
    }
    send(2);
    awaitAtBob(2);
    checkAll();
  }

  @Test
  void whenTheAddressesOfTheMachineChangeNobodyWaitsForTheNextTry() throws Exception {
    meet();
    alice.join(List.of(mesh));
    bob.join(List.of(mesh));
    mesh.broker.kill();
    await("a long wait", () -> untilNextTry().compareTo(LONG_WAIT) > 0);
    mesh.broker.start();
    mesh.broker.awaitReady();
    Duration wait = untilNextTry();
    boolean done = run("ip", "address", "add", ADDRESS, "dev", "lo") == 0;
    Assumptions.assumeTrue(done, "a machine gets an address by root and ip only");
    try {
      long start = System.nanoTime();
      await("the mesh", () -> status().string("status").equals("open"));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      System.out.println(
          "open %d ms after an address came, %d ms before the next try"
              .formatted(took.toMillis(), wait.minus(took).toMillis()));
    } finally {
      run("ip", "address", "del", ADDRESS, "dev", "lo");
    }
    send(0);
    awaitAtBob(0);
    checkAll();
  }

  private Json status() throws DaemonException {
    return bob.client(Optional.empty()).get("/v1/status").list("meshes").getFirst();
  }

  private Duration untilNextTry() throws DaemonException {
    return status()
        .optionalString("next_try")
        .map(next -> Duration.between(Instant.now(), Instant.parse(next)))
        .orElse(Duration.ZERO);
  }

  private void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() - deadline < 0, what + " never came");
      alice.daemon.endsWithin(20);
    }
  }

  /** A time of day that is set, on time that passes as ever. */
  private static final class SetClock implements Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public long nanoTime() {
      return Clock.SYSTEM.nanoTime();
    }

    @Override
    public Instant wallTime() {
      return Clock.SYSTEM.wallTime().plus(ahead);
    }
  }

  @Test
  void aClockThatIsSetByAnHourHoldsNoMailUp() throws Exception {
    SetClock clock = new SetClock();
    try (TestMesh team = new TestMesh(folder.resolve("broker"), "team");
        TestUser one = new TestUser(folder, "one").with(options -> options.withClock(clock));
        TestUser two = new TestUser(folder, "two")) {
      team.join(one.config, "one");
      team.join(two.config, "two");
      one.start();
      two.start();
      one.awaitOpen(team);
      two.awaitOpen(team);
      String to = two.memberKey(team);
      List<String> sent = new ArrayList<>();
      for (int hours : List.of(1, -1)) {
        clock.ahead = Duration.ofHours(hours);
        sent.add("on a connection that was open, " + hours);
        one.send(one.message(team, to, sent.getLast()));
        two.awaitTexts(team, to, sent);
        team.stop();
        sent.add("waiting since it was " + hours);
        one.send(one.message(team, to, sent.getLast()));
        clock.ahead = Duration.ZERO; // a broker refuses a hello that is an hour off, as it should
        sent.add("waiting since it was right again, " + hours);
        one.send(one.message(team, to, sent.getLast()));
        team.restart();
        two.awaitTexts(team, to, sent);
      }
    }
  }
}

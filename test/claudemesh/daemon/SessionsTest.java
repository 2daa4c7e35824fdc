package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Log;
import claudemesh.protocol.Group;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {

  private static final long SELF = ProcessHandle.current().pid();

  @TempDir Path folder;
  private final List<String> heard = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  private final SessionListener listener =
      new SessionListener() {
        @Override
        public void registered(RegisteredSession session) {
          heard.add("+" + session.displayName());
        }

        @Override
        public void ended(RegisteredSession session, String why) {
          heard.add("-" + session.displayName() + ": " + why);
        }
      };

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
    Log.configure(Log.Level.WARN, false, System.err);
  }

  private Sessions open() throws IOException {
    return Sessions.open(folder.resolve("sessions.json"), listener);
  }

  private static String token(int digit) {
    return Integer.toString(digit).repeat(64);
  }

  private static RegisteredSession session(String token, String id, String name, long pid) {
    return new RegisteredSession(
        token,
        id,
        "rig",
        name,
        pid,
        ProcessStart.of(pid),
        Optional.of("/home/alpha"),
        Optional.of("lead"),
        List.of(new Group("dev", Optional.empty())),
        Optional.of(Ed25519KeyPair.fromSeedHex("0a".repeat(32))),
        Optional.empty(),
        Instant.ofEpochMilli(1_795_424_138_285L));
  }

  private Process sleeper() throws IOException {
    Process process = new ProcessBuilder("sleep", "1000").start();
    processes.add(process);
    return process;
  }

  @Test
  void aSessionIsFoundByItsTokenUntilItIsRemoved() throws IOException {
    Sessions sessions = open();
    RegisteredSession one = session(token(1), "s1", "one", SELF);
    sessions.register(one);
    assertEquals(Optional.of(one), sessions.find(token(1)));
    assertEquals(List.of(one), sessions.all());
    assertEquals(Optional.of(one), sessions.remove(token(1)));
    assertEquals(Optional.empty(), sessions.find(token(1)));
    assertEquals(Optional.empty(), sessions.remove(token(1)));
    assertEquals(List.of("+one", "-one: deregistered"), heard);
  }

  @Test
  void theSameSessionRegisteredAgainReplacesItsOlderRegistration() throws IOException {
    Sessions sessions = open();
    sessions.register(session(token(1), "s1", "one", SELF));
    sessions.register(session(token(2), "s1", "two", SELF));
    assertEquals(Optional.empty(), sessions.find(token(1)));
    assertEquals(1, sessions.all().size());
    assertEquals(List.of("+one", "-one: registered again", "+two"), heard);
  }

  @Test
  void aTokenGivenToAnotherSessionEndsTheOneThatHadIt() throws IOException {
    Sessions sessions = open();
    sessions.register(session(token(1), "s1", "one", SELF));
    sessions.register(session(token(1), "s2", "two", SELF));
    assertEquals("two", sessions.find(token(1)).orElseThrow().displayName());
    sessions.register(session(token(3), "s1", "three", SELF));
    assertEquals(2, sessions.all().size());
  }

  @Test
  void sessionsOutliveTheDaemonWithAllTheyHad() throws IOException {
    Sessions before = open();
    RegisteredSession one = session(token(1), "s1", "one", SELF);
    before.register(one);
    before.register(session(token(2), "s2", "two", SELF));
    before.remove(token(2));
    before.close();
    assertEquals(List.of(one), open().all());
  }

  @Test
  void aSessionWhoseProcessIsGoneIsNotRestored() throws IOException, InterruptedException {
    Process process = sleeper();
    Sessions before = open();
    before.register(session(token(1), "s1", "one", process.pid()));
    process.destroyForcibly().waitFor();
    assertEquals(List.of(), open().all());
  }

  @Test
  void aProcessKilledHardEndsItsSessionsAndNoOthers() throws IOException, InterruptedException {
    Process process = sleeper();
    Sessions sessions = open();
    sessions.register(session(token(1), "s1", "one", process.pid()));
    sessions.register(session(token(2), "s2", "two", SELF));
    sessions.reap();
    assertEquals(2, sessions.all().size());
    process.destroyForcibly().waitFor();
    sessions.reap();
    assertEquals("two", sessions.all().getFirst().displayName());
    assertEquals("-one: its process " + process.pid() + " has ended", heard.getLast());
    assertEquals(1, open().all().size());
  }

  @Test
  void anotherProcessUnderTheSameNumberIsNotTheSession() throws IOException {
    RegisteredSession older = session(token(1), "s1", "one", SELF);
    Sessions sessions = open();
    sessions.register(
        new RegisteredSession(
            older.token(),
            older.sessionId(),
            older.mesh(),
            older.displayName(),
            SELF,
            Optional.of(
                new ProcessStart(older.start().orElseThrow().mark() + "0", Optional.empty())),
            older.cwd(),
            older.role(),
            older.groups(),
            older.keys(),
            older.attestation(),
            older.registeredAt()));
    sessions.reap();
    assertEquals(List.of(), sessions.all());
  }

  @Test
  void theReaperLooksByItself() throws IOException, InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    SessionListener counting =
        new SessionListener() {
          @Override
          public void registered(RegisteredSession session) {}

          @Override
          public void ended(RegisteredSession session, String why) {
            ended.countDown();
          }
        };
    Process process = sleeper();
    try (Sessions sessions = Sessions.open(folder.resolve("s.json"), counting)) {
      sessions.register(session(token(1), "s1", "one", process.pid()));
      sessions.startReaper();
      process.destroyForcibly();
      assertTrue(ended.await(50, TimeUnit.SECONDS), "the end of the process was not noticed");
    }
  }

  @Test
  void theFileIsForItsOwnerOnly() throws IOException {
    open().register(session(token(1), "s1", "one", SELF));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("sessions.json"))));
  }

  @Test
  void whatCannotBeSavedIsNotRegistered() throws IOException {
    Sessions sessions = Sessions.open(folder.resolve("gone/sessions.json"), listener);
    RegisteredSession one = session(token(1), "s1", "one", SELF);
    assertThrows(IOException.class, () -> sessions.register(one));
    assertEquals(Optional.empty(), sessions.find(token(1)));
    assertEquals(List.of("+one", "-one: it could not be saved"), heard);
  }

  @Test
  void aDamagedFileIsMovedAsideAndSaidSoWithoutItsSecrets() throws IOException {
    open().register(session(token(7), "s1", "one", SELF));
    Path file = folder.resolve("sessions.json");
    Files.writeString(file, Files.readString(file).replace("\"pid\":", "\"pid\":\"x\",\"p\":"));
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    Log.configure(Log.Level.INFO, false, log);
    Sessions sessions = open();
    assertEquals(List.of(), sessions.all());
    assertTrue(Files.exists(folder.resolve("sessions.json.damaged")));
    String said = log.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("damaged_file_moved"), said);
    assertFalse(said.contains("0a0a0a0a") || said.contains("77777777"), said);
    sessions.register(session(token(1), "s1", "one", SELF));
    assertEquals(1, open().all().size());
  }

  @Test
  void manyRegistrationsAtOnceAreAllSaved() throws IOException, InterruptedException {
    Sessions sessions = open();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "s" + i;
      String token = String.format("%064x", i);
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      sessions.register(session(token, id, id, SELF));
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(200, open().all().size());
  }

  @Test
  void neitherAReplyNorALogShowsASecret() {
    RegisteredSession one = session(token(7), "s1", "one", SELF);
    String secret = one.keys().orElseThrow().secretHex().substring(0, 64);
    for (String shown : List.of(one.shown().toString(), one.toString())) {
      assertFalse(shown.contains(secret), shown);
      assertFalse(shown.contains(token(7)), shown);
    }
    assertEquals("77777777", one.shown().string("token_prefix"));
  }

  @Test
  void aProcessIsKnownByItsStartEvenWithBracketsInItsName() {
    String fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
    assertEquals(Optional.of("4711"), ProcessStart.ofStat("99 (a) b (c))" + fields));
    assertEquals(Optional.empty(), ProcessStart.ofStat("99 (gone)" + fields.replace(" S ", " Z ")));
    assertEquals(Optional.empty(), ProcessStart.ofStat("99 (torn"));
    assertEquals(Optional.empty(), ProcessStart.of(Integer.MAX_VALUE));
    assertTrue(ProcessStart.of(SELF).orElseThrow().stillNames(SELF));
  }

  @Test
  void aProcessStartIsShownAsPsShowsIt() throws IOException, InterruptedException {
    Process ps = new ProcessBuilder("ps", "-o", "lstart=", "-p", Long.toString(SELF)).start();
    String shown = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, ps.waitFor());
    String ours = ProcessStart.of(SELF).orElseThrow().shown().orElseThrow();
    // Both reckon from ticks since the boot, and may round to different seconds.
    assertEquals(shown.length(), ours.length(), ours);
    assertEquals(shown.substring(0, 14), ours.substring(0, 14));
  }
}

package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sessions that this daemon knows, by token. Kept in a private file, so that they outlive the
 * daemon, but not their process:
 *
 * <pre>
 *   register ──► known ──► remove, a newer registration of the same session, process gone ──► ended
 *                  ▲
 *   restart ───────┘ (those whose process lives)
 * </pre>
 *
 * <p>Looking up takes no lock and touches no disk. Thread-safe.
 */
public final class Sessions implements AutoCloseable {

  /** How often processes are looked at; an end is noticed within that. */
  static final Duration REAP_PERIOD = Duration.ofSeconds(2);

  private static final Duration LAST_LOOK = Duration.ofSeconds(1);

  private static final int MAX_BYTES = 256 << 20;

  private final Map<String, RegisteredSession> byToken = new ConcurrentHashMap<>();
  private final Map<SameSession, String> tokens = new HashMap<>(); // guarded by changing
  private final ReentrantLock changing = new ReentrantLock();
  private final SessionListener listener;
  private final SharedWrite file;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Thread reaper;

  /** What makes two registrations the same session. */
  private record SameSession(String mesh, String sessionId) {
    static SameSession of(RegisteredSession session) {
      return new SameSession(session.mesh(), session.sessionId());
    }
  }

  private Sessions(Path file, SessionListener listener) {
    this.listener = listener;
    this.file = new SharedWrite(file, this::encode);
  }

  /**
   * Reads the registry. Those whose process is gone are dropped; of the others the listener hears
   * nothing: they are in {@link #all}.
   *
   * @param file where it is; there need be none
   * @param listener hears of every change from now on
   * @return the registry; empty if the file is damaged, which is then moved aside and logged
   * @throws IOException if the file cannot be read
   */
  static Sessions open(Path file, SessionListener listener) throws IOException {
    Sessions sessions = new Sessions(file, listener);
    try {
      for (Json row : Json.parseObject(SecretFiles.read(file, MAX_BYTES)).list("sessions")) {
        sessions.restore(RegisteredSession.decode(row));
      }
    } catch (NoSuchFileException none) {
      return sessions;
    } catch (JsonException e) {
      sessions.byToken.clear();
      sessions.tokens.clear();
      DamagedFile.moveAside(file, e);
    }
    return sessions;
  }

  private void restore(RegisteredSession session) {
    if (isAlive(session)) {
      byToken.put(session.token(), session);
      tokens.put(SameSession.of(session), session.token());
    } else {
      Log.info("session_not_restored", "session", session.sessionId(), "pid", session.pid());
    }
  }

  /** Starts to look whether the processes live, on a thread of its own until closed. */
  void startReaper() {
    reaper = Thread.ofVirtual().name("session-reaper").start(this::reapUntilClosed);
  }

  /**
   * Registers a session, in place of the same session's older registration and of whatever had its
   * token.
   *
   * @param session the session
   * @throws IOException if it cannot be saved; then it is not registered, and what it replaced is
   *     ended all the same
   */
  void register(RegisteredSession session) throws IOException {
    changing.lock();
    try {
      String older = tokens.get(SameSession.of(session));
      end(older == null ? null : byToken.get(older), "registered again");
      end(byToken.get(session.token()), "its token was registered for another session");
      byToken.put(session.token(), session);
      tokens.put(SameSession.of(session), session.token());
      listener.registered(session);
    } finally {
      changing.unlock();
    }
    Log.info("session_registered", "session", session.sessionId(), "mesh", session.mesh());
    try {
      file.save();
    } catch (IOException e) {
      endIfThere(session, "it could not be saved");
      throw e;
    }
  }

  /**
   * A session by its token.
   *
   * @param token what a program showed
   * @return the session; empty if there is none
   */
  public Optional<RegisteredSession> find(String token) {
    return Optional.ofNullable(byToken.get(token));
  }

  /**
   * Every session.
   *
   * @return a copy, oldest registration first
   */
  public List<RegisteredSession> all() {
    List<RegisteredSession> all = new ArrayList<>(byToken.values());
    all.sort((one, other) -> one.registeredAt().compareTo(other.registeredAt()));
    return all;
  }

  /**
   * Ends a session.
   *
   * @param token its token
   * @return the session; empty if there was none
   */
  public Optional<RegisteredSession> remove(String token) {
    Optional<RegisteredSession> session = find(token);
    if (session.isEmpty() || !endIfThere(session.get(), "deregistered")) {
      return Optional.empty();
    }
    saveEnd();
    return session;
  }

  /** Ends the sessions whose process is gone. Each process is looked at once, however many. */
  void reap() {
    Map<ProcessOf, Boolean> alive = new HashMap<>();
    boolean changed = false;
    for (RegisteredSession session : byToken.values()) {
      ProcessOf process = new ProcessOf(session.pid(), session.start());
      if (!alive.computeIfAbsent(process, key -> isAlive(session))) {
        changed |= endIfThere(session, "its process " + session.pid() + " has ended");
      }
    }
    if (changed) {
      saveEnd();
    }
  }

  private record ProcessOf(long pid, Optional<ProcessStart> start) {}

  private static boolean isAlive(RegisteredSession session) {
    return session.start().filter(start -> start.stillNames(session.pid())).isPresent();
  }

  private boolean endIfThere(RegisteredSession session, String why) {
    changing.lock();
    try {
      boolean there = byToken.get(session.token()) == session;
      if (there) {
        end(session, why);
      }
      return there;
    } finally {
      changing.unlock();
    }
  }

  private void end(RegisteredSession session, String why) {
    if (session != null) {
      byToken.remove(session.token());
      tokens.remove(SameSession.of(session));
      Log.info("session_ended", "session", session.sessionId(), "mesh", session.mesh(), "why", why);
      listener.ended(session, why);
    }
  }

  // Not the caller's failure: the session is over, and after a restart its process tells so again.
  private void saveEnd() {
    try {
      file.save();
    } catch (IOException e) {
      Log.error("sessions_not_saved", "error", String.valueOf(e.getMessage()));
    }
  }

  private String encode() {
    return Json.object()
        .put("version", 1)
        .put("sessions", Json.array(all().stream().map(RegisteredSession::encode).toList()))
        .build()
        .toString();
  }

  private void reapUntilClosed() {
    try {
      while (!closed.await(REAP_PERIOD.toNanos(), TimeUnit.NANOSECONDS)) {
        reap();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops looking at processes, and waits for a look that is under way: it may be saving. The
   * sessions stay registered for the next start. Idempotent.
   */
  @Override
  public void close() {
    closed.countDown();
    Thread looking = reaper;
    try {
      if (looking != null && !looking.join(LAST_LOOK)) {
        Log.warn("reaper_left_behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

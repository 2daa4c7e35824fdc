package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The key pairs that the daemon keeps for sessions, one for each mesh and session id, so that a
 * session that is resumed has the same key and finds its mail. In a private file:
 *
 * <pre>
 *   {version: 1, keys: [{mesh_id, session_id, secret_key, used_at}]}
 * </pre>
 *
 * <p>A pair is on disk before anybody hears of it. One that nobody asked for in {@link #KEPT} is
 * forgotten at the next start: brokers keep mail for sessions for 30 days. Thread-safe.
 */
final class SessionKeys {

  static final Duration KEPT = Duration.ofDays(90);

  private static final Duration NOTED_AGAIN_AFTER = Duration.ofDays(1);
  private static final int MAX_BYTES = 256 << 20;

  private record Owner(String meshId, String sessionId) {}

  private record Kept(Ed25519KeyPair keys, Instant usedAt) {}

  private final Map<Owner, Kept> kept = new ConcurrentHashMap<>();
  private final Set<Owner> unsaved = ConcurrentHashMap.newKeySet();
  private final Clock clock;
  private final SharedWrite file;

  private SessionKeys(Path file, Clock clock) {
    this.clock = clock;
    this.file = new SharedWrite(file, this::encode);
  }

  /**
   * Reads the pairs.
   *
   * @param file where they are; there need be none
   * @param clock tells their age
   * @return the pairs; none if the file is damaged, which is then moved aside and logged
   * @throws IOException if the file cannot be read
   */
  static SessionKeys open(Path file, Clock clock) throws IOException {
    SessionKeys keys = new SessionKeys(file, clock);
    try {
      for (Json row : Json.parseObject(SecretFiles.read(file, MAX_BYTES)).list("keys")) {
        keys.decode(row);
      }
    } catch (NoSuchFileException none) {
      return keys;
    } catch (JsonException | IllegalArgumentException | DateTimeException e) {
      DamagedFile.moveAside(file, e);
    }
    return keys;
  }

  /**
   * The key pair of a session, drawn when it is first asked for.
   *
   * @param meshId the mesh
   * @param sessionId the session
   * @return the same pair each time
   * @throws IOException if a fresh pair cannot be saved; whoever asks again has it tried again
   */
  Ed25519KeyPair of(String meshId, String sessionId) throws IOException {
    Owner owner = new Owner(meshId, sessionId);
    Instant now = clock.wallTime();
    Kept pair = kept.get(owner);
    if (pair == null || isStale(pair, now)) {
      unsaved.add(owner); // before it can be found, or another would take it for saved
      pair = kept.compute(owner, (key, there) -> usedNow(there, now));
    }
    if (unsaved.contains(owner)) {
      file.save();
      unsaved.remove(owner);
    }
    return pair.keys();
  }

  private static Kept usedNow(Kept there, Instant now) {
    return there == null || isStale(there, now)
        ? new Kept(there == null ? Ed25519KeyPair.generate() : there.keys(), now)
        : there;
  }

  private static boolean isStale(Kept there, Instant now) {
    return there.usedAt().plus(NOTED_AGAIN_AFTER).isBefore(now);
  }

  private void decode(Json row) {
    Instant usedAt = Instant.parse(row.string("used_at"));
    if (usedAt.plus(KEPT).isAfter(clock.wallTime())) {
      Owner owner = new Owner(row.string("mesh_id"), row.string("session_id"));
      kept.put(owner, new Kept(Ed25519KeyPair.fromSecretHex(row.string("secret_key")), usedAt));
    }
  }

  private String encode() {
    List<Json> rows = new ArrayList<>();
    kept.forEach(
        (owner, pair) ->
            rows.add(
                Json.object()
                    .put("mesh_id", owner.meshId())
                    .put("session_id", owner.sessionId())
                    .put("secret_key", pair.keys().secretHex())
                    .put("used_at", pair.usedAt().toString())
                    .build()));
    return Json.object().put("version", 1).put("keys", Json.array(rows)).build().toString();
  }
}

package claudemesh.broker;

import claudemesh.broker.Metrics.Counter;
import claudemesh.http.Refusal;
import claudemesh.http.RefusalListener;
import claudemesh.json.Log;
import claudemesh.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts and logs whom the broker refused and why: every one is counted, and of each kind so many a
 * minute are logged, so that a flood of them is no flood of the log. Nothing that a peer said is
 * ever part of it but ids that have the form of an id. Safe from any thread.
 */
final class Refusals implements RefusalListener {

  static final int LOGGED_A_MINUTE = 10;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** What was logged of one kind in one minute. */
  private static final class Spell {
    private final long beganNanos;
    private int seen;

    Spell(long beganNanos) {
      this.beganNanos = beganNanos;
    }
  }

  private final Metrics metrics;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  // The kinds are a small fixed set.
  private final Map<String, Spell> spells = new HashMap<>();

  Refusals(Metrics metrics, Clock clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public void refused(Refusal why, String peer, String words) {
    refused(why.word(), peer, words, List.of());
  }

  /**
   * A connection was refused.
   *
   * @param why the metric's word for it
   * @param peer its address
   * @param words what was wrong, in words of ours
   * @param ids names and values in turn of who it said it is
   */
  void refused(String why, String peer, String words, List<String> ids) {
    metrics.add(Counter.REJECTED, Metrics.reason(why));
    if (isToBeLogged(why)) {
      List<Object> fields = new ArrayList<>(List.of("why", why, "from", peer, "message", words));
      for (int i = 0; i + 1 < ids.size(); i += 2) {
        if (ids.get(i + 1).matches("[0-9A-Za-z]{1,64}")) {
          fields.addAll(ids.subList(i, i + 2));
        }
      }
      Log.warn("refused", fields.toArray());
    }
  }

  /** A message was refused that a peer of a mesh had sent. */
  void messageRefused(String why, String meshId, String pubkey, String peer) {
    metrics.add(Counter.MESSAGES_REJECTED, Metrics.reason(why));
    if (isToBeLogged("message " + why)) {
      Log.info("message_refused", "why", why, "mesh", meshId, "pubkey", pubkey, "from", peer);
    }
  }

  private boolean isToBeLogged(String why) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      Spell spell = spells.computeIfAbsent(why, kind -> new Spell(now));
      if (now - spell.beganNanos >= MINUTE.toNanos()) {
        tellUnlogged(why, spell);
        spell = new Spell(now);
        spells.put(why, spell);
      }
      return ++spell.seen <= LOGGED_A_MINUTE;
    } finally {
      lock.unlock();
    }
  }

  private static void tellUnlogged(String why, Spell spell) {
    if (spell.seen > LOGGED_A_MINUTE) {
      Log.warn("refused_more", "why", why, "count", spell.seen - LOGGED_A_MINUTE);
    }
  }
}

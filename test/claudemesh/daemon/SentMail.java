package claudemesh.daemon;

import claudemesh.store.DaemonLimits;
import claudemesh.store.DaemonStores;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxFilter;
import claudemesh.store.InboxRow;
import claudemesh.store.NewIncoming;
import claudemesh.store.OutboxQuery;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStatus;
import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was sent in a test, and whether it arrived as the invariants promise (hard-cases.md §3): the
 * one checker of I1, I2, I3 and I11 for everything with outboxes and inboxes, however the messages
 * went and whatever was killed meanwhile.
 *
 * <p>Tell it of every message before it is handed to a daemon ({@link #sending}), of every one that
 * the daemon took ({@link #taken}), and at the end, when all is quiet, of every message in every
 * inbox in its order ({@link #received}) and of what is left in outboxes ({@link #waiting}, {@link
 * #dead}); then {@link #faults} says what is wrong. A sender hands its messages over in the order
 * in which they shall arrive; one whose fate it does not know (its daemon was killed) it hands over
 * again, with the same id and before any younger one. Used by one thread at a time.
 */
final class SentMail {

  /** So many faults are listed; one usually brings many. */
  private static final int MOST_FAULTS = 20;

  private static final int MOST_ROWS = 1 << 20;

  private record Lane(String sender, String recipient) {}

  private record Place(Lane lane, int number) {}

  private final Map<String, Place> sent = new LinkedHashMap<>();
  private final Map<Lane, Integer> lengths = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> waiting = new HashSet<>();
  private final Map<String, String> dead = new HashMap<>();
  private final Set<String> unreadable = new HashSet<>();
  private final Set<String> atBroker = new HashSet<>();
  private final List<String> seen = new ArrayList<>();
  private final Map<String, List<String>> inboxes = new LinkedHashMap<>();

  /** A message is about to be handed over, for the first time or once more. */
  void sending(String id, String sender, String recipient) {
    Lane lane = new Lane(sender, recipient);
    if (!sent.containsKey(id)) {
      sent.put(id, new Place(lane, lengths.merge(lane, 1, Integer::sum)));
    }
  }

  /** The daemon has said that it took it. */
  void taken(String id) {
    taken.add(id);
  }

  /** It is still in an outbox. */
  void waiting(String id) {
    waiting.add(id);
  }

  /** It is in an outbox, and reported dead. */
  void dead(String id, Optional<String> reason) {
    dead.put(id, reason.orElse(""));
  }

  /** The next message of an inbox, oldest first. */
  void received(String recipient, String id) {
    inboxes.computeIfAbsent(recipient, key -> new ArrayList<>()).add(id);
  }

  /** Something was sent that its receiver cannot open: a forgery, or what a key is missing for. */
  void unreadable(String id) {
    unreadable.add(id);
  }

  /** A message that its broker still has for its receiver, when all is quiet. */
  void stillAtBroker(String id) {
    atBroker.add(id);
  }

  /** Anything else that must not be, seen while it happened. */
  void fault(String words) {
    seen.add(words);
  }

  /** Everything in the inbox and the outbox of a daemon that has ended. */
  void takeStock(Path daemonFolder) throws IOException {
    try (DaemonStores stores =
        DaemonStores.open(daemonFolder, Clock.SYSTEM, DaemonLimits.DEFAULT)) {
      for (InboxRow row : stores.inbox().after(InboxFilter.ALL, 0, Integer.MAX_VALUE)) {
        var message = row.message();
        received(
            message.recipient().key(), message.clientMessageId().orElse(message.brokerMessageId()));
      }
      for (OutboxRow row :
          stores.outbox().list(OutboxQuery.newest(OutboxStatus.PENDING, MOST_ROWS))) {
        waiting(row.message().clientMessageId());
      }
      for (OutboxRow row : stores.outbox().list(OutboxQuery.newest(OutboxStatus.DEAD, MOST_ROWS))) {
        dead(row.message().clientMessageId(), row.lastError());
      }
    }
  }

  /** How many different messages were taken. */
  int takenCount() {
    return taken.size();
  }

  /** How many messages are in inboxes. */
  int receivedCount() {
    return inboxes.values().stream().mapToInt(List::size).sum();
  }

  /** Everything that is not as promised, in words; empty if all is well. */
  List<String> faults() {
    List<String> faults = new ArrayList<>(seen);
    Set<String> arrivals = new HashSet<>();
    inboxes.values().forEach(arrivals::addAll);
    for (String id : taken) {
      checkNotLost(id, arrivals, faults);
    }
    for (String id : unreadable) {
      if (arrivals.contains(id)) {
        faults.add("I11: shown as authentic, but nobody could have opened it: " + id);
      }
      if (!atBroker.contains(id)) {
        faults.add("I11: acknowledged, but nobody could have opened it: " + id);
      }
    }
    inboxes.forEach((recipient, ids) -> checkInbox(recipient, ids, faults));
    return faults.size() > MOST_FAULTS ? faults.subList(0, MOST_FAULTS) : faults;
  }

  private void checkNotLost(String id, Set<String> arrivals, List<String> faults) {
    Place place = sent.get(id);
    if (place == null) {
      faults.add("taken but never sent: " + id);
      return;
    }
    boolean arrived = arrivals.contains(id);
    if (!arrived && !waiting.contains(id) && !dead.containsKey(id)) {
      faults.add("I1: acknowledged and lost: number " + place.number() + " of " + place.lane());
    }
    if ("".equals(dead.get(id))) {
      faults.add("I1: dead without a reason: " + id);
    }
  }

  private void checkInbox(String recipient, List<String> ids, List<String> faults) {
    Set<String> met = new HashSet<>();
    Map<Lane, Integer> last = new HashMap<>();
    for (String id : ids) {
      Place place = sent.get(id);
      if (unreadable.contains(id)) {
        continue; // said already
      }
      if (place == null || !place.lane().recipient().equals(recipient)) {
        faults.add("in the inbox of " + recipient + " but not sent there: " + id);
      } else if (!met.add(id)) {
        faults.add("I2: twice in the inbox: number " + place.number() + " of " + place.lane());
      } else {
        int before = last.getOrDefault(place.lane(), 0);
        if (place.number() < before) {
          faults.add("I3: number " + place.number() + " after " + before + " of " + place.lane());
        }
        last.merge(place.lane(), place.number(), Math::max);
      }
    }
  }

  /** A message's text; what could not be opened has none. */
  static String text(NewIncoming message) {
    return switch (message.content()) {
      case InboxContent.Readable readable -> readable.body();
      case InboxContent.Unreadable unreadable -> "unreadable: " + unreadable.reason();
    };
  }
}

package claudemesh.broker;

import claudemesh.crypto.Ids;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.Topic;
import claudemesh.protocol.BrokerMessage.TopicCreated;
import claudemesh.protocol.ClientMessage.TopicCreate;
import claudemesh.store.MeshFact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The topics of one mesh and who has joined them. Everybody on the mesh may make, see, read and
 * join them; who has joined gets what is sent there into its own mailbox, here or away. A change is
 * in the store before it is answered. Safe from any thread; whoever changes something waits, and
 * holds no lock.
 */
final class Topics {

  private static final String KIND = "topic";
  private static final String SEAT_KIND = "topic_seat";
  private static final Pattern NAME = Pattern.compile("[^\\s#@*\\p{Cntrl}]{1,128}");
  private static final int LONGEST_DESCRIPTION = 1_000;
  private static final int MOST_TOPICS = 1_000;
  private static final int MOST_JOINED = 10_000;

  private final MeshFacts facts;

  // Held while the store is waited for, so that no name is given twice.
  private final ReentrantLock changing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> byId = new LinkedHashMap<>();

  /** One topic, guarded by the lock. */
  private static final class Entry {
    final String id;
    final String name;
    final Optional<String> description;
    final String creator;
    final Instant createdAt;
    final Set<String> joined = new LinkedHashSet<>();

    Entry(MeshFact fact) {
      Json value = Json.parseObject(fact.value());
      id = fact.key();
      name = value.string("name");
      description = value.optionalString("description");
      creator = fact.by();
      createdAt = fact.at();
    }

    Topic row() {
      return new Topic(id, name, description, Topic.PUBLIC, joined.size(), Stamps.iso(createdAt));
    }
  }

  /**
   * A topic as found.
   *
   * @param id its id
   * @param name its name
   * @param creator the member key of who made it
   */
  record Found(String id, String name, String creator) {}

  Topics(MeshFacts facts) {
    this.facts = facts;
    facts.all(KIND).forEach(fact -> byId.put(fact.key(), new Entry(fact)));
    for (MeshFact seat : facts.all(SEAT_KIND)) {
      String[] key = seat.key().split("/", 2);
      if (byId.containsKey(key[0])) {
        byId.get(key[0]).joined.add(key[1]);
      } else {
        facts.remove(SEAT_KIND, seat.key(), saved -> {}); // left when its topic was deleted
      }
    }
  }

  /** Makes a topic, unless there is one of that name. */
  TopicCreated create(TopicCreate request, String creator, Instant now) {
    requireFit(request);
    changing.lock();
    try {
      Optional<Topic> known = row(request.name());
      if (known.isPresent()) {
        return new TopicCreated(known.get(), false, request.reqId());
      }
      RequestRefused.requireRoom("topics", all().size(), MOST_TOPICS);
      String id = Ids.random32();
      Json value =
          Json.object()
              .put("name", request.name())
              .put("description", request.description())
              .build();
      Entry entry = new Entry(new MeshFact("", KIND, id, value.toString(), creator, now));
      facts.put(KIND, id, value.toString(), creator, now, () -> add(entry));
      return new TopicCreated(entry.row(), true, request.reqId());
    } finally {
      changing.unlock();
    }
  }

  private static void requireFit(TopicCreate request) {
    if (!NAME.matcher(request.name()).matches()) {
      throw new RequestRefused(
          RequestRefused.INVALID,
          "name: expected 1 to 128 characters without white space, #, @ and *");
    }
    request
        .description()
        .ifPresent(
            text ->
                RequestRefused.requireLength("description", text.length(), LONGEST_DESCRIPTION));
    if (!request.visibility().equals(Topic.PUBLIC)) {
      throw new RequestRefused(
          RequestRefused.INVALID, "visibility: this broker has public topics only");
    }
  }

  private void add(Entry entry) {
    lock.lock();
    try {
      byId.put(entry.id, entry);
    } finally {
      lock.unlock();
    }
  }

  List<Topic> all() {
    lock.lock();
    try {
      return byId.values().stream().map(Entry::row).toList();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Topic> row(String idOrName) {
    lock.lock();
    try {
      return entry(idOrName).map(Entry::row);
    } finally {
      lock.unlock();
    }
  }

  /** A topic by its id or name, with or without {@code #}. */
  Optional<Found> find(String idOrName) {
    lock.lock();
    try {
      return entry(idOrName).map(entry -> new Found(entry.id, entry.name, entry.creator));
    } finally {
      lock.unlock();
    }
  }

  private Optional<Entry> entry(String idOrName) {
    String wanted = idOrName.startsWith("#") ? idOrName.substring(1) : idOrName;
    Entry entry = byId.get(wanted);
    return entry != null
        ? Optional.of(entry)
        : byId.values().stream().filter(each -> each.name.equals(wanted)).findFirst();
  }

  /** The keys of the seats that have joined, in the order they did. */
  List<String> joined(String id) {
    lock.lock();
    try {
      Entry entry = byId.get(id);
      return entry == null ? List.of() : List.copyOf(entry.joined);
    } finally {
      lock.unlock();
    }
  }

  /** Joins a seat; nothing changes if it has joined before. */
  void join(String id, Seat seat, Optional<String> role, Instant now) {
    List<String> joined = joined(id);
    if (!joined.contains(seat.pubkey)) {
      RequestRefused.requireRoom("members of the topic", joined.size(), MOST_JOINED);
    }
    String value = Json.object().put("role", role).build().toString();
    facts.put(
        SEAT_KIND,
        seatKey(id, seat.pubkey),
        value,
        seat.memberPubkey,
        now,
        () -> change(id, entry -> entry.joined.add(seat.pubkey)));
  }

  void leave(String id, Seat seat) {
    facts.remove(
        SEAT_KIND,
        seatKey(id, seat.pubkey),
        () -> change(id, entry -> entry.joined.remove(seat.pubkey)));
  }

  private static String seatKey(String id, String pubkey) {
    return id + "/" + pubkey;
  }

  private void change(String id, Predicate<Entry> change) {
    lock.lock();
    try {
      Entry entry = byId.get(id);
      if (entry != null) {
        change.test(entry);
      }
    } finally {
      lock.unlock();
    }
  }

  void delete(String id) {
    changing.lock();
    try {
      List<String> joined = joined(id);
      facts.remove(KIND, id, () -> drop(id));
      joined.forEach(pubkey -> facts.remove(SEAT_KIND, seatKey(id, pubkey), saved -> {}));
    } finally {
      changing.unlock();
    }
  }

  private void drop(String id) {
    lock.lock();
    try {
      byId.remove(id);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the seats that the mesh has forgotten. Waits for nothing. */
  void keepOnly(Predicate<String> isSeat) {
    List<String> gone = new ArrayList<>();
    lock.lock();
    try {
      for (Entry entry : byId.values()) {
        List<String> left = entry.joined.stream().filter(isSeat.negate()).toList();
        left.forEach(pubkey -> gone.add(seatKey(entry.id, pubkey)));
        left.forEach(entry.joined::remove);
      }
    } finally {
      lock.unlock();
    }
    gone.forEach(key -> facts.remove(SEAT_KIND, key, saved -> {}));
  }
}

package claudemesh.store;

import claudemesh.store.MessageStatus.State;
import claudemesh.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Mailboxes in this process's memory: everything is lost when it ends. Outcomes are told at once,
 * on the caller's thread. One lock guards all of it and is held for no more than a few look-ups.
 */
public final class MemoryMailboxStore implements MailboxStore {

  private final Clock clock;
  private final MailboxLimits limits;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Mailbox<KeptEntry>> mailboxes = new HashMap<>();
  private final Map<SentId, KeptMessage> bySentId = new HashMap<>();
  // In the order appended, which is the order in which they grow too old.
  private final Map<String, KeptMessage> open = new LinkedHashMap<>();
  private final Map<String, KeptMessage> over = new LinkedHashMap<>();
  private final TreeSet<KeptEntry> leases =
      new TreeSet<>(
          Comparator.<KeptEntry>comparingLong(entry -> entry.heldUntilNanos)
              .thenComparingLong(entry -> entry.sequence));
  private final Map<String, Deque<Post>> logs = new HashMap<>();
  private long openChars;
  private long lastSequence;

  private record SentId(String sender, String clientMessageId) {}

  private record Post(StoredMessage text, Instant createdAt) {}

  /**
   * An empty store.
   *
   * @param clock what leases and retention are measured on
   * @param limits how much it keeps
   */
  public MemoryMailboxStore(Clock clock, MailboxLimits limits) {
    this.clock = clock;
    this.limits = limits;
  }

  @Override
  public void append(NewMessage message, Consumer<Appended> outcome) {
    Appended appended;
    lock.lock();
    try {
      appended = append(message);
    } finally {
      lock.unlock();
    }
    outcome.accept(appended);
  }

  private Appended append(NewMessage message) {
    SentId sentId =
        message.clientMessageId().map(id -> new SentId(message.sender(), id)).orElse(null);
    KeptMessage earlier = sentId == null ? null : bySentId.get(sentId);
    if (earlier != null) {
      return new Appended.Duplicate(earlier.messageId);
    }
    List<String> full = message.mailboxes().stream().filter(this::isFull).toList();
    Optional<String> refusal = refusal(message, full);
    if (refusal.isPresent()) {
      return new Appended.Refused(refusal.get());
    }
    keep(message, Set.copyOf(full));
    message.log().ifPresent(log -> post(log, message));
    return new Appended.Stored(message.messageId(), full);
  }

  private Optional<String> refusal(NewMessage message, List<String> full) {
    if (!full.isEmpty() && full.size() == message.mailboxes().size()) {
      return Optional.of("the mailbox is full: " + limits.maxPerMailbox() + " messages wait in it");
    }
    if (open.size() >= limits.maxMessages()
        || openChars + message.payload().length() > limits.maxChars()) {
      return Optional.of("the store is full: " + open.size() + " messages wait in it");
    }
    return Optional.empty();
  }

  private void post(String log, NewMessage message) {
    Deque<Post> posts = logs.computeIfAbsent(log, key -> new ArrayDeque<>());
    StoredMessage text =
        new StoredMessage(message.messageId(), message.urgency(), message.payload());
    posts.add(new Post(text, message.createdAt()));
    if (posts.size() > limits.maxPerLog()) {
      posts.removeFirst();
    }
  }

  private boolean isFull(String mailbox) {
    Mailbox<KeptEntry> found = mailboxes.get(mailbox);
    return found != null && found.size() >= limits.maxPerMailbox();
  }

  private void keep(NewMessage message, Set<String> full) {
    KeptMessage kept = new KeptMessage(message);
    for (String name : message.mailboxes()) {
      KeptEntry entry = new KeptEntry(kept, name, ++lastSequence);
      kept.entries.put(name, entry);
      if (full.contains(name)) {
        entry.end(State.DEAD, clock.wallTime(), "the mailbox was full");
      } else {
        mailboxes.computeIfAbsent(name, key -> new Mailbox<>(key)).add(entry);
        kept.open++;
      }
    }
    if (kept.clientMessageId != null) {
      bySentId.put(new SentId(kept.sender, kept.clientMessageId), kept);
    }
    open.put(kept.messageId, kept);
    openChars += kept.payload.length();
    closeIfOver(kept);
  }

  @Override
  public List<StoredMessage> claim(Claim claim) {
    lock.lock();
    try {
      Mailbox<KeptEntry> mailbox = mailboxes.get(claim.mailbox());
      if (mailbox == null) {
        return List.of();
      }
      long until = clock.nanoTime() + claim.lease().toNanos();
      List<StoredMessage> claimed = new ArrayList<>();
      for (KeptEntry entry = mailbox.next(claim); entry != null; entry = mailbox.next(claim)) {
        mailbox.hold(entry, claim.owner(), until);
        leases.add(entry);
        claimed.add(entry.stored());
      }
      return claimed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<StoredMessage> held(String mailbox, String owner) {
    lock.lock();
    try {
      Mailbox<KeptEntry> found = mailboxes.get(mailbox);
      return found == null
          ? List.of()
          : found.heldBy(owner).stream().map(KeptEntry::stored).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean settle(String mailbox, String messageId) {
    lock.lock();
    try {
      KeptMessage message = open.get(messageId);
      KeptEntry entry = message == null ? null : message.entries.get(mailbox);
      return entry != null && end(entry, State.DELIVERED, null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean settleByClientId(String mailbox, String clientMessageId) {
    lock.lock();
    try {
      Mailbox<KeptEntry> found = mailboxes.get(mailbox);
      KeptEntry entry = found == null ? null : found.heldWithClientId(clientMessageId);
      return entry != null && end(entry, State.DELIVERED, null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void markRead(String mailbox, String messageId) {
    lock.lock();
    try {
      KeptMessage message = open.getOrDefault(messageId, over.get(messageId));
      KeptEntry entry = message == null ? null : message.entries.get(mailbox);
      if (entry != null && entry.state == State.DELIVERED) {
        entry.state = State.READ;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int discard(String mailbox, String reason) {
    lock.lock();
    try {
      List<KeptEntry> queued =
          open.values().stream()
              .map(message -> message.entries.get(mailbox))
              .filter(entry -> entry != null && entry.state == State.QUEUED)
              .toList();
      queued.forEach(entry -> end(entry, State.DEAD, reason));
      return queued.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<StoredMessage> history(String log, int most, Optional<String> before) {
    lock.lock();
    try {
      List<StoredMessage> all =
          logs.getOrDefault(log, new ArrayDeque<>()).stream().map(Post::text).toList();
      int end = all.size();
      if (before.isPresent()) {
        end =
            Math.max(0, all.stream().map(StoredMessage::messageId).toList().indexOf(before.get()));
      }
      return all.subList(Math.max(0, end - most), end);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void dropLog(String log) {
    lock.lock();
    try {
      logs.remove(log);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release(String mailbox, String owner) {
    lock.lock();
    try {
      Mailbox<KeptEntry> found = mailboxes.get(mailbox);
      if (found != null) {
        found.heldBy(owner).forEach(entry -> letGo(found, entry));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<String> reclaim() {
    lock.lock();
    try {
      Set<String> freed = new HashSet<>();
      long now = clock.nanoTime();
      while (!leases.isEmpty() && leases.first().heldUntilNanos - now <= 0) {
        KeptEntry entry = leases.first();
        letGo(mailboxes.get(entry.mailbox), entry);
        freed.add(entry.mailbox);
      }
      return freed;
    } finally {
      lock.unlock();
    }
  }

  private void letGo(Mailbox<KeptEntry> mailbox, KeptEntry entry) {
    leases.remove(entry);
    mailbox.letGo(entry);
  }

  @Override
  public int expire() {
    lock.lock();
    try {
      Instant oldest = clock.wallTime().minus(limits.retention());
      logs.values().forEach(posts -> posts.removeIf(post -> post.createdAt.isBefore(oldest)));
      logs.values().removeIf(Deque::isEmpty);
      List<KeptMessage> tooOld = new ArrayList<>();
      for (KeptMessage message : open.values()) {
        if (!message.createdAt.isBefore(oldest)) {
          break;
        }
        tooOld.add(message);
      }
      for (KeptMessage message : tooOld) {
        message.entries.values().forEach(entry -> end(entry, State.DEAD, "nobody took it"));
      }
      return tooOld.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean end(KeptEntry entry, State state, String reason) {
    if (entry.state != State.QUEUED) {
      return false;
    }
    leases.remove(entry);
    Mailbox<KeptEntry> mailbox = mailboxes.get(entry.mailbox);
    mailbox.remove(entry);
    if (mailbox.isEmpty()) {
      mailboxes.remove(mailbox.name());
    }
    entry.end(state, clock.wallTime(), reason);
    entry.message.open--;
    closeIfOver(entry.message);
    return true;
  }

  private void closeIfOver(KeptMessage message) {
    if (message.open > 0) {
      return;
    }
    open.remove(message.messageId);
    openChars -= message.payload.length();
    message.payload = "";
    over.put(message.messageId, message);
    while (over.size() > limits.remembered()) {
      forget(over.remove(over.keySet().iterator().next()));
    }
  }

  private void forget(KeptMessage message) {
    if (message.clientMessageId != null) {
      bySentId.remove(new SentId(message.sender, message.clientMessageId));
    }
  }

  @Override
  public Optional<MessageStatus> status(String messageId) {
    lock.lock();
    try {
      KeptMessage message = open.getOrDefault(messageId, over.get(messageId));
      return Optional.ofNullable(message).map(KeptMessage::status);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long waiting() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {}
}

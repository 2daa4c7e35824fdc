package claudemesh.store;

import claudemesh.json.Log;
import claudemesh.store.GroupCommit.WhenFull;
import claudemesh.store.MessageStatus.Delivery;
import claudemesh.store.MessageStatus.State;
import claudemesh.time.Clock;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Mailboxes on disk, in the tables of {@link BrokerSchema}. An append is told {@link
 * Appended.Stored} only once its transaction is synced; it survives the process and the machine.
 *
 * <pre>
 *   append ─► GroupCommit ─► MailboxTables ── committed ──┐
 *                 ▲                                       ▼
 *   settle ───────┘ (written behind)          MailboxWindows ◄── MailboxReader
 *   claim, held, release: in memory
 * </pre>
 *
 * <p>Who holds a message is kept in memory only: a crash frees it. A settlement counts at once and
 * is on disk with the next transaction; a crash between the two delivers the message once more. If
 * the disk refuses it, it is written again when {@link #reclaim} is next called. While too many are
 * not written yet, claims get nothing; {@link #reclaim} names their mailboxes once they may again.
 *
 * <p>One lock guards what is in memory. It is held while the head of a mailbox is read, never while
 * anything is written. Memory grows with what is held and with mailboxes in use, not with what
 * waits. {@link #append} waits while too much is under way, so its caller must hold no lock that an
 * outcome takes; nothing else here waits for the disk but {@link #expire} and {@link #close}.
 */
final class SqliteMailboxStore implements MailboxStore {

  // About two seconds of the writer's work: who settles faster waits for it with the next claim.
  private static final int MOST_UNWRITTEN = 32_768;

  private final Clock clock;
  private final MailboxLimits limits;
  private final GroupCommit commits;
  private final MailboxTables tables;
  private final DeadLetters deadLetters;
  private final LogTable logs;
  private final MailboxReader reader;
  private final Runnable closer;
  private final FailedSends failedSends = new FailedSends(); // the writer's thread only

  private final ReentrantLock lock = new ReentrantLock();
  private final MailboxWindows windows;
  private final Deque<Ended> toWriteAgain = new ArrayDeque<>();
  private final Set<String> starved = new HashSet<>();
  private int unwritten;
  private boolean closed;

  SqliteMailboxStore(
      Clock clock,
      MailboxLimits limits,
      GroupCommit commits,
      MailboxTables tables,
      DeadLetters deadLetters,
      LogTable logs,
      MailboxReader reader,
      Runnable closer) {
    this.clock = clock;
    this.limits = limits;
    this.commits = commits;
    this.tables = tables;
    this.deadLetters = deadLetters;
    this.logs = logs;
    this.reader = reader;
    this.closer = closer;
    this.windows = new MailboxWindows(reader);
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  @Override
  public void append(NewMessage message, Consumer<Appended> outcome) {
    Append append = new Append(message, outcome);
    if (!commits.submit(append, message.payload().length(), WhenFull.WAIT)) {
      outcome.accept(new Appended.Failed("the store is closed"));
    }
  }

  private final class Append implements Change {
    private final NewMessage message;
    private final MailboxTables.Numbered numbered;
    private final Consumer<Appended> consumer;
    private MailboxTables.Written written;

    Append(NewMessage message, Consumer<Appended> consumer) {
      this.message = message;
      this.numbered = MailboxTables.Numbered.of(message);
      this.consumer = consumer;
    }

    @Override
    public void write() throws SQLException {
      if (failedSends.holdsBack(message)) {
        rolledBack("a message sent before it has not been kept yet");
        return;
      }
      written = tables.append(numbered, clock.wallTime());
      failedSends.decided(message);
      if (message.log().isPresent() && written.outcome() instanceof Appended.Stored) {
        logs.add(message.log().get(), message);
      }
    }

    @Override
    public void committed() {
      lock.lock();
      try {
        written.queued().forEach(entry -> windows.offer(entry, message.payload()));
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void rolledBack(String why) {
      failedSends.failed(message);
      written = new MailboxTables.Written(new Appended.Failed(why), List.of());
    }

    @Override
    public void tell() {
      consumer.accept(written.outcome());
    }
  }

  // ── claim and release ────────────────────────────────────────────────────────────────────────

  @Override
  public List<StoredMessage> claim(Claim claim) {
    lock.lock();
    try {
      if (closed) {
        return List.of();
      }
      if (unwritten >= MOST_UNWRITTEN) {
        starved.add(claim.mailbox());
        return List.of();
      }
      long until = clock.nanoTime() + claim.lease().toNanos();
      return windows.claim(claim, until, this::dropUnreadable);
    } finally {
      lock.unlock();
    }
  }

  private void dropUnreadable(CachedEntry entry) {
    // It may as well have been given up for its age a moment ago.
    if (reader.queued(entry.mailbox, entry.messageId).isPresent()) {
      Log.error("store_message_damaged", "messageId", entry.messageId, "mailbox", entry.mailbox);
      end(entry, State.DEAD, "its text is damaged on disk");
    }
  }

  @Override
  public List<StoredMessage> held(String mailbox, String owner) {
    lock.lock();
    try {
      return closed ? List.of() : windows.held(mailbox, owner);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release(String mailbox, String owner) {
    lock.lock();
    try {
      windows.release(mailbox, owner);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<String> reclaim() {
    lock.lock();
    try {
      toWriteAgain.removeIf(ended -> commits.submit(ended, 0, WhenFull.TAKE));
      Set<String> freed = new HashSet<>();
      windows.overdue(clock.nanoTime(), freed);
      if (unwritten < MOST_UNWRITTEN / 2) {
        freed.addAll(starved);
        starved.clear();
      }
      return freed;
    } finally {
      lock.unlock();
    }
  }

  // ── settle ───────────────────────────────────────────────────────────────────────────────────

  @Override
  public boolean settle(String mailbox, String messageId) {
    lock.lock();
    try {
      if (windows.isElsewhere(mailbox, messageId)) {
        return false; // as acknowledgements of whoever listens to several mailboxes mostly are
      }
      Optional<CachedEntry> settled =
          windows
              .takeHeld(mailbox, messageId)
              .or(() -> closed ? Optional.empty() : windows.takeWaiting(mailbox, messageId));
      settled.ifPresent(entry -> end(entry, State.DELIVERED, null));
      return settled.isPresent();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean settleByClientId(String mailbox, String clientMessageId) {
    lock.lock();
    try {
      Optional<CachedEntry> settled = windows.takeHeldByClientId(mailbox, clientMessageId);
      settled.ifPresent(entry -> end(entry, State.DELIVERED, null));
      return settled.isPresent();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void markRead(String mailbox, String messageId) {
    Note note = new Note(() -> tables.markRead(mailbox, messageId));
    commits.submit(note, 0, WhenFull.REFUSE);
  }

  private void end(CachedEntry entry, State state, String reason) {
    Ending ending = new Ending(entry, state, clock.wallTime(), reason);
    windows.ends(ending);
    unwritten++;
    if (!commits.submit(new Ended(ending), 0, WhenFull.TAKE)) {
      Log.debug("settled_after_close", "messageId", entry.messageId);
    }
  }

  private final class Ended implements Change {
    private final Ending ending;

    Ended(Ending ending) {
      this.ending = ending;
    }

    @Override
    public void write() throws SQLException {
      tables.end(ending);
    }

    @Override
    public void committed() {
      lock.lock();
      try {
        unwritten--;
        windows.written(ending);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void rolledBack(String why) {
      lock.lock();
      try {
        toWriteAgain.add(this);
      } finally {
        lock.unlock();
      }
    }
  }

  // ── giving up, logs, status ──────────────────────────────────────────────────────────────────

  @Override
  public int expire() {
    Instant now = clock.wallTime();
    Instant oldest = now.minus(limits.retention());
    commits.submit(new Note(() -> logs.dropOlderThan(oldest)), 0, WhenFull.TAKE);
    return giveUp(() -> deadLetters.olderThan(oldest, now));
  }

  @Override
  public int discard(String mailbox, String reason) {
    return giveUp(() -> deadLetters.in(mailbox, reason, clock.wallTime()));
  }

  private int giveUp(GivingUp.Search search) {
    int all = 0;
    for (boolean more = true; more; ) {
      GivingUp round = new GivingUp(search, this::dropAll);
      if (!commits.submit(round, 0, WhenFull.TAKE)) {
        break;
      }
      DeadLetters.GivenUp found = round.outcome();
      all += found.messages();
      more = found.more();
    }
    return all;
  }

  private void dropAll(List<CachedEntry> dead) {
    lock.lock();
    try {
      dead.forEach(windows::drop);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<StoredMessage> history(String log, int most, Optional<String> before) {
    lock.lock();
    try {
      return closed ? List.of() : logs.latest(log, most, before);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void dropLog(String log) {
    commits.submit(new Note(() -> logs.drop(log)), 0, WhenFull.TAKE);
  }

  @Override
  public Optional<MessageStatus> status(String messageId) {
    lock.lock();
    try {
      return closed
          ? Optional.empty()
          : reader.message(messageId).map(found -> status(messageId, found));
    } finally {
      lock.unlock();
    }
  }

  private MessageStatus status(String messageId, MailboxReader.Found found) {
    List<Delivery> deliveries = new ArrayList<>(found.rows().size());
    found.rows().forEach((no, delivery) -> deliveries.add(withEnding(no, delivery)));
    return new MessageStatus(messageId, found.sender(), found.target(), deliveries);
  }

  private Delivery withEnding(long no, Delivery delivery) {
    return windows
        .ending(delivery.mailbox(), no)
        .map(
            ending ->
                new Delivery(
                    delivery.mailbox(),
                    ending.state(),
                    Optional.of(ending.since()),
                    Optional.ofNullable(ending.reason())))
        .orElse(delivery);
  }

  @Override
  public Optional<String> trouble() {
    return Optional.ofNullable(commits.trouble()).or(() -> Optional.ofNullable(reader.trouble()));
  }

  @Override
  public long waiting() {
    return tables.open();
  }

  /** Closes the whole database, see {@link DurableStores#close}. */
  @Override
  public void close() {
    closer.run();
  }

  /** From now on nothing is found any more, so that the database can be closed. */
  void readNoMore() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}

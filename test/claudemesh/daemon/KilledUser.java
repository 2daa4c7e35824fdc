package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Somebody whose daemon is killed: a member of some meshes with two sessions on each. A program for
 * each of those keys sends, over the daemon's API, one message after the other, each again and
 * again under its id until it is answered; another reads the inbox as it fills.
 */
final class KilledUser {

  private static final String TEXT = "private words of ";
  private static final Pattern SECRET = Pattern.compile("[0-9a-f]{128}");
  private static final Duration PATIENCE = Duration.ofMinutes(2); // a machine may be busy
  private static final Path EVIDENCE =
      Path.of(System.getProperty("claudemesh.classes")).resolveSibling("crash");
  private static final int RETRY_MILLIS = 20;
  private static final int MOST_ROWS = 10_000;

  /** One key of somebody on a mesh. */
  record Address(String mesh, String key, Optional<String> token) {}

  final String name;
  final ConfigFolder config;
  final DaemonFolder folder;
  final VerbProcess daemon;
  final Map<String, Ed25519KeyPair> memberKeys = new HashMap<>();
  final List<Address> addresses = new ArrayList<>();
  private final SentMail mail;
  private final ReentrantLock lock; // guards mail and read
  private final Set<String> read = new HashSet<>();
  private final List<Sender> senders = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final SilenceWatch silence;
  private final Semaphore over = new Semaphore(0);

  KilledUser(Path home, Path scratch, String name, SentMail mail, ReentrantLock lock) {
    this.name = name;
    this.mail = mail;
    this.lock = lock;
    this.config = new ConfigFolder(home.resolve(name));
    this.folder = DaemonFolder.in(config);
    Map<String, String> environment =
        Map.of(
            "HOME",
            home.toString(),
            "PATH",
            System.getenv("PATH"),
            "CLAUDEMESH_CONFIG_DIR",
            config.path().toString());
    this.daemon = new VerbProcess(scratch, environment, "ready", List.of("daemon", "up", "--json"));
    this.silence = new SilenceWatch(name, daemon, EVIDENCE);
  }

  DaemonClient client(Optional<String> token) {
    return DaemonClient.at(folder.socket(), token).within(PATIENCE);
  }

  /** Joins meshes, starts the daemon, and registers sessions that live as long as the test. */
  void join(List<KilledMesh> meshes) throws Exception {
    for (KilledMesh mesh : meshes) {
      memberKeys.put(mesh.slug, mesh.join(config, name));
    }
    daemon.start();
    daemon.awaitReady();
    for (KilledMesh mesh : meshes) {
      String member = memberKeys.get(mesh.slug).publicHex();
      addresses.add(new Address(mesh.slug, member, Optional.empty()));
      for (String session : List.of("one", "two")) {
        addresses.add(register(mesh.slug, session));
      }
    }
  }

  private Address register(String mesh, String session) throws DaemonException {
    String token = Ed25519KeyPair.generate().publicHex();
    Json asked =
        Json.object()
            .put("token", token)
            .put("session_id", name + "-" + session)
            .put("mesh", mesh)
            .put("display_name", session)
            .put("pid", ProcessHandle.current().pid())
            .put("presence", Json.object().put("managed", true).build())
            .build();
    Json reply = client(Optional.empty()).post("/v1/sessions/register", asked);
    return new Address(mesh, reply.string("session_pubkey"), Optional.of(token));
  }

  /** Starts the programs that send to somebody and read. */
  void start(KilledUser to) {
    for (Address from : addresses) {
      List<Address> targets =
          to.addresses.stream().filter(each -> each.mesh().equals(from.mesh())).toList();
      Sender sender = new Sender(from, targets);
      senders.add(sender);
      threads.add(Thread.ofPlatform().daemon().start(sender));
    }
    Thread.ofPlatform().daemon().start(this::read);
  }

  /** Lets each program send so many more. */
  void allow(int messages) {
    senders.forEach(sender -> sender.allowed.release(messages));
  }

  /** Lets each send what it still may, and one more to each of its targets. */
  void finishSending() {
    senders.forEach(sender -> sender.last = true);
    allow(1);
  }

  /** Whether all that was to be sent was answered. */
  boolean hasSentAll() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /** How many messages its inbox has shown. */
  int readCount() {
    lock.lock();
    try {
      return read.size();
    } finally {
      lock.unlock();
    }
  }

  /** The last message that each program sent to each target. */
  List<String> lastIds() {
    return senders.stream().flatMap(sender -> sender.lastIds.stream()).toList();
  }

  boolean hasRead(List<String> ids) {
    lock.lock();
    try {
      return read.containsAll(ids);
    } finally {
      lock.unlock();
    }
  }

  void stopReading() {
    silence.close();
    over.release();
  }

  /** What must not be in any log: the secrets of all keys, tokens, and texts. */
  List<String> secrets() throws IOException {
    List<String> secrets = new ArrayList<>(List.of(TEXT));
    memberKeys.values().forEach(keys -> secrets.add(keys.secretHex()));
    addresses.forEach(address -> address.token().ifPresent(secrets::add));
    String kept = Files.readString(folder.sessionKeysFile());
    kept.lines()
        .flatMap(line -> SECRET.matcher(line).results())
        .forEach(found -> secrets.add(found.group()));
    return secrets;
  }

  private void read() {
    try {
      while (!over.tryAcquire(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
        readOnce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readOnce() {
    Json reply;
    try {
      reply = silence.watched(this::askForUnread);
    } catch (DaemonException e) {
      if (e.status() != DaemonException.NONE) {
        note(() -> mail.fault(name + " cannot read the inbox: " + e.getMessage()));
      }
      return; // it is being killed
    }
    note(() -> reply.list("items").forEach(this::check));
  }

  private Json askForUnread() throws DaemonException {
    String most = Integer.toString(MOST_ROWS);
    return client(Optional.empty())
        .get("/v1/inbox", "scope", "all", "unread_only", "true", "limit", most);
  }

  private void check(Json item) {
    String id = item.string("client_message_id");
    read.add(id);
    if (!item.string("body", "").equals(TEXT + id)) {
      mail.fault("I11: " + id + " is shown as " + item);
    }
  }

  private void note(Runnable what) {
    lock.lock();
    try {
      what.run();
    } finally {
      lock.unlock();
    }
  }

  /** A program that sends under one key. */
  private final class Sender implements Runnable {

    private final Address from;
    private final List<Address> targets;
    private final Semaphore allowed = new Semaphore(0);
    private final Semaphore never = new Semaphore(0);
    private final List<String> lastIds = new ArrayList<>();
    private volatile boolean last;
    private int number;

    Sender(Address from, List<Address> targets) {
      this.from = from;
      this.targets = targets;
    }

    @Override
    public void run() {
      try {
        for (allowed.acquire(); !last || allowed.availablePermits() > 0; allowed.acquire()) {
          send(targets.get(number % targets.size()));
        }
        for (Address target : targets) {
          lastIds.add(send(target));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private String send(Address to) throws InterruptedException {
      String id = from.key().substring(0, 12) + "-" + ++number;
      note(() -> mail.sending(id, from.key(), to.key()));
      Json order =
          Json.object()
              .put("to", to.key())
              .put("message", TEXT + id)
              .put("mesh", from.mesh())
              .put("client_message_id", id)
              .build();
      while (!answered(id, order)) {
        never.tryAcquire(RETRY_MILLIS, TimeUnit.MILLISECONDS); // a killed daemon is back soon
      }
      return id;
    }

    private boolean answered(String id, Json order) {
      try {
        silence.watched(() -> client(from.token()).post("/v1/send", order));
        note(() -> mail.taken(id));
        return true;
      } catch (DaemonException e) {
        boolean refused = e.status() != DaemonException.NONE;
        if (refused) {
          note(() -> mail.fault(id + " was refused: " + e.status() + " " + e.getMessage()));
        }
        return refused;
      }
    }
  }
}

package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** {@code inbox}: the messages that the daemon has received. */
final class InboxVerb implements Verb, Listing.Columns {

  static final Flag FROM = Flag.value("from", "PEER", "only those of this name or key");
  static final Flag SINCE =
      Flag.value(
          "since", "T", "only those since a time, 2026-11-23T08:57:35Z, or within 10m, 2d …");

  private static final int MOST = 10_000;
  private static final Flag UNREAD =
      Flag.on("unread", "only those that were not listed before").or("u");
  private static final Flag FOLLOW =
      Flag.on("follow", "go on with those that come, until interrupted").or("f");
  private static final Flag LIMIT =
      Flag.value("limit", "N", "the newest N; 100 unless given").or("n");
  private static final Flag KEEP =
      Flag.on("keep-unread", "leave the messages unread that are listed");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("inbox", "list the messages that you have received, oldest first")
        .flags(
            UNREAD,
            FOLLOW,
            FROM,
            SINCE,
            LIMIT,
            KEEP,
            VerbSpec.MESH,
            VerbSpec.VERBOSE,
            VerbSpec.JSON)
        .about(
            "Inside \"claudemesh launch\": the session's own; else those of you as a member. What"
                + " is listed counts as read. A message that does not open is never shown as"
                + " authentic.",
            "With --follow and --json: one object a line instead of an array.")
        .examples(
            "claudemesh inbox --unread",
            "claudemesh inbox --since 1h --from bob",
            "claudemesh inbox --follow --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    call.arguments().number(LIMIT.name(), 1, MOST);
    String since = since(call);
    DaemonAccess daemon = DaemonAccess.required(call);
    if (!call.arguments().has(FOLLOW.name())) {
      Json page = daemon.get("/v1/inbox", query(call, since));
      Json answer = Json.object().put("items", Json.array(oldestFirst(page))).build();
      return Listing.print(call, answer, "items", "No message.", this);
    }
    return ReaderWatch.during(call, () -> follow(call, daemon, since));
  }

  private static ExitCode follow(Call call, DaemonAccess daemon, String since)
      throws CliException, IOException, InterruptedException {
    try (EventFeed feed = new EventFeed(daemon, call, null)) {
      feed.open();
      new InboxFollower(call, daemon, since).follow(feed);
    }
    return ExitCode.OK;
  }

  /** The newest come first, and people read downwards. */
  static List<Json> oldestFirst(Json page) {
    List<Json> items = new ArrayList<>(page.list("items"));
    Collections.reverse(items);
    return items;
  }

  /** What a call asks for, names and values in turn. */
  static String[] query(Call call, String since) {
    Arguments given = call.arguments();
    return new String[] {
      "mesh",
      call.mesh(),
      "limit",
      given.value(LIMIT.name()).orElse(null),
      "unread_only",
      given.has(UNREAD.name()) ? "true" : null,
      "mark_seen",
      marksSeen(call) && !given.has(FOLLOW.name()) ? null : "false",
      "since",
      since,
      "from",
      given.value(FROM.name()).orElse(null)
    };
  }

  /** Whether what is listed counts as read. */
  static boolean marksSeen(Call call) {
    return !call.arguments().has(KEEP.name());
  }

  /** A message as a line for people. */
  static String line(Json item) {
    return Output.safe(item.string("received_at", "") + "  " + sender(item) + ": " + body(item));
  }

  /** The start of the time that {@code --since} says, as the daemon reads it; null if not given. */
  static String since(Call call) throws UsageException {
    Optional<String> given = call.arguments().value(SINCE.name());
    if (given.isEmpty()) {
      return null;
    }
    try {
      return Instant.parse(given.get()).toString();
    } catch (DateTimeException noTime) {
      return Instant.now().minus(call.arguments().duration(SINCE.name()).get()).toString();
    }
  }

  private static String sender(Json item) {
    String name = item.string("sender_name", "");
    String key = item.string("sender_pubkey", "");
    return name.isEmpty() ? key.substring(0, Math.min(12, key.length())) : name;
  }

  private static String body(Json item) {
    if (item.bool("unreadable", false)) {
      return "(does not open: " + item.string("why", "") + ")";
    }
    return item.string("body", "") + (item.bool("encrypted", true) ? "" : "  (not encrypted)");
  }

  @Override
  public String[] headings() {
    return new String[] {"AT", "FROM", "MESH", "TEXT"};
  }

  @Override
  public void cells(Table table, Json row) {
    boolean unread = !row.has("seen_at");
    table
        .cell(row.string("received_at", ""))
        .cell(sender(row), unread ? Table.Look.BOLD : Table.Look.PLAIN)
        .cell(row.string("mesh", ""))
        .cell(body(row));
  }
}

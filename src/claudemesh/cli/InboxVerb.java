package claudemesh.cli;

import claudemesh.daemon.DaemonEvent;
import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
            "With --json: an array, with --follow one object a line, of {\"id\","
                + "\"client_message_id\",\"broker_message_id\",\"mesh\",\"topic\",\"sender_pubkey\","
                + "\"sender_name\",\"body\",\"received_at\",\"reply_to_id\",\"seen_at\","
                + "\"recipient_pubkey\",\"recipient_kind\",\"sender_member_pubkey\",\"priority\",\"created_at\",\"encrypted\"?,\"unreadable\"?,\"why\"?};"
                + " encrypted false means that text and sender rest on the broker's word.")
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
      List<Json> items = list(call, daemon, since);
      Json answer = Json.object().put("items", Json.array(items)).build();
      return Listing.print(call, answer, "items", "No message.", this);
    }
    try (EventFeed feed = new EventFeed(daemon, call, null)) {
      follow(call, daemon, since, feed);
    }
    return ExitCode.OK;
  }

  private static List<Json> list(Call call, DaemonAccess daemon, String since) throws CliException {
    List<Json> items = new ArrayList<>(page(call, daemon, since).list("items"));
    Collections.reverse(items); // the newest come first, and people read downwards
    return items;
  }

  private static Json page(Call call, DaemonAccess daemon, String since) throws CliException {
    Arguments given = call.arguments();
    return daemon.get(
        "/v1/inbox",
        "mesh",
        call.mesh(),
        "limit",
        given.value(LIMIT.name()).orElse(null),
        "unread_only",
        given.has(UNREAD.name()) ? "true" : null,
        "mark_seen",
        given.has(KEEP.name()) ? "false" : null,
        "since",
        since,
        "from",
        given.value(FROM.name()).orElse(null));
  }

  /** Events tell that something came; what came is read from the inbox, so that nothing is lost. */
  private static void follow(Call call, DaemonAccess daemon, String since, EventFeed feed)
      throws CliException, IOException, InterruptedException {
    Set<String> shown = new HashSet<>();
    feed.open();
    show(call, list(call, daemon, since), shown);
    while (true) {
      Optional<DaemonEvent> event = feed.next();
      String kind = event.isPresent() ? event.get().kind() : "";
      if (event.isEmpty()) {
        feed.awaitBack();
      }
      if (event.isEmpty() || kind.equals("gap") || kind.equals("message")) {
        show(call, lists(call, daemon, since), shown);
      }
    }
  }

  private static List<Json> lists(Call call, DaemonAccess daemon, String since)
      throws CliException {
    try {
      return list(call, daemon, since);
    } catch (CliException e) {
      // The daemon went between the event and this; the feed comes back to it.
      boolean away =
          e.getCause() instanceof DaemonException gone && gone.status() == DaemonException.NONE;
      if (away) {
        return List.of();
      }
      throw e;
    }
  }

  private static void show(Call call, List<Json> items, Set<String> shown) throws IOException {
    for (Json item : items) {
      if (shown.add(item.string("id"))) {
        call.out().text(call.wantsJson() ? item.toString() : line(item));
      }
    }
  }

  private static String line(Json item) {
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

package claudemesh.cli;

import claudemesh.daemon.DaemonEvent;
import claudemesh.daemon.DaemonException;
import claudemesh.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code inbox --follow}: prints an inbox on and on, each message once, in the order of arrival.
 *
 * <pre>
 *   the newest ──► print ──► mark seen ──► an event, or the daemon is back ──► what is behind the
 *                                ▲                                              position, page by
 *                                └─────────────── print ◄────────────────────── page, to the end
 * </pre>
 *
 * <p>Events only tell that something came; what came is read from the inbox, behind the position up
 * to which it was printed. So neither a burst nor a restart of the daemon leaves anything out.
 * Messages are marked seen when they are printed, never before. Not thread-safe.
 */
final class InboxFollower {

  private static final String PAGE = "1000";

  private final Call call;
  private final DaemonAccess daemon;
  private final String[] query;
  private final List<String> unmarked = new ArrayList<>();
  private long position;

  InboxFollower(Call call, DaemonAccess daemon, String since) {
    this.call = call;
    this.daemon = daemon;
    this.query = InboxVerb.query(call, since);
  }

  /** Follows until it is interrupted; the feed is open, so that nothing comes in unnoticed. */
  void follow(EventFeed feed) throws CliException, IOException, InterruptedException {
    Json newest = daemon.get("/v1/inbox", query);
    show(InboxVerb.oldestFirst(newest));
    position = newest.number("position");
    markSeen();
    while (true) {
      Optional<DaemonEvent> event = feed.next();
      String kind = event.isPresent() ? event.get().kind() : "";
      if (event.isEmpty()) {
        feed.awaitBack();
      }
      if (event.isEmpty() || kind.equals("gap") || kind.equals("message")) {
        catchUp();
      }
    }
  }

  /** Prints all that is behind the position; if the daemon goes meanwhile, the feed comes back. */
  private void catchUp() throws CliException, IOException {
    try {
      boolean more = true;
      while (more) {
        Json page = daemon.get("/v1/inbox", behind());
        show(page.list("items"));
        more = page.number("position") > position;
        position = page.number("position");
        markSeen();
      }
    } catch (CliException e) {
      boolean away =
          e.getCause() instanceof DaemonException gone && gone.status() == DaemonException.NONE;
      if (!away) {
        throw e;
      }
    }
  }

  /** The same question, for what comes next; how many were wanted is about the beginning only. */
  private String[] behind() {
    String[] next = Arrays.copyOf(query, query.length + 2);
    for (int i = 0; i < query.length; i += 2) {
      next[i + 1] = query[i].equals("limit") ? PAGE : query[i + 1];
    }
    next[query.length] = "after";
    next[query.length + 1] = Long.toString(position);
    return next;
  }

  private void show(List<Json> items) throws IOException {
    for (Json item : items) {
      call.out().text(call.wantsJson() ? item.toString() : InboxVerb.line(item));
      if (!item.has("seen_at")) {
        unmarked.add(item.string("id"));
      }
    }
  }

  /** What could not be marked, since the daemon went, is marked with the next page. */
  private void markSeen() throws CliException {
    if (InboxVerb.marksSeen(call) && !unmarked.isEmpty()) {
      daemon.post("/v1/inbox/seen", Json.object().put("ids", Json.strings(unmarked)).build());
    }
    unmarked.clear();
  }
}

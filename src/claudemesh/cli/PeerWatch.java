package claudemesh.cli;

import claudemesh.cli.Moments.Moment;
import claudemesh.json.Json;
import claudemesh.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code peer list --watch}: on a terminal a picture that is redrawn in place, elsewhere a list
 * whenever it differs from the one before.
 */
final class PeerWatch {

  /** Its first line, the empty one under it. */
  private static final int HEAD = 2;

  private final Call call;
  private final List<String> fields;
  private final boolean all;
  private final Clock clock;
  private Json last;

  private PeerWatch(Call call, List<String> fields, boolean all) {
    this.call = call;
    this.fields = fields;
    this.all = all;
    this.clock = Clock.SYSTEM;
  }

  /** Watches until the person has seen enough, the reader has gone, or nothing can be seen. */
  static ExitCode run(Call call, List<String> fields, boolean all, Duration interval)
      throws CliException, IOException, InterruptedException {
    PeerWatch watch = new PeerWatch(call, fields, all);
    Moments moments = new Moments();
    try (PeerSource source = source(call);
        Looker<Json> looker =
            new Looker<>(interval, source::look, () -> moments.tell(Moment.NEWS))) {
      source.begin(looker::poke);
      looker.start();
      watch.show(looker, moments);
    }
    return ExitCode.OK;
  }

  private static PeerSource source(Call call) throws CliException {
    if (MeshAccess.of(call) instanceof DaemonAccess daemon) {
      return new DaemonPeers(call, daemon);
    }
    return new OwnPeers(call);
  }

  private void show(Looker<Json> looker, Moments moments)
      throws CliException, IOException, InterruptedException {
    if (call.wantsJson() || !Live.isOnScreen(call)) {
      print(looker, moments);
      return;
    }
    try {
      Live.show(call, moments, (size, keys) -> picture(seen(looker), size, keys));
    } finally {
      // The screen is as it was before: what was seen last goes where output goes.
      if (last != null) {
        call.out().text(text(last));
      }
    }
  }

  private Json seen(Looker<Json> looker) throws CliException {
    last = looker.seen().orElseThrow();
    return last;
  }

  private void print(Looker<Json> looker, Moments moments)
      throws CliException, IOException, InterruptedException {
    String before = "";
    while (true) {
      moments.next();
      String now = text(looker.seen().orElseThrow());
      if (!now.equals(before)) {
        String time = clock.wallTime().truncatedTo(ChronoUnit.SECONDS).toString();
        String parted = before.isEmpty() ? time : "\n" + time;
        call.out().text(call.wantsJson() ? now : parted + "\n" + now);
        before = now;
      }
    }
  }

  /** What a plain call would print. */
  private String text(Json answer) {
    PeerRows rows = new PeerRows(answer.list("peers"), all);
    List<Json> errors = answer.list("errors");
    if (call.wantsJson()) {
      return Listing.all(rows.json(fields), errors).toString();
    }
    List<String> lines = new ArrayList<>();
    if (!rows.isEmpty() || errors.isEmpty()) {
      lines.add(rows.text(call));
    }
    errors.forEach(error -> lines.add(Listing.errorLine(error)));
    return String.join("\n", lines);
  }

  private List<String> picture(Json answer, Terminal.Size size, boolean keys) {
    PeerRows rows = new PeerRows(answer.list("peers"), all);
    List<Json> errors = answer.list("errors");
    String time =
        String.format(Locale.ROOT, "%tT", clock.wallTime().atZone(ZoneId.systemDefault()));
    String peers = rows.size() == 1 ? "1 peer" : rows.size() + " peers";
    List<String> lines = new ArrayList<>();
    lines.add(peers + ", " + time + (keys ? "; q quits" : "; Ctrl-C quits"));
    lines.add("");
    errors.forEach(error -> lines.add(Listing.errorLine(error)));
    if (rows.isEmpty() && errors.isEmpty()) {
      lines.add("Nobody is there.");
    } else if (!rows.isEmpty()) {
      int room = size.rows() - HEAD - errors.size();
      lines.addAll(Table.cut(rows.table(call.mayColour(), size.columns()).lines(), room));
    }
    return lines;
  }
}

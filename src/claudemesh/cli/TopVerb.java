package claudemesh.cli;

import claudemesh.cli.Moments.Moment;
import claudemesh.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code top}: the daemon's meshes, connections and peers, live. */
final class TopVerb implements Verb {

  private static final List<String> GONE = List.of("The daemon has gone; waiting for one.");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("top", "watch meshes, connections, rates, queues and peers live")
        .flags(Live.INTERVAL, PeerListVerb.ALL, VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about(
            "Needs the daemon. A connection is the member's or a session's. IN/S and OUT/S are"
                + " messages a second that the broker handed over and took; OUTBOX is what waits or"
                + " is under way, UNREAD what nobody has marked seen; RECONN says how often it came"
                + " back, LAST ENDING why it ended last and what was done. What is not open comes"
                + " first, then what moves most.",
            "On a terminal it is redrawn in place until q or Ctrl-C, and goes on when the daemon"
                + " comes back. Elsewhere it prints one picture, after one --interval, which rates"
                + " need.",
            "With --json a line at each look, every --interval and when something happens:"
                + " {\"type\":\"top\",\"at\",\"version\",\"pid\",\"uptime_s\",\"outbox\",\"meshes\":[as"
                + " status has them, and \"in_per_s\","
                + "\"out_per_s\",\"reconnects\"],\"connections\":[{\"mesh\",\"kind\",\"name\","
                + "\"pubkey\",\"status\",\"why\"?,\"next_try\"?,\"opened\",\"received\",\"sent\",\"outbox\",\"unread\",\"last_ending\"?:{as"
                + " why has them},\"in_per_s\",\"out_per_s\",\"reconnects\"}],\"peers\":[as peer"
                + " list has them],\"errors\":[{\"mesh\",\"error\"}]}; rates are null in the first."
                + " When the daemon goes or is back: {\"type\":\"daemon\",\"status\":\"away\" or"
                + " \"back\"}.")
        .examples("claudemesh top", "claudemesh top --interval 5 --mesh team", "claudemesh top -j");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Duration interval = Live.interval(call);
    return ReaderWatch.during(call, () -> watch(call, interval));
  }

  private static ExitCode watch(Call call, Duration interval)
      throws CliException, IOException, InterruptedException {
    DaemonAccess daemon = DaemonAccess.required(call);
    Moments moments = new Moments();
    Runnable news = () -> moments.tell(Moment.NEWS);
    TopLook look = new TopLook(call, daemon, interval);
    try (PeerSource peers = new DaemonPeers(call, daemon);
        Looker<Optional<TopReading>> looker = new Looker<>(interval, look::now, news);
        Looker<Json> peerLooker = new Looker<>(interval, peers::look, news)) {
      peers.begin(
          () -> {
            looker.poke();
            peerLooker.poke();
          });
      looker.start();
      peerLooker.start();
      new Shown(call, moments, looker, peerLooker).show();
    }
    return ExitCode.OK;
  }

  /** How one call shows what its lookers see. */
  private record Shown(
      Call call, Moments moments, Looker<Optional<TopReading>> looker, Looker<Json> peerLooker) {

    void show() throws CliException, IOException, InterruptedException {
      if (call.wantsJson()) {
        printLines();
      } else if (Live.isOnScreen(call)) {
        Live.show(call, moments, this::picture);
      } else {
        printOnce();
      }
    }

    private List<String> picture(Terminal.Size size, boolean keys) throws CliException {
      Optional<Optional<TopReading>> seen = looker.seen();
      if (seen.isEmpty() || seen.get().isEmpty()) {
        return seen.isEmpty() ? List.of() : GONE;
      }
      return new TopPicture(call.mayColour(), size.columns(), size.rows())
          .of(seen.get().get(), call.mesh(), present(), keys ? "q quits" : "Ctrl-C quits");
    }

    /** Who is there; empty before the first answer. */
    private Optional<TopPeers> present() throws CliException {
      boolean all = call.arguments().has(PeerListVerb.ALL.name());
      return peerLooker
          .seen()
          .map(
              answer ->
                  new TopPeers(new PeerRows(answer.list("peers"), all), answer.list("errors")));
    }

    private void printOnce() throws CliException, IOException, InterruptedException {
      Optional<TopReading> reading = Optional.empty();
      while (reading.flatMap(TopReading::rates).isEmpty() || present().isEmpty()) {
        moments.next();
        reading = looker.seen().flatMap(seen -> seen);
      }
      TopPicture picture = new TopPicture(call.mayColour(), call.width(), Integer.MAX_VALUE);
      call.out().text(String.join("\n", picture.of(reading.get(), call.mesh(), present(), "")));
    }

    private void printLines() throws CliException, IOException, InterruptedException {
      Optional<TopReading> printed = Optional.empty();
      boolean away = false;
      while (true) {
        moments.next();
        Optional<Optional<TopReading>> seen = looker.seen();
        if (seen.isEmpty() || present().isEmpty()) {
          continue;
        }
        Optional<TopReading> now = seen.get();
        if (now.isEmpty() != away) {
          away = now.isEmpty();
          call.out().json(EventsVerb.notice(away ? "away" : "back"));
        }
        if (now.isPresent() && !now.equals(printed)) {
          call.out().json(TopJson.of(now.get(), call.mesh(), present().get()));
          printed = now;
        }
      }
    }
  }
}

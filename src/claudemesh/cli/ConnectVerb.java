package claudemesh.cli;

import claudemesh.client.EndingAdvice;
import claudemesh.client.SessionBrokerClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.lifecycle.Ending;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** {@code connect}: the pipe. */
final class ConnectVerb implements Verb {

  /** A reader that has gone waits for nothing; the broker notices the rest by itself. */
  private static final Duration HASTE = Duration.ofMillis(300);

  private static final Duration LAST_ACKS_AFTER_LISTENING = Duration.ofSeconds(1);
  private static final Flag AS =
      Flag.value("as", "NAME", "the session's name; your display name unless given");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("connect", "pipe JSON lines through a session of its own")
        .flags(
            VerbSpec.MESH,
            AS,
            PipeOptions.TO,
            PipeOptions.LISTEN,
            PipeOptions.COUNT,
            PipeOptions.TIMEOUT,
            PipeOptions.ONLY,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.VERBOSE)
        .about(
            "The session is a connection of this process, whether a daemon runs or not: it ends"
                + " with it, and so does its key.",
            "Standard input: one JSON object a line,"
                + " {\"to\",\"body\",\"priority\"?,\"reply_to\"?,\"id\"?}, or with --to plain text."
                + " \"to\" is a name of the peer list, a key or the first six or more digits of"
                + " one, * or @GROUP.",
            "Standard output: one JSON object a line, each written at once: types "
                + String.join(", ", PipeRecords.TYPES)
                + "; \"claudemesh help json\" explains their fields.",
            "At the end of input it waits for every ack and leaves. A lost connection heals"
                + " underneath: lines read meanwhile are held and sent in order. A received message"
                + " is acknowledged once it is written; one that --only leaves out is not.",
            "Exit codes: 1 if a line was bad or --count was not reached, 4 if messages went unsent,"
                + " 5 if the broker refused the session or a message.")
        .examples(
            "echo '{\"to\":\"echo\",\"body\":\"hello\"}' | claudemesh connect --only message"
                + " --count 1",
            "tail -f app.log | claudemesh connect --as logs --to alice",
            "claudemesh connect --listen --only message </dev/null | jq -r .body");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    MeshAccess.tellOwn(call);
    PipeOptions options = PipeOptions.of(call.arguments());
    Deadline listening = options.timeout().map(Deadline::in).orElse(null);
    JoinedMesh mesh = Meshes.one(call);
    String name = Meshes.displayName(call, AS.name(), Optional.of(mesh));
    Ends ends = new Ends();
    Pipe pipe = new Pipe(mesh.slug(), name, call, options, ends);
    SessionBrokerClient session = Connections.session(mesh, Connections.options(call, name), pipe);
    try {
      pipe.start(session);
      boolean inTime = ends.awaitReason(options.stays(), options.stays() ? listening : null);
      awaitAcks(call, ends, inTime ? options.timeout() : Optional.of(LAST_ACKS_AFTER_LISTENING));
      return verdict(ends, pipe, session, options);
    } finally {
      pipe.stop();
      leave(session, ends);
    }
  }

  /** However many are under way: without a time of the caller's, silence alone ends the wait. */
  private static void awaitAcks(Call call, Ends ends, Optional<Duration> timeout)
      throws InterruptedException {
    Progress.during(
        call.streams(),
        () -> ends.waitingFor("acks to come"),
        () ->
            timeout.isPresent()
                ? ends.awaitSettled(Deadline.in(timeout.get()))
                : ends.awaitSettledWhileItGoesOn(PipeOptions.QUIET));
  }

  private static void leave(SessionBrokerClient session, Ends ends) throws InterruptedException {
    if (ends.isBrokenPipe()) {
      Thread.ofVirtual().start(session::close).join(HASTE);
    } else {
      session.close();
    }
  }

  private static ExitCode verdict(
      Ends ends, Pipe pipe, SessionBrokerClient session, PipeOptions options) throws CliException {
    if (ends.isBrokenPipe()) {
      return ExitCode.BROKEN_PIPE;
    }
    Optional<String> unsent = ends.unsent("messages", 0);
    Optional<Ending> closed = ends.finalEnding();
    if (closed.isPresent()) {
      throw new CliException(
          Connections.codeOf(closed.get()),
          EndingAdvice.of(closed.get()) + unsent.map(words -> " (" + words + ")").orElse(""));
    }
    if (!ends.wasOpened() || unsent.isPresent()) {
      String why = session.lastEnding().map(EndingAdvice::of).orElse("no ack came in time");
      throw new CliException(
          ExitCode.UNREACHABLE, unsent.orElse("cannot reach the broker") + ": " + why);
    }
    if (options.count().isPresent() && !ends.isEnough()) {
      throw new CliException(
          ExitCode.FAILED,
          "only " + pipe.received() + " of " + options.count().get() + " messages came in time");
    }
    return verdictOnLines(pipe);
  }

  private static ExitCode verdictOnLines(Pipe pipe) throws CliException {
    if (pipe.refusedLines() > 0) {
      throw new CliException(
          ExitCode.REFUSED, pipe.refusedLines() + " messages were refused; see the error records");
    }
    if (pipe.badLines() > 0) {
      throw new CliException(
          ExitCode.FAILED, pipe.badLines() + " lines were not sent; see the error records");
    }
    return ExitCode.OK;
  }
}

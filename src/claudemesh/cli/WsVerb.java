package claudemesh.cli;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.HelloReply;
import claudemesh.lifecycle.HelloSource;
import claudemesh.lifecycle.WsCounter;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsOptions;
import claudemesh.lifecycle.WsStatus;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** {@code ws}: the bare lifecycle on any WebSocket, as a pipe. */
final class WsVerb implements Verb {

  private static final Duration HASTE = Duration.ofMillis(300);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_HELLO_BYTES = 1 << 20;
  private static final List<String> RESERVED =
      List.of("connection", "content-length", "expect", "host", "upgrade");
  private static final Flag HELLO =
      Flag.value(
          "hello",
          "JSON|@FILE",
          "send this first on every connection; @FILE is read afresh each time");
  private static final Flag ACK =
      Flag.value(
          "ack",
          "FIELD=VALUE",
          "open only when a JSON frame answers the hello with this; {\"type\":\"error\"} refuses"
              + " it");
  private static final Flag HEADER =
      Flag.repeated("header", "NAME:VALUE", "add a header field to the upgrade request").or("H");
  private static final Flag COUNT =
      Flag.value("count", "N", "leave after N frames received, even at the end of input").or("n");
  private static final Flag TIMEOUT =
      Flag.value(
              "timeout",
              "S",
              "with --listen or --count: leave after S seconds; else: wait S seconds (30 unless"
                  + " given) until all is written")
          .or("t");
  private static final Flag STATUS =
      Flag.on("status", "print {\"type\":\"status\",…} lines among the frames");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("ws", "pipe lines through any WebSocket, kept connected")
        .operands("URL", 1, 1)
        .flags(
            HELLO,
            ACK,
            HEADER,
            PipeOptions.LISTEN,
            COUNT,
            TIMEOUT,
            STATUS,
            Network.CA,
            Network.CLIENT_CERT)
        .about(
            "Each line of standard input is sent as a text frame, each text frame printed as a"
                + " line. A frame with line breaks is printed as compact JSON if it is JSON, else"
                + " as a JSON string. At the end of input everything is written out and the"
                + " connection closed.",
            "It reconnects as the mesh verbs do. What was written when a connection was lost may be"
                + " lost with it: a bare WebSocket has no acknowledgements.")
        .examples(
            "echo '{\"ping\":1}' | claudemesh ws wss://example.org/socket --count 1",
            "claudemesh ws ws://127.0.0.1:7900/ws --hello @hello.json --ack type=hello_ack"
                + " --listen");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Arguments arguments = call.arguments();
    Optional<Integer> count = arguments.number(COUNT.name(), 1, Integer.MAX_VALUE);
    Optional<Duration> timeout = arguments.duration(TIMEOUT.name());
    Deadline listening = timeout.map(Deadline::in).orElse(null);
    boolean stays = arguments.has(PipeOptions.LISTEN.name()) || count.isPresent();
    Ends ends = new Ends();
    WsPipe pipe = new WsPipe(call, ends, arguments.has(STATUS.name()), count);
    WsLifecycle<String> lifecycle = WsLifecycle.start(options(call, pipe));
    try {
      pipe.start(lifecycle);
      ends.awaitReason(stays, stays ? listening : null);
      boolean written = awaitWritten(call, ends, lifecycle, timeout.orElse(WRITE_TIMEOUT));
      return verdict(ends, pipe, lifecycle, written, count);
    } finally {
      pipe.stop();
      leave(lifecycle, ends);
    }
  }

  private static WsOptions<String> options(Call call, WsPipe pipe) throws CliException {
    Arguments arguments = call.arguments();
    try {
      WsOptions.Builder<String> builder =
          WsOptions.of(arguments.operand(0), Function.<String>identity())
              .listener(pipe)
              .transport(Network.transport(call));
      for (String header : arguments.values(HEADER.name())) {
        addHeader(builder, header);
      }
      Optional<String> hello = arguments.value(HELLO.name());
      if (hello.isPresent()) {
        builder.hello(helloSource(hello.get()));
      }
      Optional<String> ack = arguments.value(ACK.name());
      if (ack.isPresent()) {
        builder.ack(classifier(ack.get()));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void addHeader(WsOptions.Builder<String> builder, String header)
      throws UsageException {
    int colon = header.indexOf(':');
    String name = header.substring(0, Math.max(colon, 0)).strip();
    if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
      throw new UsageException("--header: expected NAME:VALUE, found " + header);
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (RESERVED.contains(lower) || lower.startsWith("sec-websocket-")) {
      throw new UsageException("--header: " + name + " belongs to the upgrade itself");
    }
    builder.header(name, header.substring(colon + 1).strip());
  }

  private static HelloSource helloSource(String hello) throws UsageException {
    if (!hello.startsWith("@")) {
      try {
        Json.parse(hello);
      } catch (JsonException e) {
        throw new UsageException("--hello: " + e.getMessage());
      }
      return attempt -> hello;
    }
    Path file = Path.of(hello.substring(1));
    if (!Files.isReadable(file)) {
      throw new UsageException("--hello: cannot read " + file);
    }
    return attempt -> SecretFiles.read(file, MAX_HELLO_BYTES).strip();
  }

  /** Tells the answer to the hello by one field. */
  static Function<String, HelloReply> classifier(String expected) throws UsageException {
    int equals = expected.indexOf('=');
    if (equals < 1) {
      throw new UsageException("--ack: expected FIELD=VALUE, found " + expected);
    }
    String field = expected.substring(0, equals);
    String value = expected.substring(equals + 1);
    return frame -> classify(frame, field, value);
  }

  private static HelloReply classify(String frame, String field, String value) {
    try {
      Json json = Json.parseObject(frame);
      boolean accepted =
          json.get(field)
              .filter(found -> found.equals(Json.of(value)) || found.toString().equals(value))
              .isPresent();
      if (accepted) {
        return HelloReply.ACCEPTED;
      }
      boolean error = json.get("type").filter(Json.of("error")::equals).isPresent();
      return error
          ? new HelloReply.Refused(json.string("code", "error"), json.string("message", ""))
          : HelloReply.OTHER;
    } catch (JsonException notJson) {
      return HelloReply.OTHER;
    }
  }

  private static boolean awaitWritten(
      Call call, Ends ends, WsLifecycle<String> lifecycle, Duration timeout)
      throws InterruptedException {
    Deadline deadline = Deadline.in(timeout);
    return Progress.during(
        call.streams(),
        () -> ends.waitingFor("lines to write"),
        () -> ends.awaitSettled(deadline) && isWritten(lifecycle, deadline));
  }

  // Once the connection is gone, what it had not written is counted and waits for nothing.
  private static boolean isWritten(WsLifecycle<String> lifecycle, Deadline deadline)
      throws InterruptedException {
    return lifecycle.awaitWritten(deadline.left()) || lifecycle.status() != WsStatus.OPEN;
  }

  private static void leave(WsLifecycle<String> lifecycle, Ends ends) throws InterruptedException {
    if (ends.isBrokenPipe()) {
      Thread.ofVirtual().start(lifecycle::close).join(HASTE);
    } else {
      lifecycle.close();
    }
  }

  private static ExitCode verdict(
      Ends ends,
      WsPipe pipe,
      WsLifecycle<String> lifecycle,
      boolean written,
      Optional<Integer> count)
      throws CliException {
    if (ends.isBrokenPipe()) {
      return ExitCode.BROKEN_PIPE;
    }
    Optional<String> unsent = ends.unsent("lines", lifecycle.counted(WsCounter.UNSENT));
    Optional<Ending> closed = ends.finalEnding();
    if (closed.isPresent()) {
      throw new CliException(
          Connections.codeOf(closed.get()),
          closed.get().words() + unsent.map(words -> " (" + words + ")").orElse(""));
    }
    if (ends.isEnough()) {
      return ExitCode.OK; // a server that answers and closes may be ahead of our own write's end
    }
    if (!written || unsent.isPresent()) {
      String why = lifecycle.lastEnding().map(Ending::words).orElse("not written in time");
      throw new CliException(
          ExitCode.UNREACHABLE, unsent.orElse("cannot reach the server") + ": " + why);
    }
    if (count.isPresent()) {
      throw new CliException(
          ExitCode.FAILED,
          "only " + pipe.received() + " of " + count.get() + " frames came in time");
    }
    return ExitCode.OK;
  }
}

package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of verbs, in the order that help shows. */
final class Verbs {

  static final List<String> NAMES =
      List.of(
          "up",
          "broker",
          "daemon up",
          "daemon down",
          "daemon status",
          "daemon logs",
          "mesh create",
          "invite",
          "invite list",
          "invite revoke",
          "join",
          "list",
          "leave",
          "connect",
          "send",
          "peer list",
          "rtt",
          "status",
          "whoami",
          "session list",
          "launch",
          "group join",
          "group leave",
          "set status",
          "set summary",
          "set visible",
          "inbox",
          "inbox clear",
          "outbox",
          "outbox retry",
          "outbox drop",
          "message status",
          "state get",
          "state set",
          "state list",
          "remember",
          "recall",
          "forget",
          "topic create",
          "topic list",
          "topic join",
          "topic leave",
          "topic history",
          "topic send",
          "kick",
          "disconnect",
          "ban",
          "unban",
          "bans",
          "events",
          "why",
          "doctor",
          "top",
          "ws",
          "mcp",
          "install",
          "uninstall",
          "completion",
          "version",
          "help");

  private Verbs() {}

  /** A fresh instance of the verb of that name, which must be one of {@link #NAMES}. */
  static Verb create(String name) {
    // A switch and not a map of constructors: a call loads its own verb and no other.
    return switch (name) {
      case "up" -> new UpVerb();
      case "broker" -> new BrokerVerb();
      case "daemon up" -> new DaemonUpVerb();
      case "daemon down" -> new DaemonDownVerb();
      case "daemon logs" -> new DaemonLogsVerb();
      case "mesh create" -> new MeshCreateVerb();
      case "invite" -> new InviteVerb();
      case "invite list" -> new InviteListVerb();
      case "invite revoke" -> new InviteRevokeVerb();
      case "join" -> new JoinVerb();
      case "list" -> new ListVerb();
      case "leave" -> new LeaveVerb();
      case "connect" -> new ConnectVerb();
      case "send" -> new SendVerb(false);
      case "peer list" -> new PeerListVerb();
      case "rtt" -> new RttVerb();
      case "status", "daemon status" -> new StatusVerb(name);
      case "whoami" -> new WhoamiVerb();
      case "session list" -> new SessionListVerb();
      case "launch" -> new LaunchVerb();
      case "group join" -> new GroupVerb(true);
      case "group leave" -> new GroupVerb(false);
      case "set status" -> new SetVerb("status");
      case "set summary" -> new SetVerb("summary");
      case "set visible" -> new SetVerb("visible");
      case "inbox" -> new InboxVerb();
      case "inbox clear" -> new InboxClearVerb();
      case "message status" -> new MessageStatusVerb();
      case "state get" -> new StateVerb("get");
      case "state set" -> new StateVerb("set");
      case "state list" -> new StateVerb("list");
      case "topic create" -> new TopicVerb("create");
      case "topic list" -> new TopicListVerb();
      case "topic join" -> new TopicVerb("join");
      case "topic leave" -> new TopicVerb("leave");
      case "topic history" -> new TopicHistoryVerb();
      case "topic send" -> new SendVerb(true);
      case "bans" -> new BansVerb();
      case "events" -> new EventsVerb();
      case "why" -> new WhyVerb();
      case "doctor" -> new DoctorVerb();
      case "top" -> new TopVerb();
      case "outbox", "outbox retry", "outbox drop" -> new OutboxVerb(name);
      case "remember", "recall", "forget" -> new MemoryVerb(name);
      case "kick", "disconnect", "ban", "unban" -> new ModerationVerb(name);
      case "ws" -> new WsVerb();
      case "mcp" -> new McpVerb();
      case "install" -> new InstallVerb();
      case "uninstall" -> new UninstallVerb();
      case "completion" -> new CompletionVerb();
      case "version" -> new VersionVerb();
      case "help" -> new HelpVerb();
      default -> throw new IllegalArgumentException("no verb of the table: " + name);
    };
  }

  /**
   * Which verb the words start with; verbs of two words come first.
   *
   * @throws UsageException if they start with none; the message suggests one
   */
  static String named(List<String> words) throws UsageException {
    Optional<String> found = startOf(words);
    if (found.isEmpty()) {
      throw unknown(words);
    }
    return found.get();
  }

  /** The verb that the words start with, if there is one; verbs of two words come first. */
  static Optional<String> startOf(List<String> words) {
    for (int count = Math.min(2, words.size()); count > 0; count--) {
      String name = String.join(" ", words.subList(0, count));
      if (NAMES.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private static UsageException unknown(List<String> words) {
    List<String> begun = new ArrayList<>();
    for (String name : NAMES) {
      if (name.startsWith(words.get(0) + " ")) {
        begun.add(name);
      }
    }
    if (!begun.isEmpty()) {
      return new UsageException(
          "\"" + words.get(0) + "\" is half a verb: " + String.join(", ", begun));
    }
    boolean flag = words.size() == 1 || words.get(1).startsWith("-");
    String two = flag ? words.get(0) : words.get(0) + " " + words.get(1);
    String question = Nearest.question(two, NAMES);
    if (question.isEmpty()) {
      question = Nearest.question(words.get(0), NAMES);
    }
    return new UsageException("unknown verb \"" + words.get(0) + "\"" + question);
  }
}

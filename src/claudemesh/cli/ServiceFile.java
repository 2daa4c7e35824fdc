package claudemesh.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What tells a system's service manager to keep the daemon running for one user: a systemd user
 * unit or a launchd agent.
 *
 * @param path where the manager looks for it
 * @param text its content
 * @param start commands that make the manager read and start it, in order
 * @param stop commands that make the manager stop and forget it, in order
 */
record ServiceFile(Path path, String text, List<List<String>> start, List<List<String>> stop) {

  private static final String UNIT = "claudemesh.service";
  private static final String LABEL = "claudemesh.daemon";

  /**
   * A systemd user unit (systemd.service(5), systemd.exec(5)). Of the sandbox only what a user's
   * own manager can give without privileges is asked for: system call filters and flags. Memory
   * stays writable and executable, since a JVM compiles.
   *
   * @param command how to start the daemon, a word each; the first is an absolute path
   * @param variables for the daemon
   * @param configHome the folder of the user's configuration, such as {@code ~/.config}
   */
  static ServiceFile systemd(List<String> command, Map<String, String> variables, Path configHome) {
    StringBuilder unit =
        new StringBuilder(
            """
            # Written by "claudemesh install"; "claudemesh uninstall" removes it.
            [Unit]
            Description=claudemesh daemon
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            # The daemon has systemd-notify say that it is ready: Java has no datagram Unix sockets.
            NotifyAccess=all
            """);
    unit.append("ExecStart=");
    for (int i = 0; i < command.size(); i++) {
      unit.append(i == 0 ? "" : " ").append(systemdWord(command.get(i)).replace("$", "$$"));
    }
    unit.append('\n');
    variables.forEach(
        (name, value) ->
            unit.append("Environment=").append(systemdWord(name + "=" + value)).append('\n'));
    unit.append(
        """
        Restart=on-failure
        RestartSec=2
        TimeoutStopSec=10
        # A JVM that was told to end ends with 143.
        SuccessExitStatus=143
        UMask=0077
        LimitNOFILE=65536
        NoNewPrivileges=yes
        LockPersonality=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        RestrictNamespaces=yes
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
        SystemCallArchitectures=native

        [Install]
        WantedBy=default.target
        """);
    List<String> systemctl = List.of("systemctl", "--user");
    return new ServiceFile(
        configHome.resolve("systemd/user").resolve(UNIT),
        unit.toString(),
        List.of(with(systemctl, "daemon-reload"), with(systemctl, "enable", "--now", UNIT)),
        List.of(with(systemctl, "disable", "--now", UNIT), with(systemctl, "daemon-reload")));
  }

  // Quotes, specifiers (%) and backslashes mean something there.
  private static String systemdWord(String word) {
    String escaped =
        word.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%").replace("\n", "\\n");
    return "\"" + escaped + "\"";
  }

  /**
   * A launchd agent (launchd.plist(5)).
   *
   * @param command how to start the daemon, a word each; the first is an absolute path
   * @param variables for the daemon
   * @param home the user's home folder
   * @param log where its diagnostics go
   */
  static ServiceFile launchd(
      List<String> command, Map<String, String> variables, Path home, Path log) {
    StringBuilder words = new StringBuilder();
    command.forEach(word -> words.append("    <string>").append(xml(word)).append("</string>\n"));
    StringBuilder environment = new StringBuilder();
    variables.forEach(
        (name, value) ->
            environment
                .append("    <key>" + xml(name) + "</key>\n")
                .append("    <string>" + xml(value) + "</string>\n"));
    String text =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" \
        "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <!-- Written by "claudemesh install"; "claudemesh uninstall" removes it. -->
        <plist version="1.0">
        <dict>
          <key>Label</key>
          <string>%s</string>
          <key>ProgramArguments</key>
          <array>
        %s  </array>
          <key>EnvironmentVariables</key>
          <dict>
        %s  </dict>
          <key>RunAtLoad</key>
          <true/>
          <key>KeepAlive</key>
          <dict>
            <key>SuccessfulExit</key>
            <false/>
          </dict>
          <key>ThrottleInterval</key>
          <integer>2</integer>
          <key>ExitTimeOut</key>
          <integer>10</integer>
          <key>Umask</key>
          <integer>63</integer>
          <key>StandardErrorPath</key>
          <string>%s</string>
        </dict>
        </plist>
        """
            .formatted(LABEL, words, environment, xml(log.toString()));
    Path file = home.resolve("Library/LaunchAgents").resolve(LABEL + ".plist");
    return new ServiceFile(
        file,
        text,
        List.of(List.of("launchctl", "load", "-w", file.toString())),
        List.of(List.of("launchctl", "unload", "-w", file.toString())));
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }
}

package claudemesh.cli;

import claudemesh.daemon.ConfigFolder;
import claudemesh.daemon.DaemonFolder;
import claudemesh.daemon.JoinedMesh;
import claudemesh.lifecycle.TlsSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * {@code doctor}: looks at everything that a mesh needs, and says of each whether it is well, what
 * was found, and what to do about it.
 *
 * <pre>
 *   java, config ──┬──► permissions … broker            this machine
 *                  ├──► proxy … round_trip              one mesh     all at the same time,
 *                  └──► proxy … round_trip              another one  told one after the other
 * </pre>
 */
final class DoctorVerb implements Verb {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long sessions may take to leave the mesh once all is told. */
  private static final Duration LEAVING = Duration.ofSeconds(3);

  private static final Flag TIMEOUT =
      Flag.value("timeout", "S", "give up on a check after S seconds; 5 unless given").or("t");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("doctor", "check what a mesh needs, and say what to do about it")
        .flags(
            VerbSpec.MESH,
            TIMEOUT,
            BrokerFolder.DATA,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.JSON)
        .about(
            "Of this machine: java, config, permissions, disk, daemon, broker. Of each mesh, or of"
                + " the one that --mesh names: proxy, dns, tcp, tls, upgrade, clock, hello,"
                + " round_trip. A check that cannot be done since another one failed is skipped."
                + " Nothing is changed; the round trip sends a few messages between two sessions of"
                + " its own.",
            "The check of a broker looks at the data folder of one on this machine, the usual or"
                + " the one of --data: whether it runs and answers, whether its store is sound,"
                + " and whether the disk has room. Call it as the user whose folder it is.",
            "Each check takes 5 seconds at most, or as --timeout says; meshes are looked at"
                + " together. Exit code 0 if nothing failed, else the one that suits the first"
                + " check that did: 3 for a mesh that was not joined, 4 for what keeps the broker"
                + " out of reach, 5 for a refusal, 6 for a daemon that does not answer, 1 for the"
                + " rest.",
            "With --json, a line for each check:"
                + " {\"check\",\"mesh\"?,\"status\",\"found\",\"advice\"?,\"because\"?,\"figures\"?,\"took_ms\"};"
                + " a status is ok, warn, fail or skipped; because names the failed check for whose"
                + " sake this one was skipped; which figures there are goes by the check, and"
                + " \"claudemesh help json\" explains them.")
        .examples(
            "claudemesh doctor",
            "claudemesh doctor --mesh team --timeout 2",
            "claudemesh doctor --data /var/lib/claudemesh",
            "claudemesh doctor --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Duration patience = call.arguments().duration(TIMEOUT.name()).orElse(PATIENCE);
    requireUsable(Network.tls(call));
    DoctorReport report = new DoctorReport(call);
    ConfigFolder folder = call.configFolder();
    ConfigCheck config =
        new ConfigCheck(folder, call.environment(), call.arguments().value(VerbSpec.MESH.name()));
    Checkup first = new Checkup(Optional.empty(), List.of(new JavaCheck(), config), patience);
    first.run();
    report.tell("", first);
    ExecutorService each = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Map<Checkup, String> headings = new LinkedHashMap<>();
      headings.put(beginMachine(each, call, folder, patience), "");
      for (JoinedMesh mesh : config.meshes()) {
        headings.put(begin(each, call, mesh, patience), mesh.slug() + " at " + mesh.brokerUrl());
      }
      if (config.meshes().isEmpty()) {
        headings.put(beginNone(each, config.none(), patience), "no mesh");
      }
      for (Map.Entry<Checkup, String> checkup : headings.entrySet()) {
        report.tell(checkup.getValue(), checkup.getKey());
      }
      each.shutdown();
      each.awaitTermination(LEAVING.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      each.shutdownNow();
    }
    return report.end();
  }

  private static void requireUsable(TlsSettings tls) throws CliException {
    try {
      tls.requireUsable();
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  private static Checkup beginMachine(
      ExecutorService each, Call call, ConfigFolder config, Duration patience) {
    Map<String, String> environment = call.environment();
    DaemonFolder daemon = DaemonFolder.of(environment, config);
    List<Check> checks =
        List.of(
            new PermissionsCheck(config, daemon, BrokerFolder.of(call)),
            new DiskCheck(environment, config, daemon),
            new DaemonCheck(environment, daemon),
            new BrokerCheck(call));
    Checkup checkup = new Checkup(Optional.empty(), checks, patience);
    each.submit(() -> run(checkup));
    return checkup;
  }

  private static Checkup begin(
      ExecutorService each, Call call, JoinedMesh mesh, Duration patience) {
    Optional<String> fault = ConfigCheck.faultOfAddress(mesh);
    if (fault.isPresent()) {
      Finding why = Finding.skippedBecause("config", fault.get());
      List<Check> none = MeshExam.checksOfNone(why);
      Checkup checkup = new Checkup(Optional.of(mesh.slug()), none, patience);
      each.submit(() -> run(checkup));
      return checkup;
    }
    MeshExam exam = new MeshExam(call, mesh);
    Checkup checkup = new Checkup(Optional.of(mesh.slug()), exam.checks(), patience);
    each.submit(
        () -> {
          try (exam) {
            return run(checkup);
          }
        });
    return checkup;
  }

  private static Checkup beginNone(ExecutorService each, Finding why, Duration patience) {
    Checkup checkup = new Checkup(Optional.empty(), MeshExam.checksOfNone(why), patience);
    each.submit(() -> run(checkup));
    return checkup;
  }

  // A task that returns may throw: an interrupt ends it, and nobody waits for its findings then.
  private static Checkup run(Checkup checkup) throws InterruptedException {
    checkup.run();
    return checkup;
  }
}

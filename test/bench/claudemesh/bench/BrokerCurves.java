package claudemesh.bench;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** How the broker's costs grow with the members of a mesh, and with what is queued. */
final class BrokerCurves {

  private static final int ABSENT = 100;

  private final Report report;
  private final Path folder;
  private final boolean quick;

  BrokerCurves(Report report, Path folder, boolean quick) {
    this.report = report;
    this.folder = folder;
    this.quick = quick;
  }

  void run() throws Exception {
    report.section("cost by members of a mesh, all of them connected");
    for (int members : new int[] {10, 10, 100, 1_000}) { // the first is warm-up of this process
      members(members);
    }
    queued(quick ? 100_000 : 1_000_000);
  }

  private void members(int members) throws IOException {
    Path data = folder.resolve("members-" + System.nanoTime());
    Path people = People.write(People.create(data, 1, members), folder.resolve("members"));
    try (BrokerUnderTest broker = BrokerUnderTest.start(data)) {
      warmUp(broker);
      String title = String.format("%,d members: ", members);
      long cpu = broker.cpuMicros();
      try (Child idle =
          Child.java(List.of(), IdleLoad.class, broker.port, people, "member", members, 0)) {
        Json connected = Json.parseObject(idle.line());
        report.row(title + "hello", 1e6 / connected.number("per_second"), "µs each");
        report.row(
            title + "broker's processor time for a hello",
            (broker.cpuMicros() - cpu) / (double) members,
            "µs each");
        long broadcast = median(idle, "broadcast");
        report.row(title + "a broadcast until all have it", broadcast / 1e3, "ms");
        report.row(title + "  for each receiver", broadcast / (double) (members - 1), "µs");
        report.row(title + "a peer list", median(idle, "peers") / 1e3, "ms");
      }
      direct(broker, people, title);
    }
  }

  // Ten peers talk; the others are members whose connections have just ended.
  private void direct(BrokerUnderTest broker, Path people, String title) throws IOException {
    Path few = People.write(People.read(people).subList(0, 10), folder.resolve("few"));
    try (Child load =
        Child.java(List.of(), MessageLoad.class, "lean", broker.port, few, "20000:0", "20000:0")) {
      load.line();
      long cpu = broker.cpuMicros();
      Json result = Json.parseObject(load.line());
      report.row(title + "a direct message", 1e6 / result.number("per_second"), "µs each");
      report.row(
          title + "  broker's processor time", (broker.cpuMicros() - cpu) / 20_000.0, "µs each");
    }
  }

  private void warmUp(BrokerUnderTest broker) throws IOException {
    Path data = folder.resolve("warm");
    List<People.Person> warm = People.create(broker.data, 1, 10);
    Path people = People.write(warm, data);
    try (Child load =
        Child.java(List.of(), MessageLoad.class, "lean", broker.port, people, "20000:0")) {
      load.line();
    }
    try (Child idle =
        Child.java(List.of(), IdleLoad.class, broker.port, people, "session", 500, 0)) {
      idle.line();
      median(idle, "broadcast");
    }
  }

  private static long median(Child load, String order) throws IOException {
    long[] micros = new long[9];
    for (int i = 0; i < micros.length; i++) {
      micros[i] = Json.parseObject(load.ask(order)).number("us");
    }
    Arrays.sort(micros);
    return micros[micros.length / 2];
  }

  // ── queued messages ──────────────────────────────────────────────────────────────────────────

  private void queued(int most) throws Exception {
    report.section("cost by messages that wait for " + ABSENT + " members who are away");
    Path data = folder.resolve("queued");
    Path people = People.write(People.create(data, 1, ABSENT + 1), folder.resolve("absent"));
    int step = most / 5;
    try (BrokerUnderTest broker = BrokerUnderTest.start(data);
        Child load = Child.java(List.of(), BacklogLoad.class, broker.port, people)) {
      load.ask("fill 50000");
      load.ask("drain 50000"); // warm-up
      for (int queued = 0; queued < most; queued += step) {
        long cpu = broker.cpuMicros();
        Json filled = Json.parseObject(load.ask("fill " + step));
        String title = String.format("%,d to %,d queued: ", queued, queued + step);
        report.row(title + "a send", filled.number("ns") / 1e3 / step, "µs each");
        report.row(
            title + "  broker's processor time",
            (broker.cpuMicros() - cpu) / (double) step,
            "µs each");
        Json claimed = Json.parseObject(load.ask("claim"));
        report.row(title + "hello until the first 100 came", claimed.number("us") / 1e3, "ms");
      }
      report.row("peak memory of the broker", broker.peak() / (double) (1 << 20), "MB");
    }
    try (BrokerUnderTest broker = BrokerUnderTest.start(data);
        Child load = Child.java(List.of(), BacklogLoad.class, broker.port, people)) {
      report.row(
          String.format("start of the broker with %,d queued", most), broker.startMillis, "ms");
      Json drained = Json.parseObject(load.ask("drain " + most));
      report.row("all of it delivered", drained.number("ns") / 1e3 / most, "µs each");
      report.row("peak memory of the broker", broker.peak() / (double) (1 << 20), "MB");
    }
    try (BrokerUnderTest broker = BrokerUnderTest.start(data)) {
      report.row("start of the broker with nothing queued", broker.startMillis, "ms");
    }
  }
}

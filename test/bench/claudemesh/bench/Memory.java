package claudemesh.bench;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process uses, after collecting its garbage.
 *
 * @param heap bytes of live objects, virtual threads' stacks among them
 * @param direct bytes of buffers outside the heap
 * @param resident bytes of memory the operating system gave it; 0 where there is no /proc
 */
record Memory(long heap, long direct, long resident) {

  static Memory now() {
    for (int i = 0; i < 3; i++) {
      System.gc(); // a collection frees what the one before made unreachable
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Memory(heap, direct, readResident());
  }

  private static long readResident() {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Heap and direct buffers: what the connections themselves hold. */
  long held() {
    return heap + direct;
  }

  Json encode() {
    return Json.object().put("heap", heap).put("direct", direct).put("resident", resident).build();
  }

  static Memory decode(String line) {
    Json json = Json.parseObject(line);
    return new Memory(json.number("heap"), json.number("direct"), json.number("resident"));
  }
}

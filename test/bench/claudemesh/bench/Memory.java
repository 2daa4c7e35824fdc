package claudemesh.bench;

import claudemesh.json.Json;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What a process uses, after collecting its garbage.
 *
 * @param heap bytes of live objects, virtual threads' stacks among them
 * @param direct bytes of buffers outside the heap
 * @param resident bytes of memory the operating system gave it; 0 where there is no /proc
 */
record Memory(long heap, long direct, long resident) {

  /** Of this process. */
  static Memory now() {
    try {
      return of(ManagementFactory.getPlatformMBeanServer(), "self");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Of another JVM of the same user, which gets a management agent for it. */
  static Memory of(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      String address = machine.startLocalManagementAgent();
      machine.detach();
      try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
        return of(connector.getMBeanServerConnection(), Long.toString(pid));
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("process " + pid + " is no JVM that can be attached to", e);
    }
  }

  private static Memory of(MBeanServerConnection server, String process) throws IOException {
    MemoryMXBean memory =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    for (int i = 0; i < 3; i++) {
      memory.gc(); // a collection frees what the one before made unreachable
    }
    long heap = memory.getHeapMemoryUsage().getUsed();
    List<BufferPoolMXBean> pools =
        ManagementFactory.getPlatformMXBeans(server, BufferPoolMXBean.class);
    long direct =
        pools.stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Memory(heap, direct, statusKb(process, "VmRSS") << 10);
  }

  /**
   * A line of a process's status.
   *
   * @param process its id, or {@code self}
   * @param name such as {@code VmHWM}, the most it ever had resident
   * @return kilobytes; 0 where there is no /proc
   */
  static long statusKb(String process, String name) throws IOException {
    Path status = Path.of("/proc", process, "status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(name + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElse(0);
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

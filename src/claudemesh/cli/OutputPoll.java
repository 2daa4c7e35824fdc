package claudemesh.cli;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Asks the system whether anybody still reads standard output: {@code poll(2)} with no event to
 * wait for reports errors all the same, and the end of a pipe is one. The JDK's way to call it,
 * {@code java.lang.foreign}, is younger than 21 and so reached by name; the process must have been
 * started with native access for this program, or the JDK would complain. For one thread.
 *
 * <pre>
 *   struct pollfd   0  int fd   4  short events   6  short revents     Linux and macOS alike
 * </pre>
 */
final class OutputPoll implements ReaderWatch.Poll {

  private static final String FOREIGN = "java.lang.foreign.";
  private static final int STANDARD_OUTPUT = 1;
  private static final int RECORD_BYTES = 8;
  private static final int OUTCOME_AT = 6;
  private static final int WAIT_MILLIS = 1_000;

  /** POLLERR and POLLHUP. */
  private static final int GONE = 0x08 | 0x10;

  private final ByteBuffer stream =
      ByteBuffer.allocateDirect(RECORD_BYTES)
          .order(ByteOrder.nativeOrder())
          .putInt(0, STANDARD_OUTPUT);
  private MethodHandle poll;

  /** Whether this system has it, and this Java may call it. */
  static boolean canBeHad() {
    String system = System.getProperty("os.name");
    try {
      Object allowed =
          Module.class.getMethod("isNativeAccessEnabled").invoke(OutputPoll.class.getModule());
      return (system.equals("Linux") || system.equals("Mac OS X")) && allowed.equals(true);
    } catch (ReflectiveOperationException older) {
      return false; // Java 21
    }
  }

  /** Waits for a second at most. */
  @Override
  public boolean readerHasGone() throws IOException {
    try {
      if (poll == null) {
        poll = handle();
      }
      stream.putShort(OUTCOME_AT, (short) 0);
      int found = (int) poll.invokeWithArguments(segment(stream), 1L, WAIT_MILLIS);
      if (found < 0) {
        throw new IOException("poll failed");
      }
      return (stream.getShort(OUTCOME_AT) & GONE) != 0;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("poll cannot be called: " + e, e);
    }
  }

  private static Object segment(ByteBuffer bytes) throws ReflectiveOperationException {
    return named("MemorySegment").getMethod("ofBuffer", Buffer.class).invoke(null, bytes);
  }

  /** {@code int poll(struct pollfd *fds, nfds_t nfds, int timeout)}. */
  private static MethodHandle handle() throws ReflectiveOperationException {
    Class<?> linkers = named("Linker");
    Object linker = linkers.getMethod("nativeLinker").invoke(null);
    Object library = linkers.getMethod("defaultLookup").invoke(linker);
    Optional<?> poll =
        (Optional<?>) named("SymbolLookup").getMethod("find", String.class).invoke(library, "poll");
    if (poll.isEmpty()) {
      throw new NoSuchMethodException("poll, in the system's library");
    }
    Class<?> layouts = named("MemoryLayout");
    Object number = named("ValueLayout").getField("JAVA_INT").get(null);
    Object parameters = Array.newInstance(layouts, 3);
    Array.set(parameters, 0, named("ValueLayout").getField("ADDRESS").get(null));
    Array.set(parameters, 1, named("ValueLayout").getField("JAVA_LONG").get(null));
    Array.set(parameters, 2, number);
    Object signature =
        named("FunctionDescriptor")
            .getMethod("of", layouts, parameters.getClass())
            .invoke(null, number, parameters);
    Object options = Array.newInstance(named("Linker$Option"), 0);
    return (MethodHandle)
        linkers
            .getMethod(
                "downcallHandle",
                named("MemorySegment"),
                named("FunctionDescriptor"),
                options.getClass())
            .invoke(linker, poll.get(), signature, options);
  }

  private static Class<?> named(String name) throws ClassNotFoundException {
    return Class.forName(FOREIGN + name);
  }
}

package claudemesh.cli;

import claudemesh.json.Log;
import java.io.IOException;
import java.lang.reflect.Proxy;

/**
 * Hears of signals. The JDK has no public class for that; the unsupported one is reached by name,
 * and where it is missing nothing is heard.
 */
final class Signals {

  private Signals() {}

  /**
   * Has something done when a signal comes, in place of what it does otherwise.
   *
   * @param signal its name without SIG
   * @param action done each time, on a thread of its own
   * @return false if this JVM or this system cannot
   */
  static boolean on(String signal, Runnable action) {
    try {
      Class<?> signals = Class.forName("sun.misc.Signal");
      Class<?> handlers = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlers},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                  return null;
                }
                return switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> "hears " + signal;
                };
              });
      Object named = signals.getConstructor(String.class).newInstance(signal);
      signals.getMethod("handle", signals, handlers).invoke(null, named, handler);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      Log.debug("signal_not_heard", "signal", signal, "why", String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** Sends a signal to a process; a failure is logged. */
  static void send(String signal, long pid) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
    } catch (IOException e) {
      Log.warn("signal_not_sent", "signal", signal, "why", String.valueOf(e.getMessage()));
    }
  }
}

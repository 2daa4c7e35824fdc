package claudemesh.cli;

/**
 * Where a broker listens, as typed: {@code HOST:PORT}, {@code HOST}, {@code :PORT} or {@code
 * [V6]:PORT}.
 *
 * @param host a name or address
 * @param port a port; 0 lets the system choose
 */
record Listen(String host, int port) {

  static final Flag FLAG =
      Flag.value(
              "listen",
              "HOST:PORT",
              "where to listen; 127.0.0.1:7900 unless given, port 0 for any free one")
          .or("l");

  private static final String DEFAULT_HOST = "127.0.0.1";
  private static final int DEFAULT_PORT = 7900;
  private static final int LAST_PORT = 65_535;

  static Listen of(Arguments arguments) throws UsageException {
    return parse(arguments.value(FLAG.name()).orElse(DEFAULT_HOST + ":" + DEFAULT_PORT));
  }

  static Listen parse(String text) throws UsageException {
    int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = colon < 0 ? DEFAULT_PORT : port(text, text.substring(colon + 1));
    return new Listen(host.isEmpty() ? DEFAULT_HOST : host, port);
  }

  private static int port(String text, String digits) throws UsageException {
    if (digits.matches("\\d{1,5}") && Integer.parseInt(digits) <= LAST_PORT) {
      return Integer.parseInt(digits);
    }
    throw new UsageException(
        "--listen: expected HOST:PORT with a port from 0 to " + LAST_PORT + ", found " + text);
  }
}

package claudemesh.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/**
 * Inputs that are kept: one a line, in UTF-8, where a backslash begins {@code \r}, {@code \n},
 * {@code \\} or {@code \xHH}. Empty lines and lines that begin with {@code #} are comments.
 */
final class Seeds {

  private Seeds() {}

  static List<byte[]> of(Target target) throws IOException {
    return Files.readAllLines(Target.SEEDS.resolve(target.name() + ".txt")).stream()
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(Seeds::decode)
        .toList();
  }

  private static byte[] decode(String line) {
    byte[] text = line.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = 0; at < text.length; at++) {
      if (text[at] != '\\') {
        bytes.write(text[at]);
        continue;
      }
      at++;
      switch (text[at]) {
        case 'r' -> bytes.write('\r');
        case 'n' -> bytes.write('\n');
        case 'x' -> {
          bytes.write(Integer.parseInt(new String(text, at + 1, 2, StandardCharsets.UTF_8), 16));
          at += 2;
        }
        default -> bytes.write(text[at]);
      }
    }
    return bytes.toByteArray();
  }

  /** An input as one line of such a file. */
  static String encode(byte[] input) {
    StringBuilder line = new StringBuilder();
    for (byte unit : input) {
      switch (unit) {
        case '\r' -> line.append("\\r");
        case '\n' -> line.append("\\n");
        case '\\' -> line.append("\\\\");
        default -> {
          boolean plain = unit > ' ' && unit < 0x7f || unit == ' ' && !line.isEmpty();
          line.append(plain ? String.valueOf((char) unit) : "\\x%02x".formatted(unit & 0xff));
        }
      }
    }
    return line.toString();
  }
}

package claudemesh.http;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a certificate and its key. They are used, or refused with an {@link IOException}
 * that names the file; nothing of a key is in what is said.
 *
 * <p>An input's first byte is 1 if key and certificate are in one file, which follows; otherwise
 * two files follow with a zero byte in between, the certificate's first.
 */
public final class PemTarget extends Target {

  private static final Path CERTIFICATES = Path.of("certificate.pem");
  private static final Path KEYS = Path.of("key.pem");
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----\n([^-]+)-----END [A-Z ]+-----\n");
  private static final String[] LABELS = {
    "CERTIFICATE",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "EC PARAMETERS",
    "TRUSTED CERTIFICATE",
    "A"
  };
  private static final String[] WORDS = {
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN ",
    "-----END ",
    "-----",
    "\r\n",
    "\n",
    "=",
    "==",
    "MII",
    "AAAA",
    "\u00ff",
    "\0",
    " "
  };

  /** Characters in a row that nothing but a key would have in common with a message. */
  private static final int TELLING = 16;

  /** What reading and trying an RSA key takes, and tables of a curve that are made once. */
  private static final long ALLOWED = 16 << 20;

  private final List<String> labels;
  private final List<byte[]> contents;

  /** Reads the certificates and keys that inputs are made of. */
  public PemTarget() {
    super("pem", 20, ALLOWED, WORDS);
    try {
      String all = Files.readString(SEEDS.resolve("certificates.pem"));
      labels = BLOCK.matcher(all).results().map(found -> found.group(1)).toList();
      contents =
          BLOCK
              .matcher(all)
              .results()
              .map(found -> Base64.getMimeDecoder().decode(found.group(2)))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    if (random.nextInt(4) == 0) {
      text.append('\1');
      for (int left = random.nextInt(5); left > 0; left--) {
        block(text, random, random.nextInt(contents.size()));
      }
    } else { // a key and its certificate stand beside each other
      int pair = 2 * random.nextInt(contents.size() / 2);
      text.append('\0');
      block(text, random, pair + 1);
      if (random.nextInt(3) == 0) {
        block(text, random, random.nextInt(contents.size()));
      }
      text.append('\0');
      block(text, random, pair);
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private void block(StringBuilder text, RandomGenerator random, int index) {
    String label = random.nextInt(12) == 0 ? any(random, LABELS) : labels.get(index);
    byte[] content = contents.get(index);
    String encoded =
        Base64.getMimeEncoder()
            .encodeToString(random.nextInt(4) == 0 ? content : broken(content, random));
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(encoded).append("\n-----END ").append(label).append("-----\n");
  }

  // Within the base64, where a change of the text would hardly ever be one of a single byte.
  private static byte[] broken(byte[] content, RandomGenerator random) {
    byte[] broken = content.clone();
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
    }
    return broken;
  }

  @Override
  protected void check(byte[] input) {
    boolean one = input.length > 0 && input[0] == 1;
    String text = new String(input, StandardCharsets.ISO_8859_1);
    text = text.isEmpty() ? text : text.substring(1);
    int border = text.indexOf('\0');
    String certificates = one || border < 0 ? text : text.substring(0, border);
    String keys = one || border < 0 ? text : text.substring(border + 1);
    try {
      ServerCertificate found =
          ServerCertificate.of(PemFile.of(CERTIFICATES, certificates), PemFile.of(KEYS, keys));
      Failed.unless("a certificate is found", !found.chain().isEmpty());
      Failed.unless("it can be shown", found.context(CERTIFICATES) != null);
      Failed.unless("it ends some time", found.expires() != null);
      Failed.unless("its names are listed", found.names() != null);
      requireNoKey(keys, found.toString());
    } catch (IOException e) {
      String said = String.valueOf(e.getMessage());
      Failed.unless("what is refused is named: " + said, isNamed(said));
      requireNoKey(keys, said);
    }
  }

  private static boolean isNamed(String said) {
    return said.contains(CERTIFICATES.toString()) || said.contains(KEYS.toString());
  }

  private static void requireNoKey(String keys, String said) {
    Matcher matcher = BLOCK.matcher(keys);
    while (matcher.find()) {
      String secret = matcher.group(2);
      for (int at = 0; at + TELLING <= secret.length(); at += TELLING) {
        boolean told = said.contains(secret.substring(at, at + TELLING));
        Failed.unless("nothing of a key is said", !told);
      }
    }
  }
}

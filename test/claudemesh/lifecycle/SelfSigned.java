package claudemesh.lifecycle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Certificates that sign themselves, RFC 5280 §4.1, written by hand: keytool is a process that
 * takes a second for each.
 */
final class SelfSigned {

  private static final int BOOLEAN = 0x01;
  private static final int INTEGER = 0x02;
  private static final int BITS = 0x03;
  private static final int OCTETS = 0x04;
  private static final int UTF8 = 0x0c;
  private static final int UTC_TIME = 0x17;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int VERSION = 0xa0;
  private static final int EXTENSIONS = 0xa3;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;

  // Whole, with their tags: RFC 5280 §4.2.1 and A.1, RFC 5758 §3.2, RFC 8017 A.2.4, RFC 8410 §3.
  private static final String COMMON_NAME = "0603550403";
  private static final String ALTERNATIVE_NAME = "0603551d11";
  private static final String BASIC_CONSTRAINTS = "0603551d13";
  private static final String ECDSA_SHA256 = "300a06082a8648ce3d040302";
  private static final String RSA_SHA256 = "300d06092a864886f70d01010b0500";
  private static final String ED25519 = "300506032b6570";

  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private SelfSigned() {}

  /**
   * A certificate authority of its own.
   *
   * @param keys EC, RSA or Ed25519
   * @param name its common name
   * @param alternatives such as {@code dns:host} and {@code ip:127.0.0.1}
   */
  static X509Certificate of(
      KeyPair keys, String name, List<String> alternatives, Instant from, Instant to)
      throws GeneralSecurityException {
    boolean ec = keys.getPublic().getAlgorithm().equals("EC");
    boolean rsa = keys.getPublic().getAlgorithm().equals("RSA");
    byte[] algorithm = HexFormat.of().parseHex(ec ? ECDSA_SHA256 : rsa ? RSA_SHA256 : ED25519);
    byte[] dn = der(SEQUENCE, der(SET, der(SEQUENCE, hex(COMMON_NAME), text(UTF8, name))));
    byte[] content =
        der(
            SEQUENCE,
            der(VERSION, der(INTEGER, new byte[] {2})),
            der(INTEGER, new byte[] {1}),
            algorithm,
            dn,
            der(SEQUENCE, text(UTC_TIME, UTC.format(from)), text(UTC_TIME, UTC.format(to))),
            dn,
            keys.getPublic().getEncoded(),
            der(EXTENSIONS, der(SEQUENCE, authority(), forWhom(alternatives))));
    Signature signature =
        Signature.getInstance(ec ? "SHA256withECDSA" : rsa ? "SHA256withRSA" : "Ed25519");
    signature.initSign(keys.getPrivate());
    signature.update(content);
    byte[] whole = der(SEQUENCE, content, algorithm, der(BITS, new byte[] {0}, signature.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole));
  }

  private static byte[] authority() {
    byte[] yes = der(SEQUENCE, der(BOOLEAN, new byte[] {-1}));
    return der(SEQUENCE, hex(BASIC_CONSTRAINTS), der(OCTETS, yes));
  }

  private static byte[] forWhom(List<String> alternatives) {
    List<byte[]> names = new ArrayList<>();
    for (String each : alternatives) {
      String value = each.substring(each.indexOf(':') + 1);
      names.add(each.startsWith("ip:") ? der(IP_ADDRESS, address(value)) : text(DNS_NAME, value));
    }
    byte[] all = der(SEQUENCE, names.toArray(byte[][]::new));
    return der(SEQUENCE, hex(ALTERNATIVE_NAME), der(OCTETS, all));
  }

  private static byte[] address(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("expected an IP address, found " + literal, e);
    }
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] text(int tag, String text) {
    return der(tag, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A tag, the length of all parts together (X.690 §8.1.3), and the parts. */
  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length > 127) {
      all.write(length > 255 ? 0x82 : 0x81);
    }
    if (length > 255) {
      all.write(length >> 8);
    }
    all.write(length);
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }
}

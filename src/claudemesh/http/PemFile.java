package claudemesh.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The certificates and keys of one PEM file (RFC 7468). What cannot be used is refused with a
 * sentence that names the file and the cure. Nothing of a key is ever part of a message.
 */
final class PemFile {

  private static final int MOST_BYTES = 1 << 20;
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** One block: its label and what stands within, as text. */
  private record Block(String label, String text) {}

  private final Path file;
  private final List<Block> blocks = new ArrayList<>();

  private PemFile(Path file, String text) {
    this.file = file;
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
  }

  static PemFile read(Path file) throws IOException {
    try {
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new IOException(
            file + ": expected a PEM file of at most " + MOST_BYTES + " bytes, found " + size);
      }
      return of(file, Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    }
  }

  /** What a file would be that held this text, which is ISO 8859-1. */
  static PemFile of(Path file, String text) {
    return new PemFile(file, text);
  }

  /** The file, for messages. */
  Path file() {
    return file;
  }

  /** All certificates in the order of the file, at least one. */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals("CERTIFICATE")) {
        found.add(certificate(block));
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          file
              + ": expected the server's certificate in PEM (-----BEGIN CERTIFICATE-----), followed"
              + " by those that signed it; found "
              + labels());
    }
    return found;
  }

  private X509Certificate certificate(Block block) throws IOException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes(block)));
    } catch (CertificateException e) {
      throw new IOException(file + ": a certificate in it is damaged: " + e.getMessage(), e);
    }
  }

  /** The first private key. */
  PrivateKey privateKey() throws IOException {
    for (Block block : blocks) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return privateKey(bytes(block));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new IOException(
                file
                    + ": the key is encrypted, and a server has nobody to ask for the password;"
                    + " write it without one: "
                    + conversion());
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw new IOException(
                file
                    + ": expected a PKCS#8 key (-----BEGIN PRIVATE KEY-----), found -----BEGIN "
                    + block.label()
                    + "-----; convert it: "
                    + conversion());
        default -> {
          // a certificate beside the key, or the parameters that some tools write before it
        }
      }
    }
    throw new IOException(
        file + ": expected a private key (-----BEGIN PRIVATE KEY-----), found " + labels());
  }

  private String conversion() {
    return "(umask 077; openssl pkcs8 -topk8 -nocrypt -in " + file + " -out " + file + ".pk8)";
  }

  // PKCS#8 says which algorithm it is for, but only to those who parse it.
  private PrivateKey privateKey(byte[] encoded) throws IOException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        continue; // of another algorithm
      } catch (GeneralSecurityException e) {
        throw new IOException(file + ": " + algorithm + " keys cannot be read here", e);
      }
    }
    throw new IOException(
        file + ": expected an RSA, EC or Ed25519 key, found another or a damaged");
  }

  private byte[] bytes(Block block) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(block.text());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": expected base64 between the lines of " + block.label(), e);
    }
  }

  private String labels() {
    return blocks.isEmpty() ? "no PEM" : blocks.stream().map(Block::label).toList().toString();
  }
}

package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be used are named, with what to do about it. */
class PemFileTest {

  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static Path good;
  private static Path goodKey;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
    certificates.make("one", "san=dns:one.test");
    certificates.make("two", "san=dns:two.test");
    certificates.make("rsa", "san=dns:rsa.test,dns:*.rsa.test", "RSA");
    good = certificates.pem("one");
    goodKey = certificates.key("one");
  }

  private static Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void refused(Path certificate, Path key, String... words) {
    IOException refusal = assertThrows(IOException.class, () -> ServerTls.load(certificate, key));
    for (String word : words) {
      assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }
    assertFalse(refusal.getMessage().contains("MII"), refusal.getMessage());
  }

  private static String relabeled(Path key, String label) throws IOException {
    return Files.readString(key).replace("PRIVATE KEY", label);
  }

  @Test
  void aKeyInAnotherFormatIsNamedWithTheCommandThatConvertsIt() throws Exception {
    for (String label : new String[] {"RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
      Path old = file("old.key", relabeled(goodKey, label));
      refused(good, old, old + ": expected a PKCS#8 key", label, "openssl pkcs8 -topk8 -nocrypt");
    }
  }

  @Test
  void anEncryptedKeyIsNamedWithTheCommandThatOpensIt() throws Exception {
    Path sealed = file("sealed.key", relabeled(goodKey, "ENCRYPTED PRIVATE KEY"));
    refused(good, sealed, sealed + ": the key is encrypted", "openssl pkcs8 -topk8 -nocrypt");
  }

  @Test
  void keysThatAreNotTheCertificatesAreRefused() {
    refused(good, certificates.key("two"), "two.key", "one.pem", "CN=one");
    refused(good, certificates.key("rsa"), "rsa.key", "one.pem", "CN=one");
  }

  @Test
  void filesWithoutWhatTheyShouldHaveAreNamed() throws Exception {
    Path empty = file("empty.pem", "");
    Path missing = folder.resolve("missing.pem");
    refused(missing, goodKey, missing + ": there is no such file");
    refused(good, missing, missing + ": there is no such file");
    refused(empty, goodKey, empty + ": expected the server's certificate", "found no PEM");
    refused(good, empty, empty + ": expected a private key", "found no PEM");
    refused(goodKey, goodKey, "found [PRIVATE KEY]");
    refused(good, good, "found [CERTIFICATE]");
  }

  @Test
  void damageIsNamed() throws Exception {
    Path noKey = file("noise.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");
    Path noCertificate =
        file("noise.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
    refused(good, noKey, "expected an RSA, EC or Ed25519 key");
    refused(noCertificate, goodKey, noCertificate + ": a certificate in it is damaged");
  }

  @Test
  void certificateAndKeyMayStandInOneFileWithOtherBlocks() throws Exception {
    Path both =
        file(
            "both.pem",
            "some words\n"
                + "-----BEGIN EC PARAMETERS-----\n"
                + "BggqhkjOPQMBBw==\n"
                + "-----END EC PARAMETERS-----\n"
                + Files.readString(goodKey)
                + Files.readString(good));
    assertEquals(List.of("one.test"), ServerTls.load(both, both).names());
  }

  @Test
  void certificatesThatDoNotSignEachOtherAreRefused() throws Exception {
    Path chain =
        file("chain.pem", Files.readString(good) + Files.readString(certificates.pem("two")));
    refused(chain, goodKey, chain.toString(), "CN=one is followed by CN=two");
  }

  @Test
  void namesWithAStarAreNoAddressOfABroker() throws Exception {
    ServerTls tls = ServerTls.load(certificates.pem("rsa"), certificates.key("rsa"));
    assertEquals(List.of("rsa.test"), tls.names());
  }
}

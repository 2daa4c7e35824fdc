package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.CannotOpenException.Why;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.pando.crypto.nacl.SecretBox;

class CryptoBoxTest {
  private static final Ed25519KeyPair ALPHA = Ed25519KeyPair.fromSeedHex("01".repeat(32));
  private static final Ed25519KeyPair BRAVO = Ed25519KeyPair.fromSeedHex("02".repeat(32));

  private final CryptoBox alpha = new CryptoBox(ALPHA);
  private final CryptoBox bravo = new CryptoBox(BRAVO);

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "hello bravo — ü😀", "\u0000"})
  void whatOneSealsTheOtherOpens(String text) throws CannotOpenException {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), text);
    assertEquals(text, bravo.open(ALPHA.publicHex(), sealed.nonce(), sealed.ciphertext()));
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    assertEquals(24, decoded(sealed.nonce()).length);
    assertEquals(16 + length, decoded(sealed.ciphertext()).length);
  }

  @Test
  void longTextSurvives() throws CannotOpenException {
    String text = "ü".repeat(100_000);
    Sealed sealed = alpha.seal(BRAVO.publicHex(), text);
    assertEquals(text, bravo.open(ALPHA.publicHex(), sealed.nonce(), sealed.ciphertext()));
  }

  @Test
  void sameTextIsNeverSealedTheSameWay() {
    Sealed first = alpha.seal(BRAVO.publicHex(), "text");
    Sealed second = alpha.seal(BRAVO.publicHex(), "text");
    assertNotEquals(first.nonce(), second.nonce());
    assertNotEquals(first.ciphertext(), second.ciphertext());
  }

  @Test
  void anyFlippedBitIsNoticed() {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), "hi");
    for (int bit = 0; bit < 8 * decoded(sealed.nonce()).length; bit++) {
      String changed = flip(sealed.nonce(), bit);
      assertEquals(Why.NOT_AUTHENTIC, whyNot(ALPHA.publicHex(), changed, sealed.ciphertext()));
    }
    for (int bit = 0; bit < 8 * decoded(sealed.ciphertext()).length; bit++) {
      String changed = flip(sealed.ciphertext(), bit);
      assertEquals(Why.NOT_AUTHENTIC, whyNot(ALPHA.publicHex(), sealed.nonce(), changed));
    }
  }

  @Test
  void anotherKeyOpensNothing() {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), "hi");
    String stranger = Ed25519KeyPair.generate().publicHex();
    assertEquals(Why.NOT_AUTHENTIC, whyNot(stranger, sealed.nonce(), sealed.ciphertext()));
    Sealed forStranger = alpha.seal(stranger, "hi");
    assertEquals(
        Why.NOT_AUTHENTIC,
        whyNot(ALPHA.publicHex(), forStranger.nonce(), forStranger.ciphertext()));
  }

  @Test
  void malformedBodySaysWhatIsWrong() {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), "hi");
    String from = ALPHA.publicHex();
    assertEquals(Why.NOT_BASE64, whyNot(from, "%", sealed.ciphertext()));
    assertEquals(Why.NOT_BASE64, whyNot(from, sealed.nonce(), "a-_="));
    assertEquals(Why.NONCE_LENGTH, whyNot(from, "", sealed.ciphertext()));
    assertEquals(Why.NONCE_LENGTH, whyNot(from, sealed.nonce() + "AAAA", sealed.ciphertext()));
    assertEquals(Why.TOO_SHORT, whyNot(from, sealed.nonce(), ""));
    assertEquals(Why.TOO_SHORT, whyNot(from, sealed.nonce(), encoded(new byte[15])));
    assertEquals(Why.NOT_AUTHENTIC, whyNot(from, sealed.nonce(), encoded(new byte[16])));
    assertEquals(Why.PEER_KEY, whyNot("nonsense", sealed.nonce(), sealed.ciphertext()));
    assertEquals(Why.PEER_KEY, whyNot("system", sealed.nonce(), sealed.ciphertext()));
    assertEquals(Why.PEER_KEY, whyNot(null, sealed.nonce(), sealed.ciphertext()));
  }

  @Test
  void genuineBodyThatIsNotUtf8IsRefused() {
    Key agreed = alpha.agreedKey(BRAVO.publicHex());
    byte[] nonce = new byte[24];
    byte[] latin1 = "ü".getBytes(StandardCharsets.ISO_8859_1);
    String ciphertext = encoded(SecretBox.encrypt(agreed, nonce, latin1).getCiphertextWithTag());
    assertEquals(Why.NOT_UTF8, whyNot(ALPHA.publicHex(), encoded(nonce), ciphertext));
  }

  static Stream<String> badPoints() {
    return BadPoints.all();
  }

  @ParameterizedTest
  @MethodSource("badPoints")
  void badPeerKeyIsRefusedInBothDirections(String publicHex) {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), "hi");
    assertEquals(Why.PEER_KEY, whyNot(publicHex, sealed.nonce(), sealed.ciphertext()));
    assertThrows(IllegalArgumentException.class, () -> bravo.seal(publicHex, "hi"));
    assertEquals(0, bravo.keptKeys());
  }

  @Test
  void onlyTheLastUsedKeysAreKept() {
    CryptoBox box = new CryptoBox(ALPHA, 2);
    List<String> peers =
        IntStream.range(0, 3).mapToObj(i -> Ed25519KeyPair.generate().publicHex()).toList();
    Key first = box.agreedKey(peers.get(0));
    Key second = box.agreedKey(peers.get(1));
    assertSame(first, box.agreedKey(peers.get(0)));
    box.agreedKey(peers.get(2));
    assertEquals(2, box.keptKeys());
    assertSame(first, box.agreedKey(peers.get(0)));
    assertNotSame(second, box.agreedKey(peers.get(1)));
    assertEquals(2, box.keptKeys());
    assertThrows(IllegalArgumentException.class, () -> new CryptoBox(ALPHA, 0));
  }

  @Test
  void manyThreadsShareOneBox() throws Exception {
    List<Ed25519KeyPair> peers =
        IntStream.range(0, 8).mapToObj(i -> Ed25519KeyPair.generate()).toList();
    CryptoBox box = new CryptoBox(ALPHA, 3);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> runs = new ArrayList<>();
      for (Ed25519KeyPair peer : peers) {
        runs.add(threads.submit(() -> talk(box, peer)));
        runs.add(threads.submit(() -> talk(box, peer)));
      }
      for (Future<?> run : runs) {
        run.get(60, TimeUnit.SECONDS);
      }
    }
    assertEquals(3, box.keptKeys());
  }

  @Test
  void plainBodyThatIsNoTextIsRefused() {
    assertEquals(Why.NOT_BASE64, cannotOpen(() -> PlainBody.decode("a_b")).why());
    assertEquals(Why.NOT_UTF8, cannotOpen(() -> PlainBody.decode("/w==")).why());
  }

  @Test
  void exceptionsNeverHoldTheText() {
    Sealed sealed = alpha.seal(BRAVO.publicHex(), "the secret text");
    String changed = flip(sealed.ciphertext(), 0);
    CannotOpenException refused =
        cannotOpen(() -> bravo.open(ALPHA.publicHex(), sealed.nonce(), changed));
    assertTrue(refused.getMessage().contains("MAC does not fit"));
  }

  private static Void talk(CryptoBox box, Ed25519KeyPair peer) throws CannotOpenException {
    CryptoBox other = new CryptoBox(peer);
    for (int i = 0; i < 30; i++) {
      Sealed sealed = box.seal(peer.publicHex(), "text " + i);
      String opened = other.open(ALPHA.publicHex(), sealed.nonce(), sealed.ciphertext());
      assertEquals("text " + i, opened);
    }
    return null;
  }

  private Why whyNot(String from, String nonce, String ciphertext) {
    return cannotOpen(() -> bravo.open(from, nonce, ciphertext)).why();
  }

  private static CannotOpenException cannotOpen(Executable opening) {
    return assertThrows(CannotOpenException.class, opening);
  }

  private static String flip(String base64, int bit) {
    byte[] bytes = decoded(base64);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    return encoded(bytes);
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}

package claudemesh.http;

import claudemesh.fuzz.Failed;
import claudemesh.fuzz.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The server's side of TLS, which echoes, against a live client whose records are broken on their
 * way, and against what is no client. What the server reads must be what the client said, as far as
 * it goes; what it writes are whole records; it ends without a word of any other kind than an
 * {@link IOException}, and the wire is closed. A client that was left alone hears all of it and the
 * end.
 *
 * <p>An input is a {@link TlsScript}. Keys and random numbers are those of the moment: the same
 * script comes out the same, byte for byte it does not.
 */
public final class TlsTarget extends Target {

  static final String[] WORDS = {
    "\u0016\u0003\u0001",
    "\u0014\u0003\u0003\0\u0001\u0001",
    "\u0015\u0003\u0003\0\u0002\u0001\0",
    "\u0017\u0003\u0003",
    "GET / HTTP/1.1\r\n",
    "\0\0\0\0",
    "\u0003\u0004",
    "fuzz.test"
  };
  private static final byte[] HELLO =
      HexFormat.of()
          .parseHex(
              "16030100700100006c0303000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                  + "000004c02bc02f0100003f000a00040002001700230000000d0006000404030804000b00020100"
                  + "0016000000170000ff01000100002b0003020303000500050100000000001000050003026832");
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int DATA = 23;
  private static final int CHANGE_OF_CIPHER = 20;

  /** What both ends do for a handshake and long messages, as the JDK does it. */
  private static final long ALLOWED = 12 << 20;

  /** The target. */
  public TlsTarget() {
    super("tls", 20, ALLOWED, WORDS);
  }

  @Override
  protected byte[] generate(RandomGenerator random) {
    return script(random);
  }

  static byte[] script(RandomGenerator random) {
    return random.nextInt(6) == 0 ? TlsScript.raw(random, HELLO) : TlsScript.generate(random);
  }

  @Override
  protected void check(byte[] input) {
    TlsScript script = new TlsScript(input);
    MeddledPeer peer =
        new MeddledPeer(
            script, script.messages(), false, new SplittableRandom(Arrays.hashCode(input)));
    TlsByteStream tls = new TlsByteStream(peer, TlsEnds.SERVER::newEngine);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    String failed = "";
    try {
      echo(tls, script, read);
    } catch (IOException e) {
      failed = e.toString();
      boolean early = read.size() == 0 || !(e instanceof TlsFailure);
      Failed.unless("a handshake fails before it is through", early);
      Failed.unless("a failure says what it is", e.getMessage() != null);
    } finally {
      tls.close();
    }
    Failed.unless("the wire is closed", peer.isClosed());
    requireClosed(tls);
    requirePrefix("what the client said", peer.said(), read.toByteArray());
    requireRecords(peer.fromServer());
    if (!peer.meddled()) {
      requireComplete(script, peer, read.toByteArray(), failed);
    }
  }

  private static void echo(TlsByteStream tls, TlsScript script, ByteArrayOutputStream read)
      throws IOException {
    byte[] buffer = new byte[script.readAtOnce()];
    for (int count = tls.read(buffer, 0, buffer.length);
        count >= 0;
        count = tls.read(buffer, 0, buffer.length)) {
      Failed.unless("a read brings at least one byte", count > 0);
      Failed.unless("an estimate is not negative", tls.available() >= 0);
      read.write(buffer, 0, count);
      tls.write(buffer, 0, count);
      if (script.aborts()) {
        tls.abort();
        return;
      }
      if (script.serverLeaves()) {
        tls.shutdownOutput(); // and reads on
      }
    }
  }

  private static void requireClosed(TlsByteStream tls) {
    try {
      Failed.unlessEqual("a read after the close", -1, tls.read(new byte[20_000], 0, 20_000));
    } catch (IOException e) {
      Failed.unless("a failure says what it is", e.getMessage() != null);
    }
  }

  private static void requirePrefix(String what, byte[] whole, byte[] start) {
    boolean fits =
        start.length <= whole.length
            && Arrays.equals(whole, 0, start.length, start, 0, start.length);
    Failed.unless(what + " and no more is read", fits);
  }

  private static void requireRecords(byte[] bytes) {
    if (bytes.length > 0 && bytes[0] == 'H') {
      return; // it told somebody who speaks HTTP
    }
    int at = 0;
    while (at < bytes.length) {
      int type = bytes[at];
      Failed.unless(
          "a record's type: " + type,
          type == ALERT || type == HANDSHAKE || type == DATA || type == CHANGE_OF_CIPHER);
      Failed.unless("a record's header is whole", bytes.length - at >= 5);
      at += 5 + ((bytes[at + 3] & 0xff) << 8 | bytes[at + 4] & 0xff);
    }
    Failed.unlessEqual("the last record ends with the bytes", bytes.length, at);
  }

  private static void requireComplete(
      TlsScript script, MeddledPeer peer, byte[] read, String failed) {
    if (script.renegotiates() || script.serverLeaves() || script.aborts()) {
      return;
    }
    Failed.unlessEqual("how a client ends that is left alone", "", failed);
    boolean ended = peer.heardTheEnd();
    Failed.unlessEqual("all of it is read", peer.said().length, read.length);
    Failed.unless("all of it comes back", Arrays.equals(peer.said(), peer.heard()));
    Failed.unless("the end is said", ended);
  }
}

package claudemesh.cli;

import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Log;

/**
 * Does beside other work what is slow the first time that a process does it, so that whoever needs
 * it finds it done or under way. Keeps nothing, and fails for nobody: whoever needs it will fail on
 * their own, and say so.
 */
final class FirstUse {

  private FirstUse() {}

  /**
   * Signing and sealing, with keys of no meaning: the JDK's providers for both take as long as
   * connecting to a broker nearby. Returns at once; a thread of its own does it, and keeps no
   * process alive.
   */
  static void ofCryptography() {
    Thread.ofPlatform().daemon().name("first-use").start(FirstUse::signAndSeal);
  }

  private static void signAndSeal() {
    try {
      Ed25519KeyPair keys = Ed25519KeyPair.generate();
      keys.sign("");
      new CryptoBox(keys).seal(keys.publicHex(), "");
    } catch (RuntimeException e) {
      Log.debug("first_use_failed", "why", e);
    }
  }
}

package claudemesh.fuzz;

import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * Something that reads what strangers send. Its methods are called from several threads at once.
 *
 * <p>An input is a byte array and nothing else; whatever a check chooses, it derives from the
 * input's bytes, so that an input alone repeats a failure.
 */
public abstract class Target {

  /** Where inputs are kept, and what inputs are made of. */
  public static final Path SEEDS = Path.of("test", "fuzz", "seeds");

  /** What most inputs may allocate: more than a few lines' work, less than an announced length. */
  private static final long USUAL = 400 << 10;

  private final String name;
  private final int share;
  private final long allowed;
  private final String[] dictionary;

  /**
   * A target whose inputs cost next to nothing.
   *
   * @param name one word; its seeds are in {@code test/fuzz/seeds/NAME.txt}
   * @param share for each 1 000 inputs of a run, so many
   * @param dictionary what mutations put into inputs: words of the grammar
   */
  protected Target(String name, int share, String[] dictionary) {
    this(name, share, USUAL, dictionary);
  }

  /**
   * A target.
   *
   * @param name one word; its seeds are in {@code test/fuzz/seeds/NAME.txt}
   * @param share for each 1 000 inputs of a run, so many
   * @param allowed how many bytes an input may allocate, beside what its length allows
   * @param dictionary what mutations put into inputs: words of the grammar
   */
  protected Target(String name, int share, long allowed, String[] dictionary) {
    this.name = name;
    this.share = share;
    this.allowed = allowed;
    this.dictionary = dictionary;
  }

  final String name() {
    return name;
  }

  final int share() {
    return share;
  }

  final long allowedBytes() {
    return allowed;
  }

  final String[] dictionary() {
    return dictionary;
  }

  /**
   * What is still held that should be gone once all inputs are through: connections, say. Waits for
   * what needs a moment.
   *
   * @return the count
   * @throws Exception if it cannot be told
   */
  protected int held() throws Exception {
    return 0;
  }

  /**
   * Makes an input from the grammar, mostly valid, with mistakes that a mutation would hardly make.
   *
   * @param random where choices come from
   * @return a new input
   */
  protected abstract byte[] generate(RandomGenerator random);

  /**
   * Feeds one input to the code and holds the result against what must be true.
   *
   * @param input the input
   * @throws Exception any but a documented one, which it catches, is a failure
   */
  protected abstract void check(byte[] input) throws Exception;

  /**
   * Chooses one of some words.
   *
   * @param random where the choice comes from
   * @param words the words
   * @return one of them
   */
  protected static String any(RandomGenerator random, String[] words) {
    return words[random.nextInt(words.length)];
  }
}

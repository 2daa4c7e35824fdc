package claudemesh.fuzz;

import java.util.random.RandomGenerator;

/**
 * Something that reads what strangers send. Its methods are called from several threads at once.
 *
 * <p>An input is a byte array and nothing else; whatever a check chooses, it derives from the
 * input's bytes, so that an input alone repeats a failure.
 */
public interface Target {

  /**
   * What it is called in file names; seeds are in {@code test/fuzz/seeds/NAME.txt}.
   *
   * @return one word
   */
  String name();

  /**
   * How many inputs it gets.
   *
   * @return for each 1 000 inputs of a run, so many
   */
  int share();

  /**
   * What an input may allocate, beside what its length allows: more than a few lines' work, less
   * than what a length that was only announced would.
   *
   * @return bytes
   */
  default long allowedBytes() {
    return 400 << 10;
  }

  /**
   * What is still held that should be gone once all inputs are through: connections, say. Waits for
   * what needs a moment.
   *
   * @return the count
   * @throws Exception if it cannot be told
   */
  default int held() throws Exception {
    return 0;
  }

  /**
   * Makes an input from the grammar, mostly valid, with mistakes that a mutation would hardly make.
   *
   * @param random where choices come from
   * @return a new input
   */
  byte[] generate(RandomGenerator random);

  /**
   * What mutations put into inputs.
   *
   * @return words of the grammar
   */
  String[] dictionary();

  /**
   * Feeds one input to the code and holds the result against what must be true.
   *
   * @param input the input
   * @throws Exception any but a documented one, which it catches, is a failure
   */
  void check(byte[] input) throws Exception;
}

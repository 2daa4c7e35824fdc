package claudemesh.lifecycle;

/**
 * Builds the first message of every connection. It runs on a virtual thread of its own, so it may
 * block (a key store that asks) and may fail; the attempt's deadline covers it.
 */
@FunctionalInterface
public interface HelloSource {

  /**
   * Builds a hello for one attempt. Timestamps and attestations are made here, afresh each time.
   *
   * @param attempt the attempt's number, from 1
   * @return the text of one frame
   * @throws Exception if it cannot; the attempt fails and is retried
   */
  String build(int attempt) throws Exception;
}

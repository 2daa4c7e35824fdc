package claudemesh.bench;

import claudemesh.lifecycle.JdkTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Peers that send each other direct messages, sealed and opened for real: {@code full|lean PORT
 * PEOPLE ROUND...}, a round being {@code COUNT:RATE}, the rate 0 for as fast as can be. {@code
 * full} uses the project's clients, {@code lean} sockets that do as little as can be done. The
 * first round is warm-up for whoever reads. Prints one JSON line a round.
 */
public final class MessageLoad {

  /** One way to play the peers. */
  interface Peers extends AutoCloseable {

    /** Sends and receives all of one round's messages. */
    void run(MessageRound round) throws Exception;

    @Override
    void close() throws IOException;
  }

  private MessageLoad() {}

  /**
   * Runs.
   *
   * @param args see above
   * @throws Exception if a connection breaks
   */
  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcess();
    int port = Integer.parseInt(args[1]);
    List<People.Person> people = People.read(Path.of(args[2]));
    try (Peers peers =
        args[0].equals("full") ? new FullPeers(port, people) : new LeanPeers(port, people)) {
      for (int i = 3; i < args.length; i++) {
        String[] round = args[i].split(":");
        MessageRound messages =
            new MessageRound(Integer.parseInt(round[0]), Integer.parseInt(round[1]));
        peers.run(messages);
        System.out.println(messages.result());
      }
    }
  }
}

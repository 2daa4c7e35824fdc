package claudemesh.broker;

import java.time.Duration;

/**
 * What sockets of a broker may cost it, whoever has them.
 *
 * @param maxSockets most connections altogether; more are closed as they come
 * @param maxHeadBytes longest head of an HTTP request
 * @param maxBodyBytes longest body of an HTTP request
 * @param maxHelloBytes most that may be said up to the hello
 * @param maxBufferBytes most bytes that may wait for a receiver that reads slowly; then it is cut,
 *     and its mail stays
 * @param stall how long a receiver may read nothing of what is being written to it; then it is cut
 */
public record SocketLimits(
    int maxSockets,
    int maxHeadBytes,
    int maxBodyBytes,
    int maxHelloBytes,
    int maxBufferBytes,
    Duration stall) {

  /** 50 000 connections, head 8 KiB, body 1 MiB, hello 4 KiB, buffer 8 MiB, stall 10 s. */
  public static final SocketLimits DEFAULT =
      new SocketLimits(50_000, 8 << 10, 1 << 20, 4 << 10, 8 << 20, Duration.ofSeconds(10));

  /** Checks every value. */
  public SocketLimits {
    BrokerOptions.requirePositive("maxSockets", maxSockets);
    BrokerOptions.requirePositive("maxHeadBytes", maxHeadBytes);
    BrokerOptions.requirePositive("maxBodyBytes", maxBodyBytes);
    BrokerOptions.requirePositive("maxHelloBytes", maxHelloBytes);
    BrokerOptions.requirePositive("maxBufferBytes", maxBufferBytes);
    BrokerOptions.requirePositive("stall", stall);
  }
}

package claudemesh.store;

import java.util.Objects;
import java.util.Optional;

/**
 * Which messages of the outbox to list.
 *
 * @param mesh only of this mesh
 * @param status only with this status
 * @param limit at most so many, the newest
 */
public record OutboxQuery(Optional<String> mesh, Optional<OutboxStatus> status, int limit) {

  /** Checks. */
  public OutboxQuery {
    Objects.requireNonNull(mesh, "mesh");
    Objects.requireNonNull(status, "status");
    if (limit < 1) {
      throw new IllegalArgumentException("limit: expected more than 0, got " + limit);
    }
  }

  /**
   * The newest messages, whatever they are.
   *
   * @param limit at most so many
   * @return the query
   */
  public static OutboxQuery newest(int limit) {
    return new OutboxQuery(Optional.empty(), Optional.empty(), limit);
  }

  /**
   * The newest messages with one status.
   *
   * @param status the status
   * @param limit at most so many
   * @return the query
   */
  public static OutboxQuery newest(OutboxStatus status, int limit) {
    return new OutboxQuery(Optional.empty(), Optional.of(status), limit);
  }
}

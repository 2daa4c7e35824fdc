package claudemesh.store;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Which messages are meant; none of it ever means one that is kept aside.
 *
 * @param scope of these inboxes
 * @param unreadOnly only what nobody has marked seen
 * @param from only of this sender: the key it was sent with, its member's key, or its name
 * @param since only what was received then or later. A clock that was set back by more than a day
 *     meanwhile may hide what came before
 */
public record InboxFilter(
    InboxScope scope, boolean unreadOnly, Optional<String> from, Optional<Instant> since) {

  /** Everything in every inbox. */
  public static final InboxFilter ALL = of(InboxScope.ALL);

  /** Checks. */
  public InboxFilter {
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(since, "since");
  }

  /**
   * Everything in some inboxes.
   *
   * @param scope the inboxes
   * @return the filter
   */
  public static InboxFilter of(InboxScope scope) {
    return new InboxFilter(scope, false, Optional.empty(), Optional.empty());
  }

  /**
   * What is unread in some inboxes.
   *
   * @param scope the inboxes
   * @return the filter
   */
  public static InboxFilter unread(InboxScope scope) {
    return new InboxFilter(scope, true, Optional.empty(), Optional.empty());
  }
}

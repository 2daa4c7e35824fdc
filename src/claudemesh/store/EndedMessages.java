package claudemesh.store;

/**
 * The messages in the tables with none of their rows queued any more, in the order they ended:
 * whichever ended first is the first to be forgotten. Filled from the tables at opening. 16 bytes a
 * message.
 *
 * <p>Follows the transaction: what it did since the last {@link #committed} is undone by {@link
 * #rolledBack}. For the writer's thread.
 */
final class EndedMessages implements Transactions {

  // A ring: places count on for ever. What a transaction takes stays in it until the commit.
  private long[] firsts = new long[1 << 10];
  private int[] rows = new int[1 << 10];
  private long head;
  private long tail;
  private long committedHead;
  private long committedTail;

  /** A message's rows: so many, from the first. */
  record Ended(long first, int rows) {}

  int size() {
    return (int) (tail - head);
  }

  /** Adds the message that ended last. */
  void add(long first, int count) {
    if (tail - committedHead == rows.length) {
      grow();
    }
    firsts[place(tail)] = first;
    rows[place(tail)] = count;
    tail++;
  }

  /** Takes the message that ended first; there must be one. */
  Ended take() {
    Ended ended = new Ended(firsts[place(head)], rows[place(head)]);
    head++;
    return ended;
  }

  @Override
  public void committed() {
    committedHead = head;
    committedTail = tail;
  }

  @Override
  public void rolledBack() {
    head = committedHead;
    tail = committedTail;
  }

  private int place(long number) {
    return (int) number & rows.length - 1;
  }

  private void grow() {
    long[] oldFirsts = firsts;
    int[] oldRows = rows;
    firsts = new long[2 * oldRows.length];
    rows = new int[2 * oldRows.length];
    for (long number = committedHead; number < tail; number++) {
      int old = (int) number & oldRows.length - 1;
      firsts[place(number)] = oldFirsts[old];
      rows[place(number)] = oldRows[old];
    }
  }
}

package claudemesh.store;

import java.util.Arrays;

/**
 * The row of every message in the tables by its digest ({@link Digest#once}), so that a repetition
 * is known without an index on disk: digests are random, and an index of random keys changes a page
 * for each message, which costs the writer more than everything else together. Filled from the
 * tables at opening. 16 bytes a place, at most two thirds of the places used.
 *
 * <p>Follows the transaction: what it did since the last {@link #committed} is undone by {@link
 * #rolledBack}. For the writer's thread.
 */
final class KnownSends implements Transactions {

  private static final int LEAST_PLACES = 1 << 10;
  private static final int LEAST_UNDO = 1 << 6;

  // Open addressing with linear probing. A digest is its own hash; row 0 marks a free place.
  private long[] digests = new long[LEAST_PLACES];
  private long[] rows = new long[LEAST_PLACES];
  private int size;

  // Pairs of a digest and the row it had before the transaction, 0 if it had none.
  private long[] undo = new long[LEAST_UNDO];
  private int undoable;

  /** The first row of the message with a digest; 0 if there is none. */
  long row(long digest) {
    return rows[place(digest)];
  }

  /** Adds a message whose digest is not there. */
  void add(long digest, long row) {
    remember(digest, 0);
    put(digest, row);
  }

  /** Forgets a digest, if it is there. */
  void remove(long digest) {
    long row = row(digest);
    if (row != 0) {
      remember(digest, row);
      delete(place(digest));
    }
  }

  int size() {
    return size;
  }

  @Override
  public void committed() {
    undoable = 0;
    if (undo.length > LEAST_PLACES) { // as after filling it
      undo = new long[LEAST_UNDO];
    }
  }

  @Override
  public void rolledBack() {
    while (undoable > 0) {
      undoable -= 2;
      long digest = undo[undoable];
      long row = undo[undoable + 1];
      if (row == 0) {
        delete(place(digest));
      } else {
        put(digest, row);
      }
    }
  }

  private void remember(long digest, long row) {
    if (undoable == undo.length) {
      undo = Arrays.copyOf(undo, 2 * undo.length);
    }
    undo[undoable++] = digest;
    undo[undoable++] = row;
  }

  private void put(long digest, long row) {
    if (3L * (size + 1) > 2L * rows.length) {
      grow();
    }
    int place = place(digest);
    if (rows[place] == 0) {
      size++;
    }
    digests[place] = digest;
    rows[place] = row;
  }

  /** Where a digest is, or the free place where it would be. */
  private int place(long digest) {
    int place = home(digest);
    while (rows[place] != 0 && digests[place] != digest) {
      place = next(place);
    }
    return place;
  }

  private int home(long digest) {
    return (int) digest & rows.length - 1;
  }

  private int next(int place) {
    return place + 1 & rows.length - 1;
  }

  /** Frees a place, and moves up whoever could not be found behind a gap. */
  private void delete(int place) {
    int gap = place;
    for (int i = next(place); rows[i] != 0; i = next(i)) {
      int fromHome = i - home(digests[i]) & rows.length - 1;
      int fromGap = i - gap & rows.length - 1;
      if (fromHome >= fromGap) {
        digests[gap] = digests[i];
        rows[gap] = rows[i];
        gap = i;
      }
    }
    rows[gap] = 0;
    size--;
  }

  private void grow() {
    long[] oldDigests = digests;
    long[] oldRows = rows;
    digests = new long[2 * oldRows.length];
    rows = new long[2 * oldRows.length];
    for (int i = 0; i < oldRows.length; i++) {
      if (oldRows[i] != 0) {
        int place = place(oldDigests[i]);
        digests[place] = oldDigests[i];
        rows[place] = oldRows[i];
      }
    }
  }
}

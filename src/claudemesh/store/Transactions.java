package claudemesh.store;

import java.util.List;

/** Who keeps count of what is in the tables, told how each transaction ended. */
interface Transactions {

  /** What was written is on disk. */
  void committed();

  /** What was written since the last end is not there. */
  void rolledBack();

  /** Tells several, one after the other. */
  static Transactions of(Transactions... several) {
    List<Transactions> all = List.of(several);
    return new Transactions() {
      @Override
      public void committed() {
        all.forEach(Transactions::committed);
      }

      @Override
      public void rolledBack() {
        all.forEach(Transactions::rolledBack);
      }
    };
  }
}

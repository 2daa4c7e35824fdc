package claudemesh.store;

/** Who keeps count of what is in the tables, told how each transaction ended. */
interface Transactions {

  /** What was written is on disk. */
  void committed();

  /** What was written since the last end is not there. */
  void rolledBack();
}

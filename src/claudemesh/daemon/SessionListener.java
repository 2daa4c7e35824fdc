package claudemesh.daemon;

/**
 * Hears which sessions come and go. Called in the order in which it happens, one call at a time,
 * while the registry is locked against further changes: what takes long belongs on another thread.
 */
interface SessionListener {

  /** A session was registered. */
  void registered(RegisteredSession session);

  /**
   * A session is over: deregistered, replaced by a newer registration, or its process has ended.
   *
   * @param session which
   * @param why in words
   */
  void ended(RegisteredSession session, String why);
}

/**
 * The application as a module, for the runtime that {@code make bundle} links; the plain jar has no
 * descriptor and runs from the class path. What the jar merges (minimal-json, salty-coffee and the
 * SQLite driver) is inside this module too: the first of them was made before there were modules.
 */
module claudemesh {
  requires java.logging;
  requires java.net.http;
  requires java.sql;
  requires jdk.net;

  // A module that exports nothing is no root, and would not be there to be started.
  exports claudemesh.cli;
  exports claudemesh.json;
  exports claudemesh.lifecycle;
  exports claudemesh.time;
}
